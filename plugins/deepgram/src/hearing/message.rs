//! What Deepgram sends on the live socket.

use crate::failure::Problem;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum Message {
    Results(Results),
    UtteranceEnd,
    /// In seconds of the stream.
    SpeechStarted {
        timestamp: f64,
    },
    Error(Problem),
    ConfigureFailure(Problem),
    /// `Metadata`, `ConfigureSuccess`, and what will be added.
    #[serde(other)]
    Other,
}

/// Times are seconds of the stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Results {
    pub start: f64,
    pub duration: f64,
    /// What was written for this stretch of the stream won't change.
    pub is_final: bool,
    /// A pause of `endpointing` ms has ended the stretch.
    pub speech_final: bool,
    /// The answer to `Finalize`.
    pub from_finalize: bool,
    channel: Channel,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Channel {
    alternatives: Vec<Alternative>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Alternative {
    pub transcript: String,
    pub confidence: f32,
    pub words: Vec<HeardWord>,
    /// With `language=multi`, the most spoken first.
    pub languages: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct HeardWord {
    word: String,
    pub start: f64,
    pub end: f64,
    pub confidence: Option<f32>,
    punctuated_word: Option<String>,
}

impl Results {
    /// The only one that is asked for.
    pub fn best(&self) -> Option<&Alternative> {
        self.channel.alternatives.first()
    }
}

impl HeardWord {
    pub fn text(&self) -> &str {
        self.punctuated_word.as_deref().unwrap_or(&self.word)
    }
}

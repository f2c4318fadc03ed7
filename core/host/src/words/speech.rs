use closare_terms::{Language, Millis};
use serde::{Deserialize, Serialize};

/// What a step of the workflow expects to hear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    pub languages: Vec<Language>,
    pub hints: Vec<String>,
    /// A pause of this length ends a turn.
    pub end_after: Option<Millis>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    pub text: String,
    pub starts: Millis,
    pub ends: Millis,
    pub confidence: Option<f32>,
}

/// Times are the call's clock: the `at` of the audio that held the words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    pub text: String,
    pub starts: Millis,
    pub ends: Millis,
    pub words: Vec<Word>,
    pub language: Option<Language>,
    pub confidence: Option<f32>,
}

/// A piece of speech: the words, and how to say them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub text: String,
    pub language: Option<Language>,
    /// 1.0 is the voice's own.
    pub pace: Option<f32>,
    pub pause_after: Millis,
}

impl Said {
    /// At the voice's own pace, without a pause.
    pub fn plain(text: impl Into<String>) -> Said {
        Said { text: text.into(), language: None, pace: None, pause_after: Millis::ZERO }
    }
}

/// Where a word lies in the utterance's audio, from its start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    pub utterance: u32,
    pub text: String,
    pub starts: Millis,
    pub ends: Millis,
}

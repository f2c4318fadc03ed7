//! Writes down what the agent said, by a speech-to-text plugin of this machine.

use closare_host::words::{AudioFormat, Listening, Opening};
use closare_host::{Event, Plugin, SttInput, SttOutput};
use closare_terms::{Language, Millis, UnixMillis};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub struct Ear {
    plugin: Arc<Plugin>,
    language: Language,
}

/// Local models need a fraction of the speech's length.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much is handed over at once: 100 ms at 16 kHz.
const PIECE: usize = 1_600;

impl Ear {
    pub fn new(plugin: Arc<Plugin>, language: Language) -> Ear {
        Ear { plugin, language }
    }

    /// The words, or nothing where none were understood.
    pub async fn words(&self, samples: &[i16]) -> String {
        let (tell, told) = unbounded_channel();
        let Ok(options) = self.plugin.options_checked(&serde_json::json!({})) else { return String::new() };
        let languages = vec![self.language.clone()];
        let listening = Listening { languages: languages.clone(), ..Listening::default() };
        let opening = Opening { at: Millis::ZERO, wall: UnixMillis(0), seed: 3, options, languages };
        let session = self.plugin.open_stt(opening, AudioFormat::pcm(16_000), listening, move |event| {
            let _ = tell.send(event);
        });
        let mut at = Millis::ZERO;
        for piece in samples.chunks(PIECE) {
            at += Millis(piece.len() as u64 / 16);
            let bytes = piece.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            if session.send(SttInput::Audio { at, bytes }).is_err() {
                return String::new();
            }
        }
        let ended = session.send(SttInput::Flush { at }).and_then(|()| session.send(SttInput::Finish { at }));
        if ended.is_err() {
            return String::new();
        }
        tokio::time::timeout(PATIENCE, finals(told)).await.unwrap_or_default()
    }
}

/// Ends with the final that follows the flush: this plugin gives one, which may be empty.
async fn finals(mut told: UnboundedReceiver<Event<SttOutput>>) -> String {
    let mut text: Vec<String> = Vec::new();
    while let Some(event) = told.recv().await {
        match event {
            Event::Output(SttOutput::Final(transcript)) => {
                text.push(transcript.text);
                break;
            }
            Event::Ended(_) | Event::Output(SttOutput::Failed(_)) => break,
            Event::Opened(_) | Event::Output(_) => {}
        }
    }
    text.join(" ").trim().to_owned()
}

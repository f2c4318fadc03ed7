//! Speech-to-text: a turn of the caller is one request, sent when the host says that the caller has paused.

use crate::Options;
use closare_plugin::ear::{self, EarVendor, HttpEar, Turn};
use closare_plugin::network::Request;
use closare_plugin::speech_to_text::Transcript;
use closare_plugin::{AudioFormat, Failure, Millis, Opening};

/// Samples a second that this plugin hears, as its manifest says.
const RATE: u32 = 16_000;

/// One caller's ear.
pub type Hearing = HttpEar<Ear>;

pub struct Ear(Options);

impl EarVendor for Ear {
    fn open(start: &Opening, format: AudioFormat) -> Result<Ear, Failure> {
        if format.sample_rate != RATE {
            let sentence = format!("expected pcm-s16le at {RATE} Hz, found {} Hz", format.sample_rate);
            return Err(Failure::Unsupported(sentence));
        }
        Ok(Ear(start.options()?))
    }

    fn request(&self, turn: &Turn<'_>) -> Request {
        let form = turn.form().text("model", &self.0.stt_model).text("response_format", "json");
        let form = match turn.language() {
            Some(language) => form.text("language", language),
            None => form,
        };
        let form = match turn.what.hints.as_slice() {
            [] => form,
            hints => form.text("prompt", &hints.join(", ")),
        };
        form.file("file", "turn.wav", "audio/wav", &turn.wav()).send(self.0.post("audio/transcriptions"))
    }

    fn transcript(body: &[u8], starts: Millis, ends: Millis) -> Result<Transcript, Failure> {
        ear::transcript(body, starts, ends, |answer| answer["text"].as_str())
    }
}

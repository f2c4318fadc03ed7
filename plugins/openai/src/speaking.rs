//! Text-to-speech: a clause is one request, its audio is told as it comes.

use crate::Options;
use closare_plugin::network::Request;
use closare_plugin::voice::{Clause, HttpVoice, VoiceVendor};
use closare_plugin::{AudioFormat, Failure, Opening};
use serde_json::json;

/// One call's voice.
pub type Speaking = HttpVoice<Voice>;

pub struct Voice {
    options: Options,
    voice: String,
}

impl VoiceVendor for Voice {
    const LONGEST: usize = 4_096;

    fn open(
        start: &Opening,
        _wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Voice, AudioFormat), Failure> {
        let options: Options = start.options()?;
        let format = AudioFormat::pcm(options.speech_rate);
        let voice = voice.unwrap_or_else(|| options.voice.clone());
        Ok((Voice { options, voice }, format))
    }

    fn request(&self, clause: &Clause) -> Request {
        self.options.post("audio/speech").json(&json!({
            "model": self.options.tts_model,
            "voice": self.voice,
            "input": clause.text,
            "response_format": "pcm",
            "speed": clause.pace.unwrap_or(1.0).clamp(0.25, 4.0),
        }))
    }
}

//! What a socket's query asks for, and the messages that its audio comes in.

use crate::sound::{CHARACTER_MS, Encoding, encode, spoken};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Voice {
    pub encoding: Encoding,
    pub rate: u32,
    /// Every message is spoken at once.
    pub auto_mode: bool,
    pub aligned: bool,
    /// Without a message for so long, a stream or a context ends.
    pub patience: Duration,
}

/// Not `eleven_v3`, which the socket does not have.
const MODELS: [&str; 7] = [
    "eleven_flash_v2_5",
    "eleven_flash_v2",
    "eleven_turbo_v2_5",
    "eleven_turbo_v2",
    "eleven_multilingual_v2",
    "eleven_multilingual_v1",
    "eleven_monolingual_v1",
];

impl Voice {
    /// # Errors
    /// The name of the error and a sentence, on the first parameter that is wrong.
    pub fn of(query: &[(String, String)]) -> Result<Voice, (&'static str, String)> {
        let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let model = get("model_id").unwrap_or("eleven_multilingual_v2");
        if !MODELS.contains(&model) {
            return Err(("model_not_found", format!("A model with model ID {model} does not exist")));
        }
        let speaks_any = model.ends_with("_v2_5");
        if let Some(language) = get("language_code").filter(|_| !speaks_any) {
            let why = format!("Model '{model}' does not support the language_code {language}");
            return Err(("unsupported_language", why));
        }
        // The vendor's own default is an mp3, which the emulator can't make.
        let given = get("output_format").unwrap_or("mp3_44100_128");
        let Some((encoding, rate)) = format(given) else {
            return Err(("output_format_not_allowed", format!("expected pcm, ulaw or alaw, found {given}")));
        };
        let patience = get("inactivity_timeout").unwrap_or("20").parse().unwrap_or(0);
        if !(1..=180).contains(&patience) {
            return Err(("invalid_inactivity_timeout", "inactivity_timeout must be at most 180".to_owned()));
        }
        Ok(Voice {
            encoding,
            rate,
            auto_mode: get("auto_mode") == Some("true"),
            aligned: get("sync_alignment") == Some("true"),
            patience: Duration::from_secs(patience),
        })
    }

    /// Messages of up to five characters each.
    pub fn chunks(&self, text: &str) -> Vec<Value> {
        let characters: Vec<char> = text.chars().collect();
        characters.chunks(5).map(|part| self.chunk(part)).collect()
    }

    /// Times are relative to the chunk. Without `sync_alignment` there are none.
    fn chunk(&self, characters: &[char]) -> Value {
        let audio = encode(&spoken(&String::from_iter(characters), self.rate), self.encoding);
        let alignment = self.aligned.then(|| {
            let starts: Vec<u64> = (0..characters.len() as u64).map(|n| n * CHARACTER_MS).collect();
            json!({
                "charStartTimesMs": starts,
                "charDurationsMs": vec![CHARACTER_MS; characters.len()],
                "chars": characters,
            })
        });
        json!({
            "audio": BASE64_STANDARD.encode(audio),
            "isFinal": null,
            "normalizedAlignment": alignment,
            "alignment": alignment,
        })
    }
}

fn format(name: &str) -> Option<(Encoding, u32)> {
    let (codec, rate) = name.split_once('_')?;
    let rate = rate.parse().ok()?;
    match (codec, rate) {
        ("pcm", 8_000 | 16_000 | 22_050 | 24_000 | 44_100 | 48_000) => Some((Encoding::Linear16, rate)),
        ("ulaw", 8_000) => Some((Encoding::Mulaw, rate)),
        ("alaw", 8_000) => Some((Encoding::Alaw, rate)),
        _ => None,
    }
}

/// The key comes in the header, or in the first message.
pub fn has_key(headers: &HeaderMap, first: &Value) -> bool {
    let key = crate::Vendor::ElevenLabs.key();
    let header = headers.get("xi-api-key").and_then(|value| value.to_str().ok());
    let said = ["xi_api_key", "xi-api-key"].iter().find_map(|name| first[*name].as_str());
    header.or(said) == Some(key)
}

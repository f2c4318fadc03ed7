//! `POST /v1/audio/speech`.

use super::{Wrong, identified};
use crate::Api;
use crate::desk::Desk;
use crate::http::{self, Instead};
use crate::sound::{Encoding, encode, spoken, wav};
use crate::wire::Line;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use serde_json::Value;

const MODELS: [&str; 3] = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"];
const VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse", "marin",
    "cedar",
];
/// Of `pcm` and `wav`.
const RATE: u32 = 24_000;
const CHARACTERS_MAX: usize = 4_096;

pub async fn speech(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match desk.receive(Api::OpenAiSpeech, line, &parts).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    let body = match http::read(&visit, body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let number = visit.number;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Err(wrong) = check(&body) {
        return wrong.response(number);
    }
    let text: Vec<char> = body["input"].as_str().unwrap_or_default().chars().collect();
    let chunk = |part: &[char]| encode(&spoken(&String::from_iter(part), RATE), Encoding::Linear16);
    let mut chunks: Vec<Bytes> = text.chunks(5).map(|part| chunk(part).into()).collect();
    let content_type = match body["response_format"].as_str() {
        Some("wav") => {
            chunks.insert(0, wav(&[], RATE).into());
            "audio/wav"
        }
        _ => "audio/pcm",
    };
    identified(http::streamed(visit, content_type, chunks, Instead::nothing()), number)
}

fn check(body: &Value) -> Result<(), Wrong> {
    let text = |name: &str| body[name].as_str().ok_or_else(|| Wrong::missing(name));
    let (model, input, voice) = (text("model")?, text("input")?, text("voice")?);
    if !MODELS.iter().any(|known| model.starts_with(known)) {
        return Err(Wrong::model(model));
    }
    if !VOICES.contains(&voice) {
        return Err(Wrong::new("voice", format!("Input should be one of {VOICES:?}")));
    }
    if input.is_empty() {
        return Err(Wrong::new("input", "String should have at least 1 character"));
    }
    if input.chars().count() > CHARACTERS_MAX {
        return Err(Wrong::new("input", "String should have at most 4096 characters"));
    }
    if body["speed"].as_f64().is_some_and(|speed| !(0.25..=4.0).contains(&speed)) {
        return Err(Wrong::new("speed", "Input should be from 0.25 to 4"));
    }
    match body["response_format"].as_str() {
        Some("pcm" | "wav") => Ok(()),
        // The vendor has mp3, opus, aac and flac, too, mp3 where nothing is said.
        other => {
            let message = format!("the emulator makes 'pcm' and 'wav', found '{}'", other.unwrap_or("mp3"));
            Err(Wrong::new("response_format", message))
        }
    }
}

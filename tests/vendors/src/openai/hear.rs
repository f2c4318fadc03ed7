//! `POST /v1/audio/transcriptions`.

use super::form::{self, Field};
use super::{Wrong, identified, refused};
use crate::desk::{Desk, Refusal, Visit};
use crate::fault::Pass;
use crate::wire::Line;
use crate::{Api, http};
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use serde_json::json;

const MODELS: [&str; 4] =
    ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize"];
const ENDINGS: [&str; 9] = ["flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "wav", "webm"];

pub async fn transcriptions(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match desk.receive(Api::OpenAiTranscriptions, line, &parts).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    let body = match http::read(&visit, body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let content_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
    let number = visit.number;
    let Some(fields) = form::read(content_type.unwrap_or_default(), &body) else {
        return Wrong::new("body", "Could not parse multipart form").response(number);
    };
    match Asked::of(&fields) {
        Ok(asked) => identified(answered(visit, &asked).await, number),
        Err(wrong) => wrong.response(number),
    }
}

struct Asked {
    format: String,
    seconds: f64,
}

impl Asked {
    fn of(fields: &[Field<'_>]) -> Result<Asked, Wrong> {
        let get = |name: &str| fields.iter().find(|field| field.name == name);
        let text = |name: &str| get(name).and_then(|field| str::from_utf8(field.bytes).ok());
        let model = text("model").ok_or_else(|| Wrong::missing("model"))?;
        if !MODELS.contains(&model) {
            return Err(Wrong::model(model));
        }
        let file = get("file").ok_or_else(|| Wrong::missing("file"))?;
        let format = text("response_format").unwrap_or("json");
        let formats: &[&str] = match model {
            "whisper-1" => &["json", "text", "verbose_json"],
            _ => &["json", "text"],
        };
        if !formats.contains(&format) {
            let message = format!("response_format '{format}' is not compatible with model '{model}'.");
            return Err(Wrong::new("response_format", message));
        }
        Ok(Asked { format: format.to_owned(), seconds: seconds(file)? })
    }
}

/// The length of a WAV file; other files' is not looked into.
fn seconds(file: &Field<'_>) -> Result<f64, Wrong> {
    let name = file.file_name.as_deref().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if !ENDINGS.contains(&ending) || (ending == "wav" && !file.bytes.starts_with(b"RIFF")) {
        let message = format!("Unrecognized file format. Supported formats: {ENDINGS:?}");
        return Err(Wrong::new("file", message));
    }
    if ending != "wav" {
        return Ok(1.0);
    }
    let rate = file.bytes.get(28..32).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    let seconds = file.bytes.len().saturating_sub(44) as f64 / f64::from(rate.max(1));
    if seconds < 0.1 {
        let message = "Audio file is too short. Minimum audio length is 0.1 seconds.";
        return Err(Wrong { code: Some("audio_too_short"), ..Wrong::new("file", message) });
    }
    Ok(seconds)
}

async fn answered(mut visit: Visit, asked: &Asked) -> Response {
    let text = visit.script.next_heard();
    tokio::time::sleep(visit.pace().first).await;
    match visit.gate.pass().await {
        Pass::Whole => said(&text, asked),
        Pass::Error => refused(&Refusal { status: 500, wait: None, number: visit.number }),
        broken => http::broken(broken),
    }
}

fn said(text: &str, asked: &Asked) -> Response {
    match asked.format.as_str() {
        "text" => {
            let response = Response::new(Body::from(format!("{text}\n")));
            http::with_header(response, "content-type", "text/plain; charset=utf-8")
        }
        "verbose_json" => {
            let segment = json!({"id": 0, "start": 0.0, "end": asked.seconds, "text": text});
            let body = json!({
                "task": "transcribe",
                "language": "english",
                "duration": asked.seconds,
                "text": text,
                "segments": [segment],
            });
            http::json(200, &body)
        }
        _ => {
            let usage = json!({"type": "duration", "seconds": asked.seconds.ceil() as u64});
            http::json(200, &json!({"text": text, "usage": usage}))
        }
    }
}

//! ElevenLabs, after
//! <https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-stream-input> and
//! <https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input>.

mod context;
mod multi;
mod stream;
mod voice;

use crate::desk::{Desk, Refusal};
use crate::http;
use crate::talk::{BreakOff, Over, Talk};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

pub fn router() -> Router<Desk> {
    Router::new()
        .route("/v1/text-to-speech/{voice}/stream-input", get(stream::socket))
        .route("/v1/text-to-speech/{voice}/multi-stream-input", get(multi::socket))
}

/// <https://elevenlabs.io/docs/developers/resources/error-messages>
pub fn refused(refusal: &Refusal) -> Response {
    let (status, message) = match refusal.status {
        401 => ("invalid_api_key", "Invalid API key"),
        402 => ("payment_required", "This request needs a paid plan."),
        403 => ("only_for_creator+", "This feature needs a higher plan."),
        429 => ("too_many_concurrent_requests", "Too many concurrent requests. Please try again later."),
        503 => ("system_busy", "The system is experiencing heavy traffic, please try again."),
        _ => ("internal_server_error", "An unexpected error occurred."),
    };
    let response = http::json(refusal.status, &json!({"detail": {"status": status, "message": message}}));
    let response = http::with_header(response, "request-id", &request_id(refusal.number));
    match refusal.wait {
        Some(wait) => http::with_header(response, "retry-after", &wait.as_secs().to_string()),
        None => response,
    }
}

fn request_id(number: u64) -> String {
    format!("el{number:018}")
}

/// An error over a socket: a message, then a close frame with the same code.
fn error(name: &str, message: &str, code: u16) -> Value {
    json!({"message": message, "error": name, "code": code})
}

async fn close_with(talk: &mut Talk, name: &str, message: &str) -> Over {
    match talk.say(&error(name, message, 1008)).await {
        Ok(()) => talk.close(1008, message).await,
        Err(over) => over,
    }
}

fn break_off() -> BreakOff {
    let text = error("internal_error", "An internal error occurred.", 1011);
    BreakOff { text: Some(text), code: 1011, reason: "internal_error" }
}

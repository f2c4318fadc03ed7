//! Deepgram, after <https://developers.deepgram.com/reference/speech-to-text/listen-streaming>,
//! <https://developers.deepgram.com/reference/text-to-speech/speak-streaming> and
//! <https://developers.deepgram.com/reference/errors>.

mod ear;
mod listen;
mod listening;
mod speak;

use crate::desk::{Desk, Refusal};
use crate::http;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

pub fn router() -> Router<Desk> {
    Router::new()
        .route("/v1/listen", get(listen::listen))
        .route("/v1/speak", get(speak::socket).post(speak::once))
}

/// As its page on errors shows them.
pub fn refused(refusal: &Refusal) -> Response {
    let (code, message) = match refusal.status {
        401 => ("INVALID_AUTH", "Invalid credentials."),
        402 => ("ASR_PAYMENT_REQUIRED", "Project does not have enough credits for an ASR request."),
        403 => ("INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."),
        429 => ("TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
        503 => ("SERVICE_UNAVAILABLE", "Please try again later."),
        504 => ("GATEWAY_TIMEOUT", "Request timed out."),
        _ => ("INTERNAL_SERVER_ERROR", "An unexpected error occurred."),
    };
    let response = error(refusal.status, code, message, refusal.number);
    match refusal.wait {
        Some(wait) => http::with_header(response, "retry-after", &wait.as_secs().to_string()),
        None => response,
    }
}

/// A bad request, which names what was wrong with the query.
fn bad_request(message: &str, number: u64) -> Response {
    error(400, "Bad Request", &format!("Bad Request: {message}"), number)
}

fn error(status: u16, code: &str, message: &str, number: u64) -> Response {
    let id = request_id(number);
    let body = json!({"err_code": code, "err_msg": message, "request_id": id});
    let response = http::with_header(http::json(status, &body), "dg-request-id", &id);
    http::with_header(response, "dg-error", message)
}

/// Written as a UUID.
fn request_id(number: u64) -> String {
    format!("{number:08x}-0000-4000-8000-{number:012x}")
}

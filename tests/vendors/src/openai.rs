//! OpenAI, after <https://platform.openai.com/docs/api-reference/chat>, <https://platform.openai.com/docs/api-reference/audio>
//! and <https://platform.openai.com/docs/guides/error-codes>.

mod chat;
mod checks;
mod form;
mod hear;
mod speak;

use crate::desk::{Desk, Refusal};
use crate::http;
use axum::Router;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

pub fn router() -> Router<Desk> {
    Router::new()
        .route("/v1/chat/completions", post(chat::completions))
        .route("/v1/audio/transcriptions", post(hear::transcriptions))
        .route("/v1/audio/speech", post(speak::speech))
}

pub fn refused(refusal: &Refusal) -> Response {
    let (kind, code, message) = match refusal.status {
        401 => ("invalid_request_error", Some("invalid_api_key"), "Incorrect API key provided."),
        403 => (
            "invalid_request_error",
            Some("unsupported_country_region_territory"),
            "Country, region, or territory not supported",
        ),
        429 => ("requests", Some("rate_limit_exceeded"), "Rate limit reached for requests."),
        503 => ("server_error", None, "The engine is currently overloaded, please try again later."),
        _ => {
            ("server_error", None, "The server had an error while processing your request. Sorry about that!")
        }
    };
    let error = error_of(kind, code, message, None);
    let response = identified(http::json(refusal.status, &error), refusal.number);
    match refusal.wait {
        Some(wait) => http::with_header(response, "retry-after", &wait.as_secs().to_string()),
        None => response,
    }
}

fn error_of(kind: &str, code: Option<&str>, message: &str, parameter: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": kind, "param": parameter, "code": code}})
}

fn identified(response: Response, number: u64) -> Response {
    let response = http::with_header(response, "x-request-id", &format!("req_{number:032x}"));
    http::with_header(response, "openai-version", "2020-10-01")
}

/// What a request has wrong.
#[derive(Debug, PartialEq)]
struct Wrong {
    status: u16,
    code: Option<&'static str>,
    parameter: Option<String>,
    message: String,
}

impl Wrong {
    fn new(parameter: &str, message: impl Into<String>) -> Wrong {
        let code = Some("invalid_value");
        Wrong { status: 400, code, parameter: Some(parameter.to_owned()), message: message.into() }
    }

    fn missing(parameter: &str) -> Wrong {
        let message = format!("Missing required parameter: '{parameter}'.");
        Wrong { code: Some("missing_required_parameter"), ..Wrong::new(parameter, message) }
    }

    fn model(model: &str) -> Wrong {
        let message = format!("The model `{model}` does not exist or you do not have access to it.");
        Wrong { status: 404, code: Some("model_not_found"), parameter: None, message }
    }

    fn response(&self, number: u64) -> Response {
        let error = error_of("invalid_request_error", self.code, &self.message, self.parameter.as_deref());
        identified(http::json(self.status, &error), number)
    }
}

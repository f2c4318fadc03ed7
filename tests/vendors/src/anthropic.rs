//! Anthropic, after <https://docs.claude.com/en/api/messages>, <https://docs.claude.com/en/docs/build-with-claude/streaming>
//! and <https://docs.claude.com/en/api/errors>.

mod checks;
mod stream;

use crate::desk::{Desk, Refusal, Visit};
use crate::http::{self, Instead};
use crate::script::{Answer, Ending};
use crate::wire::Line;
use crate::{Api, fault::Pass};
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

pub fn router() -> Router<Desk> {
    Router::new().route("/v1/messages", post(messages))
}

pub fn refused(refusal: &Refusal) -> Response {
    let (kind, message) = match refusal.status {
        401 => ("authentication_error", "invalid x-api-key"),
        402 => ("billing_error", "There is an issue with your billing or payment information."),
        403 => ("permission_error", "Your API key does not have permission to use the specified resource."),
        429 => ("rate_limit_error", "This request would exceed your organization's rate limit."),
        529 => ("overloaded_error", "Overloaded"),
        _ => ("api_error", "Internal server error"),
    };
    let response = error(refusal.status, kind, message, refusal.number);
    match refusal.wait {
        Some(wait) => http::with_header(response, "retry-after", &wait.as_secs().to_string()),
        None => response,
    }
}

fn error(status: u16, kind: &str, message: &str, number: u64) -> Response {
    let id = request_id(number);
    let error = json!({"type": kind, "message": message});
    let body = json!({"type": "error", "error": error, "request_id": id});
    http::with_header(http::json(status, &body), "request-id", &id)
}

fn request_id(number: u64) -> String {
    format!("req_{number:024}")
}

async fn messages(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match desk.receive(Api::AnthropicMessages, line, &parts).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    let body = match http::read(&visit, body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    if !parts.headers.contains_key("anthropic-version") {
        return error(400, "invalid_request_error", "anthropic-version: header is required", visit.number);
    }
    let Ok(body) = serde_json::from_slice(&body) else {
        return error(400, "invalid_request_error", "The request body is not valid JSON", visit.number);
    };
    match checks::check(&body) {
        Ok(()) => answered(visit, &body).await,
        Err(checks::Wrong::Model(model)) => {
            error(404, "not_found_error", &format!("model: {model}"), visit.number)
        }
        Err(checks::Wrong::Request(message)) => error(400, "invalid_request_error", &message, visit.number),
    }
}

async fn answered(mut visit: Visit, body: &Value) -> Response {
    let number = visit.number;
    let reply = Reply::new(body, visit.script.next_answer(), number);
    let response = if body["stream"] == true {
        let instead = Instead::events(stream::event(&json!({
            "type": "error",
            "error": {"type": "overloaded_error", "message": "Overloaded"},
        })));
        http::streamed(visit, "text/event-stream; charset=utf-8", stream::events(&reply), instead)
    } else {
        tokio::time::sleep(visit.pace().first).await;
        match visit.gate.pass().await {
            Pass::Whole => http::json(200, &reply.whole()),
            Pass::Error => refused(&Refusal { status: 529, wait: None, number }),
            broken => http::broken(broken),
        }
    };
    http::with_header(response, "request-id", &request_id(number))
}

/// What goes back, streamed or whole.
struct Reply {
    answer: Answer,
    model: Value,
    number: u64,
    input_tokens: usize,
}

impl Reply {
    fn new(body: &Value, answer: Answer, number: u64) -> Reply {
        Reply { answer, model: body["model"].clone(), number, input_tokens: body.to_string().len() / 4 }
    }

    fn message(&self) -> Value {
        json!({
            "id": format!("msg_{:022}", self.number),
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": {
                "input_tokens": self.input_tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 1,
            },
        })
    }

    fn whole(&self) -> Value {
        let mut message = self.message();
        let text = (!self.answer.text.is_empty()).then(|| json!({"type": "text", "text": self.answer.text}));
        let tools = self.answer.tools.iter().enumerate().map(|(place, tool)| {
            json!({"type": "tool_use", "id": self.tool_id(place), "name": tool.name, "input": tool.arguments})
        });
        message["content"] = text.into_iter().chain(tools).collect();
        message["stop_reason"] = json!(self.stop_reason());
        message["usage"]["output_tokens"] = json!(self.output_tokens());
        message
    }

    fn tool_id(&self, place: usize) -> String {
        format!("toolu_{:020}{place:02}", self.number)
    }

    fn stop_reason(&self) -> &'static str {
        match self.answer.ending {
            Ending::Complete if !self.answer.tools.is_empty() => "tool_use",
            Ending::Complete => "end_turn",
            Ending::Cut => "max_tokens",
            Ending::Refused => "refusal",
        }
    }

    fn output_tokens(&self) -> usize {
        let tools = self.answer.tools.iter().map(|tool| 10 + tool.arguments.to_string().len() / 4);
        self.answer.tokens().len() + tools.sum::<usize>()
    }
}

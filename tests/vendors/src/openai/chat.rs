//! `POST /v1/chat/completions`, as a stream and whole.

use super::{Wrong, checks, error_of, identified, refused};
use crate::Api;
use crate::desk::{Desk, Refusal, Visit};
use crate::fault::Pass;
use crate::http::{self, Instead};
use crate::script::{Answer, Ending};
use crate::wire::Line;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use serde_json::{Value, json};

pub async fn completions(
    State(desk): State<Desk>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visit = match desk.receive(Api::OpenAiChat, line, &parts).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    let body = match http::read(&visit, body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let number = visit.number;
    let Ok(body) = serde_json::from_slice(&body) else {
        let message = "We could not parse the JSON body of your request.";
        return Wrong { status: 400, code: None, parameter: None, message: message.to_owned() }
            .response(number);
    };
    match checks::check(&body) {
        Ok(()) => identified(answered(visit, &body).await, number),
        Err(wrong) => wrong.response(number),
    }
}

async fn answered(mut visit: Visit, body: &Value) -> Response {
    let number = visit.number;
    let reply = Reply { answer: visit.script.next_answer(), body, number };
    if body["stream"] == true {
        let message = "The server had an error while processing your request. Sorry about that!";
        let error = event(&error_of("server_error", None, message, None));
        return http::streamed(
            visit,
            "text/event-stream; charset=utf-8",
            reply.events(),
            Instead::events(error),
        );
    }
    tokio::time::sleep(visit.pace().first).await;
    match visit.gate.pass().await {
        Pass::Whole => http::json(200, &reply.whole()),
        Pass::Error => refused(&Refusal { status: 500, wait: None, number }),
        broken => http::broken(broken),
    }
}

struct Reply<'a> {
    answer: Answer,
    body: &'a Value,
    number: u64,
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}

impl Reply<'_> {
    fn object(&self, kind: &str) -> Value {
        json!({
            "id": format!("chatcmpl-{:029}", self.number),
            "object": kind,
            "created": 1_767_225_600,
            "model": self.body["model"],
            "service_tier": "default",
            "system_fingerprint": "fp_emulated",
        })
    }

    fn whole(&self) -> Value {
        let calls: Vec<Value> = (0..self.answer.tools.len()).map(|place| self.call(place, true)).collect();
        let text = (!self.answer.text.is_empty()).then_some(self.answer.text.as_str());
        let mut message = json!({"role": "assistant", "content": text, "refusal": null, "annotations": []});
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let mut object = self.object("chat.completion");
        object["choices"] = json!([{"index": 0, "message": message, "logprobs": null, "finish_reason": self.finish_reason()}]);
        object["usage"] = self.usage();
        object
    }

    fn events(&self) -> Vec<Bytes> {
        let with_usage = self.body.pointer("/stream_options/include_usage") == Some(&json!(true));
        let mut deltas = vec![(json!({"role": "assistant", "content": "", "refusal": null}), None)];
        deltas.extend(self.answer.tokens().into_iter().map(|token| (json!({"content": token}), None)));
        for (place, tool) in self.answer.tools.iter().enumerate() {
            deltas.push((json!({"tool_calls": [self.call(place, false)]}), None));
            let arguments: Vec<char> = tool.arguments.to_string().chars().collect();
            deltas.extend(arguments.chunks(12).map(|piece| {
                let function = json!({"arguments": String::from_iter(piece)});
                (json!({"tool_calls": [{"index": place, "function": function}]}), None)
            }));
        }
        deltas.push((json!({}), Some(self.finish_reason())));
        let chunk = |(delta, reason): (Value, Option<&str>)| {
            let mut chunk = self.object("chat.completion.chunk");
            chunk["choices"] =
                json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]);
            if with_usage {
                chunk["usage"] = Value::Null;
            }
            event(&chunk)
        };
        let mut events: Vec<String> = deltas.into_iter().map(chunk).collect();
        if with_usage {
            let mut last = self.object("chat.completion.chunk");
            last["choices"] = json!([]);
            last["usage"] = self.usage();
            events.push(event(&last));
        }
        events.push("data: [DONE]\n\n".to_owned());
        events.into_iter().map(Bytes::from).collect()
    }

    /// With its arguments, or as the first piece of a stream, which has none and its place.
    fn call(&self, place: usize, whole: bool) -> Value {
        let tool = &self.answer.tools[place];
        let arguments = if whole { tool.arguments.to_string() } else { String::new() };
        let function = json!({"name": tool.name, "arguments": arguments});
        let mut call = json!({"id": format!("call_{:020}{place:02}", self.number), "type": "function", "function": function});
        if !whole {
            call["index"] = json!(place);
        }
        call
    }

    fn finish_reason(&self) -> &'static str {
        match self.answer.ending {
            Ending::Complete if !self.answer.tools.is_empty() => "tool_calls",
            Ending::Complete => "stop",
            Ending::Cut => "length",
            Ending::Refused => "content_filter",
        }
    }

    fn usage(&self) -> Value {
        let tools = self.answer.tools.iter().map(|tool| 10 + tool.arguments.to_string().len() / 4);
        let (prompt, completion) =
            (self.body["messages"].to_string().len() / 4, self.answer.tokens().len() + tools.sum::<usize>());
        json!({
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        })
    }
}

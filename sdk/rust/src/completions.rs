//! The chat completions that most servers speak beside their own API:
//! https://platform.openai.com/docs/api-reference/chat

use crate::chat::Piece;
use crate::language_model::{Chat, Choice, Ending, Message, Part, Speaker};
use crate::{Failure, Unit, Usage};
use serde_json::{Value, json};

/// A request's body that asks for a streamed answer.
pub fn body(model: &str, heat: Option<f32>, chat: &Chat) -> Value {
    let mut body = json!({
        "model": model,
        "stream": true,
        "stream_options": {"include_usage": true},
        "max_tokens": chat.longest_tokens,
        "messages": chat.messages.iter().flat_map(messages).collect::<Vec<_>>(),
    });
    if let Some(heat) = heat {
        body["temperature"] = json!(heat);
    }
    if !chat.tools.is_empty() {
        body["tools"] = chat.tools.iter().map(tool).collect();
        body["tool_choice"] = choice(&chat.choice);
    }
    if let Some(schema) = chat.answer_schema.as_deref().and_then(parsed) {
        let schema = json!({"name": "answer", "strict": true, "schema": schema});
        body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
    }
    body
}

/// What one event's data brings.
///
/// # Errors
/// [`Failure::Broken`] where it isn't JSON, [`Failure::Unavailable`] where it is an error in the middle of an answer.
pub fn piece(data: &str) -> Result<Piece, Failure> {
    let chunk =
        parsed(data).ok_or_else(|| Failure::Broken("expected JSON in an event, found none".to_owned()))?;
    if let Some(error) = chunk.get("error") {
        let why = error.get("message").and_then(Value::as_str).unwrap_or("the answer broke off");
        return Err(Failure::Unavailable(why.to_owned()));
    }
    let mut pieces = Vec::new();
    let choice = &chunk["choices"][0];
    if let Some(text) = choice["delta"]["content"].as_str().filter(|text| !text.is_empty()) {
        pieces.push(Piece::Token(text.to_owned()));
    }
    pieces.extend(choice["delta"]["tool_calls"].as_array().into_iter().flatten().map(invoke));
    pieces.extend(choice["finish_reason"].as_str().map(|reason| Piece::Ends(ending(reason))));
    pieces.extend(usage(&chunk["usage"]));
    Ok(Piece::Many(pieces))
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn choice(choice: &Choice) -> Value {
    match choice {
        Choice::Free => json!("auto"),
        Choice::None => json!("none"),
        Choice::Must(None) => json!("required"),
        Choice::Must(Some(name)) => json!({"type": "function", "function": {"name": name}}),
    }
}

fn tool(tool: &crate::language_model::Tool) -> Value {
    let parameters = parsed(&tool.schema).unwrap_or_else(|| json!({"type": "object"}));
    json!({"type": "function", "function": {"name": tool.name, "description": tool.about, "parameters": parameters}})
}

/// A message's texts and invocations in one, each outcome in one of its own.
fn messages(message: &Message) -> Vec<Value> {
    let role = match message.speaker {
        Speaker::Instructions => "system",
        Speaker::Caller => "user",
        Speaker::Agent => "assistant",
    };
    let (mut text, mut calls, mut outcomes) = (String::new(), Vec::new(), Vec::new());
    for part in &message.parts {
        match part {
            Part::Text(more) => text.push_str(more),
            Part::Invoke(what) => {
                let function = json!({"name": what.name, "arguments": what.arguments});
                calls.push(json!({"id": what.id, "type": "function", "function": function}));
            }
            Part::Outcome(what) => {
                outcomes.push(json!({"role": "tool", "tool_call_id": what.id, "content": what.content}));
            }
            Part::Opaque(_) => {}
        }
    }
    let said = match (text.is_empty(), calls.is_empty()) {
        (true, true) => None,
        (false, true) => Some(json!({"role": role, "content": text})),
        (true, false) => Some(json!({"role": role, "content": null, "tool_calls": calls})),
        (false, false) => Some(json!({"role": role, "content": text, "tool_calls": calls})),
    };
    said.into_iter().chain(outcomes).collect()
}

fn invoke(call: &Value) -> Piece {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Piece::Invoke {
        index: call["index"].as_u64().and_then(|index| u32::try_from(index).ok()).unwrap_or(0),
        id: text(&call["id"]),
        name: text(&call["function"]["name"]),
        arguments: text(&call["function"]["arguments"]).unwrap_or_default(),
    }
}

fn ending(reason: &str) -> Ending {
    match reason {
        "length" => Ending::Cut,
        "content_filter" => Ending::Refused,
        "tool_calls" | "function_call" => Ending::Tools,
        _ => Ending::Complete,
    }
}

fn usage(usage: &Value) -> Vec<Piece> {
    let cached = &usage["prompt_tokens_details"]["cached_tokens"];
    let units = [
        (Unit::InputTokens, &usage["prompt_tokens"]),
        (Unit::OutputTokens, &usage["completion_tokens"]),
        (Unit::CachedTokens, cached),
    ];
    let amounts =
        units.into_iter().filter_map(|(unit, value)| Some((unit, value.as_u64().filter(|it| *it > 0)?)));
    amounts.map(|(unit, amount)| Piece::Used(Usage { unit, amount })).collect()
}

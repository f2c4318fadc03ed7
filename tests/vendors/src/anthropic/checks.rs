//! What the API refuses, as documented and in its words.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

#[derive(Debug, PartialEq)]
pub enum Wrong {
    Model(String),
    Request(String),
}

fn wrong<T>(message: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Request(message.into()))
}

const FIELDS: [&str; 22] = [
    "model",
    "messages",
    "max_tokens",
    "system",
    "stream",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "tools",
    "tool_choice",
    "metadata",
    "thinking",
    "service_tier",
    "output_config",
    "output_format",
    "context_management",
    "container",
    "mcp_servers",
    "inference_geo",
    "cache_control",
    "betas",
];

/// # Errors
/// The first thing that is wrong.
pub fn check(body: &Value) -> Result<(), Wrong> {
    let Value::Object(body) = body else { return wrong("Input should be a valid dictionary") };
    if let Some(field) = body.keys().find(|field| !FIELDS.contains(&field.as_str())) {
        return wrong(format!("{field}: Extra inputs are not permitted"));
    }
    for field in ["model", "max_tokens", "messages"] {
        if !body.contains_key(field) {
            return wrong(format!("{field}: Field required"));
        }
    }
    match body["model"].as_str() {
        Some(model) if model.starts_with("claude-") => {}
        Some(model) => return Err(Wrong::Model(model.to_owned())),
        None => return wrong("model: Input should be a valid string"),
    }
    if body["max_tokens"].as_u64().is_none_or(|most| most == 0) {
        return wrong("max_tokens: Input should be greater than or equal to 1");
    }
    let temperature = body.get("temperature").filter(|value| !value.is_null());
    if temperature.is_some_and(|value| !value.as_f64().is_some_and(|value| (0.0..=1.0).contains(&value))) {
        return wrong("temperature: range: 0..1");
    }
    tools(body)?;
    messages(&body["messages"])
}

fn tools(body: &Map<String, Value>) -> Result<(), Wrong> {
    let none = Vec::new();
    let tools = body.get("tools").and_then(Value::as_array).unwrap_or(&none);
    let mut names = BTreeSet::new();
    for (place, tool) in tools.iter().enumerate() {
        let name = tool["name"].as_str().unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 128 || !name.chars().all(is_name) {
            return wrong(format!(
                "tools.{place}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
            ));
        }
        if tool["input_schema"]["type"] != "object" {
            return wrong(format!("tools.{place}.custom.input_schema.type: Field required"));
        }
        if !names.insert(name) {
            return wrong("tools: Tool names must be unique.");
        }
    }
    let Some(choice) = body.get("tool_choice") else { return Ok(()) };
    match choice["type"].as_str() {
        Some("none") => Ok(()),
        Some("auto" | "any" | "tool") if tools.is_empty() => {
            wrong("tool_choice: may only be specified while providing tools")
        }
        Some("auto" | "any") => Ok(()),
        Some("tool") if choice["name"].as_str().is_some_and(|name| names.contains(name)) => Ok(()),
        Some("tool") => wrong("tool_choice.tool.name: Tool not found in provided tools"),
        _ => wrong("tool_choice: Input tag should be one of 'auto', 'any', 'tool', 'none'"),
    }
}

fn messages(messages: &Value) -> Result<(), Wrong> {
    let Some(messages) = messages.as_array().filter(|messages| !messages.is_empty()) else {
        return wrong("messages: at least one message is required");
    };
    if messages[0]["role"] != "user" {
        return wrong("messages: first message must use the \"user\" role");
    }
    let mut asked = BTreeSet::new();
    for turn in turns(messages)? {
        if turn.role == "user" {
            answered(&turn, &asked)?;
        }
        asked = ids(&turn.blocks, "tool_use", "id");
    }
    match messages.last() {
        Some(last) if last["role"] == "assistant" => prefilled(last),
        _ => Ok(()),
    }
}

/// Messages of one role in a row, which count as one.
struct Turn<'a> {
    place: usize,
    role: &'a str,
    blocks: Vec<Value>,
}

fn turns(messages: &[Value]) -> Result<Vec<Turn<'_>>, Wrong> {
    let mut turns: Vec<Turn<'_>> = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        let role = match message["role"].as_str() {
            Some(role @ ("user" | "assistant")) => role,
            _ => return wrong(format!("messages.{place}.role: Input should be 'user' or 'assistant'")),
        };
        let last = place + 1 == messages.len();
        let blocks = blocks(place, message, last && role == "assistant")?;
        match turns.last_mut() {
            Some(turn) if turn.role == role => turn.blocks.extend(blocks),
            _ => turns.push(Turn { place, role, blocks }),
        }
    }
    Ok(turns)
}

/// A message's content as blocks.
fn blocks(place: usize, message: &Value, may_be_empty: bool) -> Result<Vec<Value>, Wrong> {
    let blocks = match &message["content"] {
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => return Ok(vec![serde_json::json!({"type": "text", "text": text})]),
        Value::Array(blocks) => blocks.clone(),
        _ => return wrong(format!("messages.{place}.content: Field required")),
    };
    if blocks.is_empty() && !may_be_empty {
        return wrong(format!(
            "messages.{place}: all messages must have non-empty content except for the optional final assistant message"
        ));
    }
    for (number, block) in blocks.iter().enumerate() {
        match block["type"].as_str() {
            Some("text") if block["text"].as_str().is_none_or(str::is_empty) => {
                return wrong("messages: text content blocks must be non-empty");
            }
            Some(
                "text" | "tool_use" | "tool_result" | "image" | "document" | "thinking" | "redacted_thinking",
            ) => {}
            _ => return wrong(format!("messages.{place}.content.{number}.type: Input tag is unknown")),
        }
    }
    Ok(blocks)
}

/// Every `tool_use` must have its `tool_result` in the next message, at its front, and every result its use in the
/// message before.
fn answered(turn: &Turn<'_>, asked: &BTreeSet<String>) -> Result<(), Wrong> {
    let place = turn.place;
    let results = ids(&turn.blocks, "tool_result", "tool_use_id");
    if let Some(id) = results.iter().find(|id| !asked.contains(*id)) {
        return wrong(format!(
            "messages.{place}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each \
             `tool_result` block must have a corresponding `tool_use` block in the previous message."
        ));
    }
    let front = turn.blocks.iter().take(results.len()).all(|block| block["type"] == "tool_result");
    let missing: Vec<_> = asked.iter().filter(|id| !front || !results.contains(*id)).cloned().collect();
    if !missing.is_empty() {
        return wrong(format!(
            "messages.{place}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each \
             `tool_use` block must have a corresponding `tool_result` block in the next message.",
            missing.join(", ")
        ));
    }
    Ok(())
}

fn ids(blocks: &[Value], kind: &str, field: &str) -> BTreeSet<String> {
    let of_kind = blocks.iter().filter(|block| block["type"] == kind);
    of_kind.filter_map(|block| block[field].as_str()).map(str::to_owned).collect()
}

/// An answer that is begun by the client.
fn prefilled(last: &Value) -> Result<(), Wrong> {
    let text = match &last["content"] {
        Value::String(text) => text.as_str(),
        content => content.pointer("/0/text").and_then(Value::as_str).unwrap_or_default(),
    };
    if text.ends_with(char::is_whitespace) {
        return wrong("messages: final assistant content cannot end with trailing whitespace");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(messages: Value) -> Result<(), Wrong> {
        check(&json!({"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": messages}))
    }

    fn used(id: &str) -> Value {
        json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "book", "input": {}}]})
    }

    fn result(id: &str) -> Value {
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "done"}]})
    }

    #[test]
    fn histories_that_it_takes() {
        let user = json!({"role": "user", "content": "Hello"});
        said(json!([user])).unwrap();
        said(json!([user, {"role": "assistant", "content": "Hi"}, user, user])).unwrap();
        said(json!([user, used("a"), result("a"), user])).unwrap();
        said(json!([user, used("a"), used("b"), result("b"), result("a")])).unwrap();
    }

    #[test]
    fn histories_that_it_refuses() {
        let user = json!({"role": "user", "content": "Hello"});
        let agent = json!({"role": "assistant", "content": "Hi"});
        for history in [
            json!([]),
            json!([agent]),
            json!([{"role": "system", "content": "Be brief"}]),
            json!([user, used("a"), user]),
            json!([user, result("a")]),
            json!([user, used("a"), result("b")]),
            json!([user, used("a"), user, result("a")]),
            json!([user, {"role": "user", "content": ""}]),
            json!([user, {"role": "assistant", "content": "Well, "}]),
        ] {
            let refused = said(history.clone());
            assert!(matches!(refused, Err(Wrong::Request(_))), "{history}");
        }
    }
}

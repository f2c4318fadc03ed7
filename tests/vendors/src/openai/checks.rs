//! What the chat API refuses.

use super::Wrong;
use serde_json::Value;
use std::collections::BTreeSet;

const MODELS: [&str; 8] = ["gpt-3.5", "gpt-4", "gpt-4o", "gpt-4.1", "gpt-5", "o1", "o3", "o4"];

/// # Errors
/// The first thing that is wrong.
pub fn check(body: &Value) -> Result<(), Wrong> {
    let Some(model) = body["model"].as_str() else {
        return Err(Wrong::new("model", "you must provide a model parameter"));
    };
    if !MODELS.iter().any(|family| model.starts_with(family)) {
        return Err(Wrong::model(model));
    }
    if body.get("stream_options").is_some_and(|options| !options.is_null()) && body["stream"] != true {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(Wrong::new("stream_options", message));
    }
    let out_of_range = |name: &str, most: f64| {
        body[name].as_f64().is_some_and(|value| !(0.0..=most).contains(&value)) || body[name].is_string()
    };
    if out_of_range("temperature", 2.0) {
        return Err(Wrong::new("temperature", "Invalid 'temperature': expected a value from 0 to 2."));
    }
    // https://platform.openai.com/docs/guides/reasoning: they think, and refuse the old name of the limit.
    let thinks = ["o1", "o3", "o4", "gpt-5"].iter().any(|family| model.starts_with(family));
    if thinks && body.get("max_tokens").is_some() {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                       'max_completion_tokens' instead.";
        return Err(Wrong { code: Some("unsupported_parameter"), ..Wrong::new("max_tokens", message) });
    }
    tools(body)?;
    messages(body)
}

fn tools(body: &Value) -> Result<(), Wrong> {
    let tools = body["tools"].as_array();
    if tools.is_some_and(Vec::is_empty) {
        return Err(Wrong::new(
            "tools",
            "Invalid 'tools': empty array. Expected an array with minimum length 1.",
        ));
    }
    let choice = body.get("tool_choice").filter(|choice| !choice.is_null());
    if choice.is_some() && tools.is_none() {
        let message =
            "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.";
        return Err(Wrong::new("tool_choice", message));
    }
    for (place, tool) in tools.into_iter().flatten().enumerate() {
        let name = tool.pointer("/function/name").and_then(Value::as_str).unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
            let parameter = format!("tools[{place}].function.name");
            let message = format!(
                "Invalid '{parameter}': string does not match pattern. Expected a string that matches the pattern \
                 '^[a-zA-Z0-9_-]+$'."
            );
            return Err(Wrong::new(&parameter, message));
        }
    }
    Ok(())
}

fn messages(body: &Value) -> Result<(), Wrong> {
    let Some(messages) = body["messages"].as_array() else { return Err(Wrong::missing("messages")) };
    if messages.is_empty() {
        return Err(Wrong::new("messages", "Invalid 'messages': empty array."));
    }
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    for (place, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if role != "tool" && !asked.is_empty() {
            return Err(unanswered(&asked));
        }
        match role {
            "tool" => {
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                if !asked.remove(id) {
                    let message = "Invalid parameter: messages with role 'tool' must be a response to a preceeding \
                                   message with 'tool_calls'.";
                    return Err(Wrong::new(&format!("messages.[{place}].role"), message));
                }
            }
            "assistant" => {
                let calls = message["tool_calls"].as_array();
                asked = calls.into_iter().flatten().filter_map(|call| call["id"].as_str()).collect();
            }
            "system" | "developer" | "user" => {}
            other => {
                let parameter = format!("messages[{place}].role");
                let message =
                    format!("Invalid value: '{other}'. Supported values are: 'system', 'assistant', …");
                return Err(Wrong::new(&parameter, message));
            }
        }
        let may_be_null = role == "assistant" && message["tool_calls"].is_array();
        if message["content"].is_null() && !may_be_null {
            let parameter = format!("messages.[{place}].content");
            let found = "expected a string, got null.";
            return Err(Wrong::new(&parameter, format!("Invalid value for 'content': {found}")));
        }
    }
    if asked.is_empty() { Ok(()) } else { Err(unanswered(&asked)) }
}

fn unanswered(asked: &BTreeSet<&str>) -> Wrong {
    let ids = asked.iter().copied().collect::<Vec<_>>().join(", ");
    let message = format!(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The \
         following tool_call_ids did not have response messages: {ids}"
    );
    Wrong::new("messages", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tool_message_answers_a_call() {
        let call =
            json!({"role": "assistant", "content": null, "tool_calls": [{"id": "a", "type": "function"}]});
        let (user, tool) = (
            json!({"role": "user", "content": "Hello"}),
            json!({"role": "tool", "tool_call_id": "a", "content": "done"}),
        );
        let said = |messages: Value| check(&json!({"model": "gpt-4.1-mini", "messages": messages}));
        said(json!([user, call, tool])).unwrap();
        for history in [json!([user, tool]), json!([user, call, user]), json!([user, call]), json!([])] {
            said(history).unwrap_err();
        }
    }
}

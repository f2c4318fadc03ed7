//! A chat as the API wants it.

use crate::Options;
use closare_plugin::language_model::{Chat, Choice, Message, Part, Speaker, Tool};
use serde_json::{Map, Value, json};

/// The body of a chat's request.
pub fn body(options: &Options, chat: &Chat) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), json!(options.model));
    body.insert("messages".into(), Value::Array(messages(&chat.messages)));
    body.insert("stream".into(), json!(true));
    body.insert("stream_options".into(), json!({"include_usage": true}));
    if chat.longest_tokens > 0 {
        body.insert(options.longest_tokens().into(), json!(chat.longest_tokens));
    }
    if let Some(temperature) = options.temperature {
        body.insert("temperature".into(), json!(temperature));
    }
    if !chat.tools.is_empty() {
        body.insert("tools".into(), chat.tools.iter().map(tool).collect());
        body.insert("tool_choice".into(), choice(&chat.choice));
    }
    if let Some(schema) = &chat.answer_schema {
        body.insert("response_format".into(), response_format(parsed(schema)));
    }
    body.extend(options.extra.clone());
    Value::Object(body)
}

/// Each tool's outcome is a message of its own; several texts of one speaker in a row become one message, since some
/// models' templates refuse two.
fn messages(history: &[Message]) -> Vec<Value> {
    let mut said: Vec<Value> = Vec::new();
    for message in history {
        let mut turn = Turn { role: role(message.speaker), ..Turn::default() };
        for part in &message.parts {
            match part {
                Part::Text(text) => turn.texts.push(text),
                Part::Invoke(call) => turn.calls.push(json!({
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                })),
                Part::Outcome(outcome) => {
                    turn.close(&mut said);
                    let failed = if outcome.failed { "failed: " } else { "" };
                    let content = format!("{failed}{}", outcome.content);
                    said.push(json!({"role": "tool", "tool_call_id": outcome.id, "content": content}));
                }
                // This plugin asks for nothing to be kept.
                Part::Opaque(_) => {}
            }
        }
        turn.close(&mut said);
    }
    said
}

#[derive(Default)]
struct Turn<'a> {
    role: &'static str,
    texts: Vec<&'a str>,
    calls: Vec<Value>,
}

impl Turn<'_> {
    fn close(&mut self, said: &mut Vec<Value>) {
        let text = std::mem::take(&mut self.texts).join("\n");
        let calls = std::mem::take(&mut self.calls);
        if !calls.is_empty() {
            let content = if text.is_empty() { Value::Null } else { json!(text) };
            said.push(json!({"role": self.role, "content": content, "tool_calls": calls}));
        } else if !text.is_empty() {
            match said.last_mut().filter(|last| last["role"] == self.role && last.get("tool_calls").is_none())
            {
                Some(last) => {
                    last["content"] =
                        json!(format!("{}\n{text}", last["content"].as_str().unwrap_or_default()))
                }
                None => said.push(json!({"role": self.role, "content": text})),
            }
        }
    }
}

fn role(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Instructions => "system",
        Speaker::Caller => "user",
        Speaker::Agent => "assistant",
    }
}

fn tool(tool: &Tool) -> Value {
    let function = json!({"name": tool.name, "description": tool.about, "parameters": parsed(&tool.schema)});
    json!({"type": "function", "function": function})
}

fn choice(choice: &Choice) -> Value {
    match choice {
        Choice::Free => json!("auto"),
        Choice::None => json!("none"),
        Choice::Must(None) => json!("required"),
        Choice::Must(Some(name)) => json!({"type": "function", "function": {"name": name}}),
    }
}

fn response_format(schema: Value) -> Value {
    let strict = is_strict(&schema);
    json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": strict}})
}

/// Whether a schema keeps to what OpenAI's strict mode takes: every object closed, every property required, and no
/// keyword beyond these. Others go as guidance, which all models follow well.
fn is_strict(schema: &Value) -> bool {
    const KNOWN: [&str; 9] = [
        "type",
        "description",
        "enum",
        "const",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
    ];
    let Value::Object(schema) = schema else { return false };
    let is_object = schema.get("type").is_some_and(|kind| kind == "object");
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array).map_or(0, Vec::len);
    schema.keys().all(|key| KNOWN.contains(&key.as_str()))
        && (!is_object || schema.get("additionalProperties") == Some(&Value::Bool(false)))
        && required == properties.map_or(0, Map::len)
        && properties.is_none_or(|all| all.values().all(is_strict))
        && schema.get("items").is_none_or(is_strict)
        && schema.get("anyOf").and_then(Value::as_array).is_none_or(|all| all.iter().all(is_strict))
}

/// The engine checked it; what is no JSON all the same allows anything.
fn parsed(schema: &str) -> Value {
    serde_json::from_str(schema).unwrap_or_else(|_| json!({}))
}

//! A chat as the API wants it.

use crate::Options;
use crate::history::History;
use closare_plugin::language_model::{Chat, Choice, Tool};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The tool that stands for an answer by a schema. No workflow's tool has this name.
pub const ANSWER: &str = "closare_answer";

/// Where a chat sets no limit; the API wants one.
const LONGEST_TOKENS: u32 = 1024;

/// How an answer is made to fit a schema.
///
/// Of the ways that the API has, a tool that must be used is the sturdiest for a call: any schema goes, where
/// `output_config.format` refuses most keywords and more than 16 nullable fields, and compiles a new schema while a caller
/// waits. Where a tool can't be forced, or others are offered, the schema is part of the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Free,
    ByTool,
    ByPrompt,
}

pub fn form(options: &Options, chat: &Chat) -> Form {
    match chat.answer_schema.as_deref().map(parsed) {
        None => Form::Free,
        Some(schema) if options.force_tools && chat.tools.is_empty() && schema["type"] == "object" => {
            Form::ByTool
        }
        Some(_) => Form::ByPrompt,
    }
}

/// The body of a chat's request.
pub fn body(options: &Options, chat: &Chat) -> Value {
    let form = form(options, chat);
    let History { mut system, messages, used } = History::of(&chat.messages, options.thinks());
    let mut body = Map::new();
    body.insert("model".into(), json!(options.model));
    body.insert("max_tokens".into(), json!(longest_tokens(options, chat)));
    body.insert("stream".into(), json!(true));
    body.insert("messages".into(), Value::Array(messages));
    if let (Form::ByPrompt, Some(schema)) = (form, &chat.answer_schema) {
        add(
            &mut system,
            &format!(
                "Your answer is one JSON object alone, without words or a fence around it, that fits this JSON Schema:\n{schema}"
            ),
        );
    }
    let offer = Offer::of(options, chat, form, used);
    if !offer.tools.is_empty() {
        if let Some(asked) = offer.asked {
            add(&mut system, &asked);
        }
        body.insert("tools".into(), Value::Array(offer.tools));
        body.insert("tool_choice".into(), offer.choice);
    }
    if !system.is_empty() {
        body.insert("system".into(), json!(system));
    }
    if options.thinking != "unset" {
        body.insert("thinking".into(), json!({"type": options.thinking}));
    }
    if let Some(effort) = &options.effort {
        body.insert("output_config".into(), json!({"effort": effort}));
    }
    if let Some(temperature) = options.temperature {
        body.insert("temperature".into(), json!(temperature));
    }
    body.extend(options.extra.clone());
    Value::Object(body)
}

fn longest_tokens(options: &Options, chat: &Chat) -> u32 {
    let own = if chat.longest_tokens == 0 { LONGEST_TOKENS } else { chat.longest_tokens };
    own.saturating_add(if options.thinks() { options.thinking_tokens } else { 0 })
}

/// The tools, the choice among them, and what the model is asked where it can't be made to.
struct Offer {
    tools: Vec<Value>,
    choice: Value,
    asked: Option<String>,
}

impl Offer {
    fn of(options: &Options, chat: &Chat, form: Form, used: BTreeSet<String>) -> Offer {
        let (tools, choice) = match (form, &chat.answer_schema) {
            // Tools of the past needn't be offered beside it: that there is one is enough.
            (Form::ByTool, Some(schema)) => {
                let about = "Gives the answer.".to_owned();
                let answer = Tool { name: ANSWER.to_owned(), about, schema: schema.clone() };
                (vec![tool(&answer)], Choice::Must(Some(ANSWER.to_owned())))
            }
            _ if chat.tools.is_empty() => (used.into_iter().map(past).collect(), Choice::None),
            _ => (chat.tools.iter().map(tool).collect(), chat.choice.clone()),
        };
        let (choice, asked) = self::choice(options.force_tools, choice);
        Offer { tools, choice, asked }
    }
}

fn choice(force: bool, choice: Choice) -> (Value, Option<String>) {
    let auto = json!({"type": "auto"});
    match choice {
        Choice::Free => (auto, None),
        Choice::None => (json!({"type": "none"}), None),
        Choice::Must(None) if force => (json!({"type": "any"}), None),
        Choice::Must(Some(name)) if force => (json!({"type": "tool", "name": name}), None),
        Choice::Must(None) => (auto, Some("Answer by using one of the tools, at once.".to_owned())),
        Choice::Must(Some(name)) => (auto, Some(format!("Answer by using the tool `{name}`, at once."))),
    }
}

fn past(name: String) -> Value {
    json!({"name": name, "description": "No longer to be used.", "input_schema": {"type": "object"}})
}

fn tool(tool: &Tool) -> Value {
    let mut schema = parsed(&tool.schema);
    if schema.get("type").is_none() {
        schema["type"] = json!("object");
    }
    json!({"name": tool.name, "description": tool.about, "input_schema": schema})
}

/// The engine checked it; what is no JSON all the same allows anything.
fn parsed(schema: &str) -> Value {
    serde_json::from_str(schema).ok().filter(Value::is_object).unwrap_or_else(|| json!({}))
}

fn add(system: &mut String, text: &str) {
    if !system.is_empty() {
        system.push_str("\n\n");
    }
    system.push_str(text);
}

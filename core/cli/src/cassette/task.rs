//! What a model is asked, as short as a person would write it: a message is a map of its speaker and the words.

use closare_host::words::{
    Chat, Choice, Extraction, Field, Intent, Invocation, Message, Outcome, Part, Speaker, Summary, Task,
    ToolOffered,
};
use closare_terms::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Instructions(String),
    Caller(String),
    Agent(String),
    Invoke(Invocation),
    Outcome(Outcome),
    Opaque(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chatting {
    #[serde(default = "first")]
    pub job: u32,
    pub messages: Vec<Line>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Offered>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_use_tool: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_schema: Option<Value>,
    #[serde(default = "tokens")]
    pub longest_tokens: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    pub name: String,
    pub about: String,
    pub schema: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extracting {
    #[serde(default = "first")]
    pub job: u32,
    pub messages: Vec<Line>,
    #[serde(default)]
    pub intents: Vec<Intent>,
    #[serde(default)]
    pub fields: Vec<Offered>,
    pub today: String,
    pub timezone: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summarizing {
    #[serde(default = "first")]
    pub job: u32,
    pub messages: Vec<Line>,
    pub language: Language,
    #[serde(default)]
    pub style: String,
    pub longest_words: u32,
}

fn first() -> u32 {
    1
}

fn tokens() -> u32 {
    200
}

impl Chatting {
    pub fn saying(words: &str) -> Chatting {
        Chatting {
            job: first(),
            messages: vec![Line::Caller(words.to_owned())],
            tools: Vec::new(),
            must_use_tool: None,
            answer_schema: None,
            longest_tokens: tokens(),
        }
    }
}

fn messages(lines: &[Line]) -> Vec<Message> {
    let of = |line: &Line| match line {
        Line::Instructions(words) => Message::text(Speaker::Instructions, words),
        Line::Caller(words) => Message::text(Speaker::Caller, words),
        Line::Agent(words) => Message::text(Speaker::Agent, words),
        Line::Invoke(what) => part(Speaker::Agent, Part::Invoke(what.clone())),
        Line::Outcome(what) => part(Speaker::Caller, Part::Outcome(what.clone())),
        Line::Opaque(text) => part(Speaker::Agent, Part::Opaque(text.clone())),
    };
    lines.iter().map(of).collect()
}

fn part(speaker: Speaker, part: Part) -> Message {
    Message { speaker, parts: vec![part] }
}

impl From<&Chatting> for Task {
    fn from(chat: &Chatting) -> Task {
        let tool = |tool: &Offered| ToolOffered {
            name: tool.name.clone(),
            about: tool.about.clone(),
            schema: tool.schema.to_string(),
        };
        Task::Chat(Chat {
            messages: messages(&chat.messages),
            tools: chat.tools.iter().map(tool).collect(),
            choice: match chat.must_use_tool {
                None => Choice::Free,
                Some(true) => Choice::Must(None),
                Some(false) => Choice::None,
            },
            answer_schema: chat.answer_schema.as_ref().map(Value::to_string),
            longest_tokens: chat.longest_tokens,
        })
    }
}

impl From<&Extracting> for Task {
    fn from(what: &Extracting) -> Task {
        let field = |field: &Offered| Field {
            name: field.name.clone(),
            about: field.about.clone(),
            schema: field.schema.to_string(),
        };
        Task::Extract(Extraction {
            messages: messages(&what.messages),
            intents: what.intents.clone(),
            fields: what.fields.iter().map(field).collect(),
            today: what.today.clone(),
            timezone: what.timezone.clone(),
        })
    }
}

impl From<&Summarizing> for Task {
    fn from(what: &Summarizing) -> Task {
        Task::Summarize(Summary {
            messages: messages(&what.messages),
            language: what.language.clone(),
            style: what.style.clone(),
            longest_words: what.longest_words,
        })
    }
}

use closare_terms::Language;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    Instructions,
    Caller,
    Agent,
}

/// A model's wish to use a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invocation {
    pub id: String,
    pub name: String,
    /// JSON.
    pub arguments: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub id: String,
    pub content: String,
    pub failed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    Text(String),
    Invoke(Invocation),
    Outcome(Outcome),
    /// What the plugin asked to get back with the history, as it gave it.
    Opaque(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub speaker: Speaker,
    pub parts: Vec<Part>,
}

impl Message {
    pub fn text(speaker: Speaker, text: impl Into<String>) -> Message {
        Message { speaker, parts: vec![Part::Text(text.into())] }
    }
}

/// A tool that a model may use. `schema` is JSON Schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolOffered {
    pub name: String,
    pub about: String,
    pub schema: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    #[default]
    Free,
    None,
    /// Any tool, or this one.
    Must(Option<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    pub messages: Vec<Message>,
    pub tools: Vec<ToolOffered>,
    pub choice: Choice,
    /// JSON Schema.
    pub answer_schema: Option<String>,
    pub longest_tokens: u32,
}

/// An intent, with phrases that mean it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub name: String,
    pub examples: Vec<String>,
}

/// A field, with its JSON Schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub about: String,
    pub schema: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extraction {
    pub messages: Vec<Message>,
    pub intents: Vec<Intent>,
    pub fields: Vec<Field>,
    /// ISO 8601 date.
    pub today: String,
    /// IANA name.
    pub timezone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub messages: Vec<Message>,
    pub language: Language,
    pub style: String,
    pub longest_words: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    Chat(Chat),
    Extract(Extraction),
    Summarize(Summary),
}

/// What an extraction found, each with its confidence from 0 to 1. A field's value is JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub intent: Option<(String, f32)>,
    pub fields: Vec<(String, String, f32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Complete,
    Cut,
    Refused,
    /// It waits for the outcome of a tool.
    Tools,
}

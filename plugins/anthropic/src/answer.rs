//! A streamed answer, put together from its events.

use crate::request::{ANSWER, Form};
use crate::stream::{Counted, Delta, Told};
use closare_plugin::language_model::{Ending, Invocation};
use closare_plugin::{Failure, Usage};
use serde_json::Value;
use std::collections::BTreeMap;

/// What an event added.
#[derive(Debug, PartialEq)]
pub enum Piece {
    Token(String),
    /// A thought, to be given back with the history.
    Opaque(String),
    /// The last event.
    Whole,
    Failed(Failure),
}

/// What is known of an answer so far.
#[derive(Default)]
pub struct Answer {
    /// As it was told, for an extraction.
    pub text: String,
    by_tool: bool,
    /// Blocks that haven't stopped, by their place.
    open: BTreeMap<u32, Block>,
    invocations: Vec<Invocation>,
    ending: Option<Ending>,
    counted: Counted,
}

enum Block {
    Text,
    /// Its use is the answer: the arguments are told as they come.
    Answer,
    Tool(Invocation),
    /// The block as it began, with what was added.
    Thought(Value),
}

/// How an answer ended.
pub struct End {
    pub used: Vec<Usage>,
    pub invocations: Vec<Invocation>,
    pub ending: Ending,
}

impl Answer {
    pub fn new(form: Form) -> Answer {
        Answer { by_tool: form == Form::ByTool, ..Answer::default() }
    }

    /// Takes the data of one event.
    pub fn take(&mut self, data: &str) -> Option<Piece> {
        match serde_json::from_str(data) {
            Ok(told) => self.add(told),
            Err(error) => {
                Some(Piece::Failed(Failure::Broken(format!("expected an event of an answer: {error}"))))
            }
        }
    }

    /// Whether anything came: a body that ends at once is no answer.
    pub fn has_begun(&self) -> bool {
        self.ending.is_some()
            || !self.text.is_empty()
            || !self.invocations.is_empty()
            || !self.open.is_empty()
    }

    /// An answer that just stops was cut, and uses no tool.
    pub fn end(&mut self) -> End {
        let mut invocations = std::mem::take(&mut self.invocations);
        if self.ending.is_none() {
            invocations.clear();
        }
        let ending = match self.ending.take() {
            // The answer's own tool is no use of a tool, nor is one with half of its arguments.
            Some(Ending::Tools) if invocations.is_empty() => {
                if self.by_tool {
                    Ending::Complete
                } else {
                    Ending::Cut
                }
            }
            ending => ending.unwrap_or(Ending::Cut),
        };
        End { used: self.counted.units(), invocations, ending }
    }

    fn add(&mut self, told: Told) -> Option<Piece> {
        match told {
            Told::MessageStart { message } => self.counted.update(message.usage),
            Told::ContentBlockStart { index, content_block } => return self.start(index, content_block),
            Told::ContentBlockDelta { index, delta } => return self.delta(index, delta),
            Told::ContentBlockStop { index } => return self.stop(index),
            Told::MessageDelta { delta, usage } => {
                self.ending = delta.ending().or(self.ending);
                self.counted.update(usage);
            }
            Told::MessageStop => return Some(Piece::Whole),
            Told::Error { error } => return Some(Piece::Failed(error.failure())),
            Told::Else => {}
        }
        None
    }

    fn start(&mut self, index: u32, block: Value) -> Option<Piece> {
        let word = |key: &str| block[key].as_str().unwrap_or_default().to_owned();
        let (begun, piece) = match block["type"].as_str()? {
            "text" => (Block::Text, self.token(word("text"))),
            "tool_use" if self.by_tool && block["name"] == ANSWER => (Block::Answer, None),
            "tool_use" => {
                let (id, name, arguments) = (word("id"), word("name"), String::new());
                (Block::Tool(Invocation { id, name, arguments }), None)
            }
            "thinking" | "redacted_thinking" => (Block::Thought(block), None),
            _ => return None,
        };
        self.open.insert(index, begun);
        piece
    }

    fn delta(&mut self, index: u32, delta: Delta) -> Option<Piece> {
        match (self.open.get_mut(&index)?, delta) {
            (Block::Text, Delta::TextDelta { text }) => self.token(text),
            (Block::Answer, Delta::InputJsonDelta { partial_json }) => self.token(partial_json),
            (Block::Tool(use_of), Delta::InputJsonDelta { partial_json }) => {
                use_of.arguments.push_str(&partial_json);
                None
            }
            (Block::Thought(block), Delta::ThinkingDelta { thinking }) => {
                append(block, "thinking", &thinking)
            }
            (Block::Thought(block), Delta::SignatureDelta { signature }) => {
                append(block, "signature", &signature)
            }
            _ => None,
        }
    }

    fn stop(&mut self, index: u32) -> Option<Piece> {
        match self.open.remove(&index)? {
            Block::Text | Block::Answer => None,
            Block::Thought(block) => Some(Piece::Opaque(block.to_string())),
            Block::Tool(mut use_of) => {
                // A tool without arguments brings none.
                if use_of.arguments.trim().is_empty() {
                    use_of.arguments = "{}".to_owned();
                }
                // At the limit of tokens the block stops, but its arguments aren't whole.
                if serde_json::from_str::<Value>(&use_of.arguments).is_ok() {
                    self.invocations.push(use_of);
                }
                None
            }
        }
    }

    fn token(&mut self, text: String) -> Option<Piece> {
        self.text.push_str(&text);
        (!text.is_empty()).then_some(Piece::Token(text))
    }
}

fn append(block: &mut Value, key: &str, more: &str) -> Option<Piece> {
    block[key] = format!("{}{more}", block[key].as_str().unwrap_or_default()).into();
    None
}

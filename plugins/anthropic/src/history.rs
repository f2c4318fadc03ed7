//! The talk so far as the API wants it, which is strict about order:
//! - the first message is the user's, and so is the last (newer models continue no answer of their own);
//! - messages of one role in a row are one;
//! - a use of a tool is answered in the very next message, and there before anything else.
//!
//! https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls

use closare_plugin::language_model::{Message, Outcome, Part, Speaker};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The API takes no talk that the agent begins, though on a call it does.
const BEGINS: &str = "(The call begins.)";

/// Nor one that the agent has ended.
const SILENT: &str = "(The caller says nothing. Go on.)";

/// What a use of a tool gave that a caller's interruption cut short.
const NO_OUTCOME: &str = "The call went on before this gave anything.";

/// The talk, split as a request has it.
pub struct History {
    pub system: String,
    pub messages: Vec<Value>,
    /// Tools that were used: a request with a use in it must offer tools.
    pub used: BTreeSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    User,
    Assistant,
}

/// What one role says in a row.
struct Turn<'a> {
    role: Role,
    parts: Vec<&'a Part>,
}

impl History {
    /// `thinks`: whether thoughts are given back. Only those since the caller last spoke: the API refuses older ones when
    /// what stood before them has changed, and a call's instructions change from step to step.
    pub fn of(talk: &[Message], thinks: bool) -> History {
        let mut history = History { system: system(talk), messages: Vec::new(), used: BTreeSet::new() };
        let mut names = Names::default();
        let mut owed: Vec<Value> = Vec::new();
        for turn in turns(talk, thinks) {
            match turn.role {
                Role::User => {
                    owed.extend(turn.parts.iter().filter_map(|part| text(part)));
                    history.push(Role::User, std::mem::take(&mut owed));
                }
                Role::Assistant => {
                    // A turn that was owed an outcome, with nothing of the user after it.
                    history.push(Role::User, std::mem::take(&mut owed));
                    if history.messages.is_empty() {
                        history.push(Role::User, vec![said(BEGINS)]);
                    }
                    let (content, outcomes) = names.assistant(&turn.parts, talk, &mut history.used);
                    history.push(Role::Assistant, content);
                    owed = outcomes;
                }
            }
        }
        history.push(Role::User, owed);
        match history.messages.last() {
            None => history.push(Role::User, vec![said(BEGINS)]),
            Some(last) if last["role"] == "assistant" => history.push(Role::User, vec![said(SILENT)]),
            Some(_) => {}
        }
        history
    }

    fn push(&mut self, role: Role, content: Vec<Value>) {
        if content.is_empty() {
            return;
        }
        let role = if role == Role::User { "user" } else { "assistant" };
        match self.messages.last_mut().filter(|last| last["role"] == role) {
            Some(last) => {
                if let Some(blocks) = last["content"].as_array_mut() {
                    blocks.extend(content);
                }
            }
            None => self.messages.push(json!({"role": role, "content": content})),
        }
    }
}

/// Ids as the API takes them: of letters, digits, `_` and `-`, each used once. Other vendors' may be neither.
#[derive(Default)]
struct Names {
    given: BTreeSet<String>,
    /// How often an id was used so far, so that its outcomes are told apart.
    uses: BTreeMap<String, usize>,
}

impl Names {
    /// What the assistant said, uses of tools last, and what they gave.
    fn assistant(
        &mut self,
        parts: &[&Part],
        talk: &[Message],
        used: &mut BTreeSet<String>,
    ) -> (Vec<Value>, Vec<Value>) {
        let mut content: Vec<Value> = Vec::new();
        let (mut uses, mut outcomes) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Part::Invoke(what) => {
                    let id = self.give(&what.id);
                    let nth = self.uses.entry(what.id.clone()).or_default();
                    outcomes.push(result(&id, outcome(talk, &what.id, *nth)));
                    *nth += 1;
                    used.insert(what.name.clone());
                    let input: Value = serde_json::from_str(&what.arguments).unwrap_or_default();
                    let input = if input.is_object() { input } else { json!({}) };
                    uses.push(json!({"type": "tool_use", "id": id, "name": what.name, "input": input}));
                }
                Part::Opaque(thought) => content.extend(self::thought(thought)),
                Part::Text(_) => content.extend(text(part)),
                Part::Outcome(_) => {}
            }
        }
        content.extend(uses);
        (content, outcomes)
    }

    fn give(&mut self, id: &str) -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let clean: String = id.chars().map(|c| if fits(c) { c } else { '_' }).collect();
        let clean = if clean.is_empty() { "call".to_owned() } else { clean };
        let mut name = clean.clone();
        while !self.given.insert(name.clone()) {
            name = format!("{clean}_{}", self.given.len());
        }
        name
    }
}

fn system(talk: &[Message]) -> String {
    let instructions = talk.iter().filter(|message| message.speaker == Speaker::Instructions);
    let texts = instructions.flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Text(text) if !text.trim().is_empty() => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// Parts in a row of one role. An outcome ends the assistant's turn: what it says next, it says knowing it.
fn turns(talk: &[Message], thinks: bool) -> Vec<Turn<'_>> {
    let spoke = |message: &Message| {
        message.speaker == Speaker::Caller && message.parts.iter().any(|part| text(part).is_some())
    };
    let last = talk.iter().rposition(spoke).unwrap_or(0);
    let mut turns: Vec<Turn<'_>> = Vec::new();
    for (place, message) in talk.iter().enumerate() {
        for part in &message.parts {
            let role = match (message.speaker, part) {
                (Speaker::Instructions, _) => continue,
                (_, Part::Opaque(_)) if !thinks || place < last => continue,
                (_, Part::Outcome(_)) => Role::User,
                (_, Part::Invoke(_) | Part::Opaque(_)) | (Speaker::Agent, _) => Role::Assistant,
                (Speaker::Caller, Part::Text(_)) => Role::User,
            };
            match turns.last_mut().filter(|turn| turn.role == role) {
                Some(turn) => turn.parts.push(part),
                None => turns.push(Turn { role, parts: vec![part] }),
            }
        }
    }
    turns
}

/// The outcome of the nth use with this id, wherever it stands.
fn outcome<'a>(talk: &'a [Message], id: &str, nth: usize) -> Option<&'a Outcome> {
    let outcomes = talk.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Outcome(what) if what.id == id => Some(what),
        _ => None,
    });
    outcomes.skip(nth).next()
}

fn result(id: &str, outcome: Option<&Outcome>) -> Value {
    let (content, failed) = outcome.map_or((NO_OUTCOME, true), |what| (what.content.as_str(), what.failed));
    let mut block = json!({"type": "tool_result", "tool_use_id": id, "content": content});
    if failed {
        block["is_error"] = json!(true);
    }
    block
}

/// A block with nothing but blanks is refused.
fn text(part: &Part) -> Option<Value> {
    match part {
        Part::Text(text) if !text.trim().is_empty() => Some(said(text)),
        _ => None,
    }
}

fn said(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// What [`crate::answer`] gave as opaque; another vendor's is left out.
fn thought(text: &str) -> Option<Value> {
    let block: Value = serde_json::from_str(text).ok()?;
    matches!(block["type"].as_str(), Some("thinking" | "redacted_thinking")).then_some(block)
}

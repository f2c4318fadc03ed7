//! What the call knows: variables, and the talk as it was heard. A secret is never in here.

use crate::effect::{Line, Speaker};
use crate::mask::mask;
use closare_terms::{Held, Kind};
use closare_workflow::Datum;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    pub variables: BTreeMap<String, Datum>,
    /// The variables that are fields: what the caller gave.
    pub fields: BTreeSet<String>,
    pub intent: Option<(String, f32)>,
    pub summary: Option<String>,
    /// A step's outcome, by its id.
    pub outcomes: BTreeMap<String, String>,
    pub routes: Vec<String>,
    pub talk: Vec<Said>,
    /// The lines before this one have been understood.
    pub understood: usize,
    /// The lines before this one have been an answer to a slot's question.
    pub answered: usize,
    pub turns: u32,
    /// What the agent has said since the caller's last words: what `repeat` says again.
    pub repeatable: Vec<Repeat>,
    /// The caller has spoken since: what is said next begins anew.
    repeated_from_here: bool,
    /// A greeting has handed the turn to the caller, who has not spoken since.
    pub awaits_caller: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub speaker: Speaker,
    pub text: String,
    /// It answered a question of consent, and said nothing besides.
    #[serde(default)]
    pub settled: bool,
}

/// Words of the agent, and whether they hold a value of the caller's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    pub text: String,
    pub personal: bool,
}

impl Memory {
    pub fn hear(&mut self, text: &str) {
        self.turns += 1;
        self.repeated_from_here = true;
        self.awaits_caller = false;
        self.talk.push(Said { speaker: Speaker::Caller, text: mask(text), settled: false });
    }

    pub fn spoke(&mut self, text: &str) {
        self.talk.push(Said { speaker: Speaker::Agent, text: text.to_owned(), settled: false });
    }

    /// Keeps words of the agent for a caller who asks for them again.
    pub fn may_repeat(&mut self, text: String, personal: bool) {
        if std::mem::take(&mut self.repeated_from_here) {
            self.repeatable.clear();
        }
        self.repeatable.push(Repeat { text, personal });
    }

    /// Keeps a model's answer, which says all that there is to say again.
    pub fn repeat_only(&mut self, text: String) {
        self.repeatable.clear();
        self.may_repeat(text, true);
    }

    /// The agent has said something to the caller since the caller spoke last, beside the disclosure.
    pub fn has_asked(&self) -> bool {
        !self.repeatable.is_empty() && !self.repeated_from_here
    }

    /// The caller's words so far were an answer to a slot's question.
    pub fn mark_answered(&mut self) {
        self.answered = self.talk.len();
    }

    /// The caller's last words answered a question of consent: they are no matter for any step after it.
    pub fn mark_settled(&mut self) {
        if let Some(said) = self.talk.iter_mut().rev().find(|said| said.speaker == Speaker::Caller) {
            said.settled = true;
        }
    }

    /// The caller's last words, unless they were an answer to a slot's question.
    pub fn unanswered(&self) -> Option<&str> {
        self.matters_since(self.answered).next_back().map(|said| said.text.as_str())
    }

    /// What the caller has said since the last time that it was understood.
    pub fn fresh(&self) -> bool {
        self.matters_since(self.understood).next().is_some()
    }

    /// The caller's lines from here on that are for the steps to understand.
    fn matters_since(&self, line: usize) -> impl DoubleEndedIterator<Item = &Said> {
        let lines = &self.talk[line.min(self.talk.len())..];
        lines.iter().filter(|said| said.speaker == Speaker::Caller && !said.settled)
    }

    pub fn mark_understood(&mut self) {
        self.understood = self.talk.len();
    }

    pub fn history(&self) -> Vec<Line> {
        self.talk
            .iter()
            .map(|said| Line { speaker: said.speaker, text: Held::new(Kind::Transcript, said.text.as_str()) })
            .collect()
    }

    pub fn set_field(&mut self, name: &str, value: Datum) {
        self.fields.insert(name.to_owned());
        self.variables.insert(name.to_owned(), value);
    }

    /// The fields as JSON text by name.
    pub fn gathered(&self) -> Vec<(String, Held)> {
        self.fields
            .iter()
            .filter_map(|name| {
                Some((name.clone(), Held::new(Kind::Field, field_text(self.variables.get(name)?))))
            })
            .collect()
    }
}

/// A field's value as JSON.
fn field_text(datum: &Datum) -> String {
    match datum {
        Datum::Slot(value) => value.to_json().to_string(),
        Datum::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Datum::Nothing => "null".to_owned(),
        Datum::Bool(value) => value.to_string(),
        Datum::Int(value) => value.to_string(),
        Datum::Float(value) => value.to_string(),
        Datum::List(_) | Datum::Map(_) => serde_json::to_string(datum).unwrap_or_default(),
    }
}

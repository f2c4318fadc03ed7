//! A streamed answer, put together from its events.

use closare_plugin::language_model::{Ending, Invocation};
use closare_plugin::{Failure, Unit, Usage};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What an event added.
#[derive(Debug, PartialEq)]
pub enum Piece {
    Token(String),
    Used(Usage),
    Failed(Failure),
}

/// What is known of an answer so far.
#[derive(Debug, Default)]
pub struct Answer {
    pub text: String,
    calls: BTreeMap<u32, Invocation>,
    ending: Option<Ending>,
}

impl Answer {
    /// Takes the data of one event; the last one, `[DONE]`, has nothing in it.
    pub fn take(&mut self, data: &str) -> Vec<Piece> {
        if data == "[DONE]" {
            return Vec::new();
        }
        match serde_json::from_str(data) {
            Ok(Chunk { error: Some(error), .. }) => vec![Piece::Failed(error.failure())],
            Ok(chunk) => self.add(chunk),
            Err(error) => {
                vec![Piece::Failed(Failure::Broken(format!("expected a chunk of an answer: {error}")))]
            }
        }
    }

    /// The tools that were called, and how the answer ended. One that just stops was cut.
    pub fn end(self) -> (Vec<Invocation>, Ending) {
        let calls: Vec<_> = self.calls.into_values().collect();
        // Some servers say `stop` for an answer that calls tools.
        let ending = match self.ending {
            Some(Ending::Complete) | None if !calls.is_empty() => Ending::Tools,
            ending => ending.unwrap_or(Ending::Cut),
        };
        (calls, ending)
    }

    fn add(&mut self, chunk: Chunk) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for choice in chunk.choices {
            self.ending = choice.finish_reason.as_deref().map(ending).or(self.ending);
            if choice.delta.refusal.is_some() {
                self.ending = Some(Ending::Refused);
            }
            for text in
                [choice.delta.content, choice.delta.refusal].into_iter().flatten().filter(|t| !t.is_empty())
            {
                self.text.push_str(&text);
                pieces.push(Piece::Token(text));
            }
            for (place, call) in (0..).zip(choice.delta.tool_calls.into_iter().flatten()) {
                self.call(call.index.unwrap_or(place), call);
            }
        }
        pieces.extend(chunk.usage.iter().flat_map(Counted::units).map(Piece::Used));
        pieces
    }

    /// The first piece of a call has its id and name, the others more of its arguments.
    fn call(&mut self, index: u32, piece: CallPiece) {
        let call = self.calls.entry(index).or_insert_with(|| Invocation {
            // Some servers give no id; two calls must not share one.
            id: format!("call-{index}"),
            name: String::new(),
            arguments: String::new(),
        });
        if let Some(id) = piece.id.filter(|id| !id.is_empty()) {
            call.id = id;
        }
        let Some(function) = piece.function else { return };
        call.name.push_str(&function.name.unwrap_or_default());
        call.arguments.push_str(&function.arguments.unwrap_or_default());
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

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Counted>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Choice {
    /// `message` in an answer that isn't streamed.
    #[serde(default, alias = "message")]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<CallPiece>>,
}

#[derive(Deserialize)]
struct CallPiece {
    index: Option<u32>,
    id: Option<String>,
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<Cached>,
}

#[derive(Deserialize)]
struct Cached {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

impl Counted {
    fn units(&self) -> Vec<Usage> {
        let cached =
            self.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens).unwrap_or(0);
        let all = [
            (Unit::InputTokens, self.prompt_tokens),
            (Unit::OutputTokens, self.completion_tokens),
            (Unit::CachedTokens, cached),
        ];
        all.into_iter()
            .filter(|(_, amount)| *amount > 0)
            .map(|(unit, amount)| Usage::new(unit, amount))
            .collect()
    }
}

/// An error in the middle of a stream, after the head said that all is well.
#[derive(Deserialize)]
#[serde(untagged)]
enum Fault {
    Said { message: String, code: Option<serde_json::Value> },
    Bare(String),
}

impl Fault {
    fn failure(self) -> Failure {
        match self {
            Fault::Said { code: Some(code), .. } if code == 429 || code == "rate_limit_exceeded" => {
                Failure::RateLimited(None)
            }
            Fault::Said { message, .. } | Fault::Bare(message) => Failure::Unavailable(message),
        }
    }
}

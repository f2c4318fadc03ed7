//! The events of a streamed answer.
//!
//! https://platform.claude.com/docs/en/build-with-claude/streaming

use closare_plugin::language_model::Ending;
use closare_plugin::{Failure, Unit, Usage};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    MessageStart {
        message: Begun,
    },
    ContentBlockStart {
        index: u32,
        /// Of many kinds; whole, since a thought goes back as it came.
        content_block: Value,
    },
    ContentBlockDelta {
        index: u32,
        delta: Delta,
    },
    ContentBlockStop {
        index: u32,
    },
    MessageDelta {
        delta: End,
        #[serde(default)]
        usage: Counted,
    },
    MessageStop,
    Error {
        error: Fault,
    },
    /// `ping`, and what is added one day: https://platform.claude.com/docs/en/api/versioning
    #[serde(other)]
    Else,
}

#[derive(Deserialize)]
pub struct Begun {
    #[serde(default)]
    pub usage: Counted,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Delta {
    TextDelta {
        text: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    SignatureDelta {
        signature: String,
    },
    #[serde(other)]
    Else,
}

#[derive(Deserialize)]
pub struct End {
    stop_reason: Option<String>,
}

impl End {
    /// https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
    pub fn ending(&self) -> Option<Ending> {
        Some(match self.stop_reason.as_deref()? {
            "max_tokens" | "model_context_window_exceeded" | "pause_turn" => Ending::Cut,
            "refusal" => Ending::Refused,
            "tool_use" => Ending::Tools,
            // `end_turn`, `stop_sequence`.
            _ => Ending::Complete,
        })
    }
}

/// Tokens, which add up over the stream: the last numbers count.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Counted {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Counted {
    pub fn update(&mut self, later: Counted) {
        self.input_tokens = later.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens =
            later.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = later.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
    }

    /// Input tokens are all of them, those from the cache too, as with other vendors.
    pub fn units(&self) -> Vec<Usage> {
        let cached = self.cache_read_input_tokens.unwrap_or(0);
        let input = self.input_tokens.unwrap_or(0) + self.cache_creation_input_tokens.unwrap_or(0) + cached;
        let all = [
            (Unit::InputTokens, input),
            (Unit::OutputTokens, self.output_tokens.unwrap_or(0)),
            (Unit::CachedTokens, cached),
        ];
        all.into_iter()
            .filter(|(_, amount)| *amount > 0)
            .map(|(unit, amount)| Usage::new(unit, amount))
            .collect()
    }
}

/// An error after the head said that all is well.
#[derive(Deserialize)]
pub struct Fault {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: String,
}

impl Fault {
    /// As the same error by its HTTP status: https://platform.claude.com/docs/en/api/errors
    pub fn failure(self) -> Failure {
        let says = format!("{}: {}", self.kind, self.message);
        match self.kind.as_str() {
            "authentication_error" | "permission_error" => Failure::Unauthorized,
            "rate_limit_error" => Failure::RateLimited(None),
            "not_found_error" => Failure::Unsupported(says),
            "invalid_request_error" | "request_too_large" | "billing_error" => Failure::Refused(says),
            // `overloaded_error`, `api_error`, `timeout_error`.
            _ => Failure::Unavailable(says),
        }
    }
}

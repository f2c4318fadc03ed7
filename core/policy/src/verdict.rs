use serde::{Deserialize, Serialize};
use std::fmt;

/// What the policies say at a decision point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Allow,
    /// Not at all. The reason is for people: it names facts, never what a caller said.
    Deny {
        reason: String,
    },
    /// Allowed once these kinds (`iban`, `card`, …) are taken out of the text. In order, each once, at least one.
    Redact {
        kinds: Vec<String>,
    },
    /// Do this, then ask again: `disclose`, or `consent:` and a purpose.
    First {
        duty: String,
    },
}

impl Verdict {
    pub fn deny(reason: impl Into<String>) -> Verdict {
        Verdict::Deny { reason: reason.into() }
    }

    pub fn is_allow(&self) -> bool {
        *self == Verdict::Allow
    }

    /// `allow`, `redact`, `first` or `deny`: what a log's skeleton and a table keep.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Deny { .. } => "deny",
            Verdict::Redact { .. } => "redact",
            Verdict::First { .. } => "first",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Allow => f.write_str("allow"),
            Verdict::Deny { reason } => write!(f, "deny: {reason}"),
            Verdict::Redact { kinds } => write!(f, "redact: {}", kinds.join(", ")),
            Verdict::First { duty } => write!(f, "first: {duty}"),
        }
    }
}

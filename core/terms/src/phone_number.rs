use serde::{Deserialize, Serialize};
use std::fmt;

/// A telephone number or the user part of a SIP URI: who is called, who calls.
///
/// `Debug` shows only its end, so that a number doesn't slip into a log by way of `{:?}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(pub String);

impl PhoneNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for PhoneNumber {
    fn from(text: &str) -> Self {
        PhoneNumber(text.to_owned())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end: Vec<char> = self.0.chars().rev().take(2).collect();
        write!(f, "PhoneNumber(…{})", end.into_iter().rev().collect::<String>())
    }
}

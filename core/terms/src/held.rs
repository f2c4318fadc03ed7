use crate::Kind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// Content of a call: words that somebody said, a field's value. Held in memory beside its kind.
///
/// Serialized, it is only what the log's skeleton may keep: the kind and the length. The words themselves are
/// written by the log's writer alone, sealed, and only for a kind that `store` allowed. `Debug` shows no word
/// either. So a type that carries content by `Held` can be logged, snapshotted and stored as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    kind: Kind,
    chars: u32,
    text: Option<Arc<str>>,
}

impl Held {
    pub fn new(kind: Kind, text: impl Into<Arc<str>>) -> Held {
        let text = text.into();
        Held { kind, chars: text.chars().count() as u32, text: Some(text) }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Length in characters; known also where the words are gone.
    pub fn chars(&self) -> u32 {
        self.chars
    }

    /// The words, or `None` where they were not kept.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The words, or nothing where they were not kept.
    pub fn words(&self) -> &str {
        self.text().unwrap_or("")
    }

    /// Gives the words back to a handle that was loaded from the skeleton.
    pub fn fill(&mut self, text: impl Into<Arc<str>>) {
        self.text = Some(text.into());
    }

    /// Drops the words; kind and length stay.
    pub fn forget(&mut self) {
        self.text = None;
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Held({}, {} chars{})",
            self.kind,
            self.chars,
            if self.text.is_some() { "" } else { ", not kept" }
        )
    }
}

#[derive(Serialize, Deserialize)]
struct Skeleton {
    kind: Kind,
    chars: u32,
}

impl Serialize for Held {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Skeleton { kind: self.kind, chars: self.chars }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Held {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Held, D::Error> {
        let Skeleton { kind, chars } = Skeleton::deserialize(deserializer)?;
        Ok(Held { kind, chars, text: None })
    }
}

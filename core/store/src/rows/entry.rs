use super::{open_text, read_json};
use crate::live::Live;
use crate::seal::Key;
use crate::words::words;
use crate::{Error, entities};
use closare_terms::{CallId, Kind, Millis};
use serde::Serialize;
use serde_json::Value;

/// An event or an effect of the call machine, for the log.
pub struct Entry {
    pub call: CallId,
    /// Counts a call's entries.
    pub seq: u64,
    /// On the call's own clock.
    pub at: Millis,
    pub kind: EntryKind,
    pub name: String,
    /// Nothing that the caller said: it lies open.
    pub skeleton: Value,
    /// What the skeleton's handles stand for, as far as `store` has allowed it. Sealed.
    pub contents: Vec<Content>,
}

/// The words behind one handle of an entry's skeleton.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Which of the skeleton's handles, in their order, from 0.
    pub index: u32,
    pub kind: Kind,
    pub text: String,
}

words! {
    EntryKind {
        Event = "event",
        Effect = "effect",
    }
}

/// An entry as it is read back: with the content that was kept and is still there.
#[derive(Clone, PartialEq, Serialize)]
pub struct LogEntry {
    pub seq: u64,
    pub at: Millis,
    pub kind: EntryKind,
    pub name: String,
    pub skeleton: Value,
    pub contents: Vec<Content>,
}

impl Entry {
    pub(crate) fn seal(self, call: &Live) -> (entities::log::Model, Vec<entities::content::Model>) {
        let seq = i64::try_from(self.seq).unwrap_or(i64::MAX);
        let contents = self.contents.into_iter().map(|content| content.seal(call, seq)).collect();
        let row = entities::log::Model {
            call: call.id.to_string(),
            seq,
            at_ms: i64::try_from(self.at.0).unwrap_or(i64::MAX),
            kind: self.kind.as_str().to_owned(),
            name: self.name,
            skeleton: self.skeleton.to_string(),
            delete_by: call.dates.call.0,
        };
        (row, contents)
    }
}

impl Content {
    pub(crate) fn seal(self, call: &Live, seq: i64) -> entities::content::Model {
        let idx = i64::from(self.index);
        entities::content::Model {
            call: call.id.to_string(),
            seq,
            idx,
            kind: self.kind.as_str().to_owned(),
            sealed: call.key.seal(&place(call.id.as_str(), seq, idx), self.text.as_bytes()),
            delete_by: call.dates.of(self.kind).0,
        }
    }

    pub(crate) fn open(row: &entities::content::Model, key: &Key) -> Result<Content, Error> {
        let text = open_text(key, &place(&row.call, row.seq, row.idx), &row.sealed)?;
        let kind =
            Kind::parse(&row.kind).ok_or_else(|| Error::Word { what: "kind", found: row.kind.clone() })?;
        Ok(Content { index: u32::try_from(row.idx).unwrap_or(u32::MAX), kind, text })
    }
}

impl LogEntry {
    /// Without its contents.
    pub(crate) fn open(row: entities::log::Model) -> Result<LogEntry, Error> {
        Ok(LogEntry {
            seq: row.seq.cast_unsigned(),
            at: Millis(row.at_ms.cast_unsigned()),
            kind: EntryKind::read(&row.kind)?,
            name: row.name,
            skeleton: read_json("skeleton", &row.skeleton)?,
            contents: Vec::new(),
        })
    }
}

fn place(call: &str, seq: i64, idx: i64) -> String {
    format!("content/{call}/{seq}/{idx}")
}

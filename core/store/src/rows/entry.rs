use super::read_json;
use crate::live::Live;
use crate::seal::Key;
use crate::words::words;
use crate::{Error, entities};
use closare_terms::{CallId, Kind, Millis};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// An event or an effect of the call machine, for the log.
pub struct Entry {
    pub call: CallId,
    /// Counts a call's entries.
    pub seq: u64,
    /// On the call's own clock.
    pub at: Millis,
    pub kind: EntryKind,
    /// As JSON: a name, or one name and what it holds. Nothing that the caller said: it lies open.
    pub skeleton: String,
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

/// What the column `kind` says of a row with several entries.
const SEVERAL: &str = "entries";

/// Entries of a call, in their order, that lie in one row: `[[seq, at, kind, skeleton], …]`.
#[derive(Default)]
pub(crate) struct Entries {
    first: Option<u64>,
    last_at: Millis,
    json: String,
}

impl Entries {
    pub fn add(&mut self, entry: &Entry) {
        self.first.get_or_insert(entry.seq);
        self.last_at = self.last_at.max(entry.at);
        let before = if self.json.is_empty() { '[' } else { ',' };
        let Entry { seq, at, kind, skeleton, .. } = entry;
        write!(self.json, "{before}[{seq},{},\"{}\",{skeleton}]", at.0, kind.as_str())
            .expect("a text takes what is written to it");
    }

    pub fn row(mut self, call: &Live) -> Option<entities::log::Model> {
        let first = self.first?;
        self.json.push(']');
        Some(entities::log::Model {
            call: call.id.to_string(),
            seq: i64::try_from(first).unwrap_or(i64::MAX),
            at_ms: i64::try_from(self.last_at.0).unwrap_or(i64::MAX),
            kind: SEVERAL.to_owned(),
            name: String::new(),
            skeleton: self.json,
            delete_by: call.dates.call.0,
        })
    }
}

/// Contents of one kind that lie in one row: `[[seq, index, text], …]`, sealed.
#[derive(Default)]
pub(crate) struct Contents(Vec<(u64, u32, String)>);

impl Contents {
    pub fn add(&mut self, seq: u64, content: &Content) {
        self.0.push((seq, content.index, content.text.clone()));
    }

    pub fn seal(self, call: &Live, kind: Kind) -> entities::content::Model {
        let seq = self.0.first().map_or(0, |(seq, ..)| i64::try_from(*seq).unwrap_or(i64::MAX));
        // Below 0, so that it is told from a row with the content of one handle.
        let idx = -1 - call.next();
        let json = serde_json::to_vec(&self.0).expect("numbers and texts are JSON");
        entities::content::Model {
            call: call.id.to_string(),
            seq,
            idx,
            kind: kind.as_str().to_owned(),
            sealed: call.key.seal(&place(call.id.as_str(), seq, idx), &json),
            delete_by: call.dates.of(kind).0,
        }
    }

    /// Each content with the number of its entry.
    pub fn open(row: &entities::content::Model, key: &Key) -> Result<Vec<(u64, Content)>, Error> {
        let kind =
            Kind::parse(&row.kind).ok_or_else(|| Error::Word { what: "kind", found: row.kind.clone() })?;
        let place = place(&row.call, row.seq, row.idx);
        let plain = super::open_text(key, &place, &row.sealed)?;
        let contents = match u32::try_from(row.idx) {
            Ok(index) => vec![(row.seq.cast_unsigned(), index, plain)],
            Err(_) => read_json::<Vec<(u64, u32, String)>>("contents", &plain)?,
        };
        Ok(contents.into_iter().map(|(seq, index, text)| (seq, Content { index, kind, text })).collect())
    }
}

impl LogEntry {
    /// The entries of a row, without their contents.
    pub(crate) fn open(row: entities::log::Model) -> Result<Vec<LogEntry>, Error> {
        if row.kind != SEVERAL {
            let kind = EntryKind::read(&row.kind)?;
            let skeleton = read_json("skeleton", &row.skeleton)?;
            let (seq, at) = (row.seq.cast_unsigned(), Millis(row.at_ms.cast_unsigned()));
            return Ok(vec![LogEntry::new(seq, at, kind, skeleton)]);
        }
        let entries = read_json::<Vec<(u64, Millis, EntryKind, Value)>>("skeleton", &row.skeleton)?;
        Ok(entries
            .into_iter()
            .map(|(seq, at, kind, skeleton)| LogEntry::new(seq, at, kind, skeleton))
            .collect())
    }

    fn new(seq: u64, at: Millis, kind: EntryKind, skeleton: Value) -> LogEntry {
        let name = match &skeleton {
            Value::String(name) => name.clone(),
            Value::Object(map) => map.keys().next().cloned().unwrap_or_default(),
            _ => String::new(),
        };
        LogEntry { seq, at, kind, name, skeleton, contents: Vec::new() }
    }
}

fn place(call: &str, seq: i64, idx: i64) -> String {
    format!("content/{call}/{seq}/{idx}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_of_one_handle_alone_is_read_too() {
        let key = Key::random();
        let sealed = key.seal(&place("call1", 3, 1), b"[words]");
        let (call, kind) = ("call1".to_owned(), "transcript".to_owned());
        let row = entities::content::Model { call, seq: 3, idx: 1, kind, sealed, delete_by: 0 };
        let content = Content { index: 1, kind: Kind::Transcript, text: "[words]".to_owned() };
        assert!(Contents::open(&row, &key).unwrap() == [(3, content)]);
    }
}

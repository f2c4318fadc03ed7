//! What of the log comes together is written together: the entries of a call in one row, their contents in one for each kind.
//! Row by row, a call of a minute would be two thousand, and most of what is written would be their keys.

use super::Stored;
use crate::live::Live;
use crate::rows::{Contents, Entries};
use crate::{Content, Entry};
use closare_terms::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What waits to be written.
pub(crate) enum Queued {
    Stored(Stored),
    Entry(Arc<Live>, Entry),
    /// Of the entry with this number, which went before it.
    Content(Arc<Live>, u64, Content),
}

impl From<Stored> for Queued {
    fn from(row: Stored) -> Queued {
        Queued::Stored(row)
    }
}

impl Queued {
    /// About how many bytes it takes in memory.
    pub fn weight(&self) -> usize {
        const EMPTY: usize = 200;
        match self {
            Queued::Stored(row) => row.weight(),
            Queued::Entry(_, entry) => {
                let contents = entry.contents.iter().map(|content| content.text.len() + EMPTY / 2);
                EMPTY + entry.skeleton.len() + contents.sum::<usize>()
            }
            Queued::Content(_, _, content) => EMPTY + content.text.len(),
        }
    }
}

/// What came of one call.
struct Together {
    call: Arc<Live>,
    entries: Entries,
    contents: BTreeMap<Kind, Contents>,
}

/// Rows as they are written, words sealed.
pub(crate) fn pack(queued: Vec<Queued>) -> Vec<Stored> {
    let mut rows = Vec::new();
    let mut calls: BTreeMap<String, Together> = BTreeMap::new();
    let mut of = |call: Arc<Live>, add: &mut dyn FnMut(&mut Together)| {
        let id = call.id.as_str();
        if !calls.contains_key(id) {
            let (entries, contents) = (Entries::default(), BTreeMap::new());
            calls.insert(id.to_owned(), Together { call: call.clone(), entries, contents });
        }
        calls.get_mut(id).map(add);
    };
    for one in queued {
        match one {
            Queued::Stored(row) => rows.push(row),
            Queued::Entry(call, entry) => of(call, &mut |together| {
                for content in &entry.contents {
                    together.contents.entry(content.kind).or_default().add(entry.seq, content);
                }
                together.entries.add(&entry);
            }),
            Queued::Content(call, seq, content) => of(call, &mut |together| {
                together.contents.entry(content.kind).or_default().add(seq, &content);
            }),
        }
    }
    for Together { call, entries, contents } in calls.into_values() {
        rows.extend(entries.row(&call).map(Stored::Log));
        rows.extend(contents.into_iter().map(|(kind, contents)| Stored::Content(contents.seal(&call, kind))));
    }
    rows
}

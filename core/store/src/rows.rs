//! What is handed in, and what is read back: one file a kind of row, each with its sealing and its opening.

mod call;
mod consent;
mod entry;
mod extraction;
mod latency;
mod plugin_use;
mod summary;
mod turn;
mod usage;
mod verdict;

use crate::Error;
use crate::live::Live;
use crate::seal::Key;
use crate::writer::Stored;
use serde::{Deserialize, Serialize};

pub use call::{NewCall, Outcome, Status};
pub use consent::{Answer, Consent, Means};
pub use entry::{Content, Entry, EntryKind, LogEntry};
pub(crate) use entry::{Contents, Entries};
pub use extraction::Extraction;
pub use latency::Latency;
pub use plugin_use::PluginUse;
pub use summary::Summary;
pub use turn::{Speaker, Turn};
pub use usage::{Cost, Usage};
pub use verdict::Verdict;

pub(crate) use call::{number_hash, open_number, seal_number};

/// A row of a call, beside its log.
pub enum Row {
    Turn(Turn),
    Latency(Latency),
    Extraction(Extraction),
    Summary(Summary),
    Consent(Consent),
    Verdict(Verdict),
    PluginUse(PluginUse),
    Usage(Usage),
}

/// Which machine made a text or a voice: the mark that goes with it wherever it is kept or sent (AI Act 50(2)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiSystem {
    /// The engine's name and version.
    pub name: String,
    pub version: String,
    pub plugin: String,
    pub model: Option<String>,
}

impl Row {
    pub(crate) fn seal(self, call: &Live) -> Stored {
        match self {
            Row::Turn(row) => Stored::Turn(row.seal(call)),
            Row::Latency(row) => Stored::Latency(row.seal(call)),
            Row::Extraction(row) => Stored::Extraction(row.seal(call)),
            Row::Summary(row) => Stored::Summary(row.seal(call)),
            Row::Consent(row) => Stored::Consent(row.seal(call)),
            Row::Verdict(row) => Stored::Verdict(row.seal(call)),
            Row::PluginUse(row) => Stored::PluginUse(row.seal(call)),
            Row::Usage(row) => Stored::Usage(row.seal(call)),
        }
    }
}

macro_rules! from_rows {
    ($($name:ident),+) => {
        $(impl From<$name> for Row {
            fn from(row: $name) -> Row {
                Row::$name(row)
            }
        })+
    };
}

from_rows!(Turn, Latency, Extraction, Summary, Consent, Verdict, PluginUse, Usage);

fn mark_json(ai: Option<&AiSystem>) -> Option<String> {
    ai.map(|ai| serde_json::to_string(ai).expect("a struct of texts is JSON"))
}

fn read_mark(json: Option<&str>) -> Result<Option<AiSystem>, Error> {
    json.map(|json| read_json("ai_system", json)).transpose()
}

pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(what: &'static str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| Error::Word { what, found: error.to_string() })
}

fn open_text(key: &Key, place: &str, sealed: &[u8]) -> Result<String, Error> {
    let plain = key.open(place, sealed).ok_or_else(|| Error::Sealed(place.to_owned()))?;
    String::from_utf8(plain).map_err(|_| Error::Sealed(place.to_owned()))
}

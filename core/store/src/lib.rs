//! What is kept of a call: a SQLite database, sealed recordings, and a spool for when the database is away.
//!
//! Words, numbers and audio are sealed before they leave memory, with a data key that each call has for itself,
//! wrapped by the tenant's key, wrapped by the operator's: when the key is gone, the content is gone everywhere.
//! Times, ids, verdicts and hashes lie open, as the log's skeleton does.
//!
//! [`Store`] is the one process that writes; it has the folder to itself. [`Reader`] opens the same folder beside
//! it, for a command or a console. Writing never waits: rows go to a queue in memory, and one thread commits them
//! together, at most every half second.
//!
//! What this crate doesn't know: whether a thing may be kept. Who hands it in has asked the policy before.

mod background;
mod costs;
mod entities;
mod error;
mod keys;
mod live;
mod migrations;
mod reader;
mod recording;
mod requests;
mod retention;
mod rows;
mod seal;
mod store;
mod sweep;
mod words;
mod writer;

pub use error::Error;
pub use keys::OperatorKey;
pub use reader::{CallDetail, CallSummary, Filter, Reader};
pub use recording::{Marks, Recorded, Recording, RecordingInfo, RecordingWriter};
pub use requests::Request;
pub use retention::{Dates, Retention};
pub use rows::{
    AiSystem, Answer, Consent, Content, Cost, Entry, EntryKind, Extraction, Latency, LogEntry, Means,
    NewCall, Outcome, PluginUse, Row, Speaker, Status, Summary, Turn, Usage, Verdict,
};
pub use store::Store;
pub use sweep::Receipt;
pub use writer::{Health, Kept, LogWriter};

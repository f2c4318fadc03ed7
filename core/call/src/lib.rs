//! The call machine: an [`Event`] in, [`Effect`]s out, all in time that is handed in. It does no I/O, so a whole call runs in
//! virtual time: simulated, fuzzed, replayed.
//!
//! [`Call::handle`] takes what happened and when; [`Call::wake`] says when it must be called again, and why. Content (words,
//! values, keys) travels as `Held`, and what feeds a sink carries a [`Permit`] that only a verdict of the policies can make.

mod anytime;
mod call;
mod clauses;
mod context;
mod dues;
mod effect;
mod event;
mod facts;
mod floor;
mod flow;
mod gate;
mod jobs;
mod keys;
mod last_words;
mod mask;
mod memory;
mod phase;
mod rulings;
mod scope;
mod setup;
mod shown;
mod slot;
mod snapshot;
mod spoken_now;
mod steps;
mod timers;
mod veil;
mod vendors;
mod waking;
mod wording;

pub use call::Call;
pub use clauses::split_clauses;
pub use effect::{
    ConsentAnswer, ConsentMeans, ConsentRecord, Effect, Ended, FieldAsked, IntentAsked, Latency, Line,
    Listening, RecordingPurpose, Speaker, Task, ToolOffer, Turn,
};
pub use event::{AskId, Ending, Event, Job, Party, TransferOutcome, Utterance};
pub use floor::stall_max;
pub use gate::Permit;
pub use setup::{Basis, Setup};
pub use snapshot::{RestoreError, Snapshot};
pub use spoken_now::SpokenNow;
pub use timers::Reason;
pub use vendors::{Chain, Vendor, Vendors};
pub use wording::Wording;

//! Writing that never waits: what is handed in is queued in memory, and committed together by one thread, 0.4 s after the first of them.
//! A row's words are sealed where they are handed in, the log's when the thread takes them. What the database can't take goes to the
//! spool, and from there to the database when it is back.

mod commit;
mod pack;
mod queue;
mod spool;
mod stored;
mod thread;

use crate::live::{Live, LiveCalls};
use crate::{Content, Entry, Row};
use closare_terms::CallId;
use std::sync::Arc;
use tokio::sync::oneshot;

use pack::Queued;
pub(crate) use queue::Queue;
pub(crate) use spool::Spool;
pub(crate) use stored::{Ended, RecordingEnd, Stored};
pub(crate) use thread::start;

/// Hands rows to the thread that writes them. Cheap to clone; no method waits for a disk or for the database.
#[derive(Clone)]
pub struct LogWriter {
    calls: LiveCalls,
    queue: Arc<Queue>,
}

/// Where a flush has brought the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Database,
    /// The database is away: they lie sealed in files, and go to the database when it is back.
    Spool,
    /// Neither could be written.
    Memory,
}

/// How writing goes, for a metric and for `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// In memory, not yet written.
    pub queued_bytes: usize,
    /// Rows that had to be dropped, since the process began.
    pub lost_rows: u64,
    pub kept: Kept,
}

impl LogWriter {
    pub(crate) fn new(calls: LiveCalls, queue: Arc<Queue>) -> LogWriter {
        LogWriter { calls, queue }
    }

    /// Queues a log entry.
    pub fn append(&self, entry: Entry) {
        let Some(call) = self.known(&entry.call) else { return };
        self.queue.push(Queued::Entry(call, entry));
    }

    /// Content of an entry that was appended before its kind was allowed.
    pub fn content(&self, call: &CallId, seq: u64, content: Content) {
        let Some(call) = self.known(call) else { return };
        self.queue.push(Queued::Content(call, seq, content));
    }

    /// Queues a row of a call, its words sealed.
    pub fn put(&self, call: &CallId, row: impl Into<Row>) {
        let Some(call) = self.known(call) else { return };
        self.queue.push(row.into().seal(&call));
    }

    pub fn health(&self) -> Health {
        self.queue.health()
    }

    /// Waits until all that was handed in before is kept somewhere.
    pub async fn flush(&self) -> Kept {
        let (reply, kept) = oneshot::channel();
        self.queue.flush(reply);
        kept.await.unwrap_or(Kept::Memory)
    }

    fn known(&self, call: &CallId) -> Option<Arc<Live>> {
        match self.calls.get(call) {
            Ok(call) => Some(call),
            Err(error) => {
                tracing::error!(%error, "row dropped");
                self.queue.lose(1);
                None
            }
        }
    }
}

use super::{Health, Kept, Queued};
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// Above this much, rows are dropped and counted: a call goes on without its log rather than the process without
/// memory. It is some 90,000 entries of the log, and only with neither database nor spool does it fill.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Rows that wait to be written.
pub(crate) struct Queue {
    bytes_max: usize,
    state: Mutex<State>,
    /// Something is there to be done.
    pub work: Notify,
    /// Somebody waits for it: don't let more come together first.
    pub hurry: Notify,
}

struct State {
    rows: Vec<Queued>,
    /// When the first of these came.
    oldest: Option<Instant>,
    bytes: usize,
    /// Of rows that the thread has taken and not yet written.
    held_bytes: usize,
    lost: u64,
    kept: Kept,
    waiting: Vec<oneshot::Sender<Kept>>,
    /// Nothing more is taken.
    closed: bool,
    stop: Option<oneshot::Sender<()>>,
}

/// All that was in the queue.
pub(crate) struct Taken {
    pub rows: Vec<Queued>,
    pub waiting: Vec<oneshot::Sender<Kept>>,
    /// Told once all of it is written and the database let go of.
    pub stop: Option<oneshot::Sender<()>>,
}

impl Queue {
    pub fn new() -> Queue {
        Queue::with_bytes_max(BYTES_MAX)
    }

    fn with_bytes_max(bytes_max: usize) -> Queue {
        let state = State {
            rows: Vec::new(),
            oldest: None,
            bytes: 0,
            held_bytes: 0,
            lost: 0,
            kept: Kept::Database,
            waiting: Vec::new(),
            closed: false,
            stop: None,
        };
        Queue { bytes_max, state: Mutex::new(state), work: Notify::new(), hurry: Notify::new() }
    }

    pub fn push(&self, row: impl Into<Queued>) {
        let row = row.into();
        let weight = row.weight();
        let fits = self.with(|state| {
            let fits = state.bytes + state.held_bytes + weight <= self.bytes_max && !state.closed;
            if fits {
                state.bytes += weight;
                state.oldest.get_or_insert_with(Instant::now);
                state.rows.push(row);
            } else {
                state.lost += 1;
            }
            fits
        });
        if fits {
            self.work.notify_one();
        }
    }

    pub fn flush(&self, reply: oneshot::Sender<Kept>) {
        // Nobody is left to answer once it is closed; whoever asks then learns it from the reply that is dropped.
        self.with(|state| {
            if !state.closed {
                state.waiting.push(reply)
            }
        });
        self.work.notify_one();
        self.hurry.notify_one();
    }

    /// The thread ends when it has written what is there. What comes later is dropped.
    pub fn stop(&self, reply: oneshot::Sender<()>) {
        self.with(|state| {
            state.closed = true;
            state.stop = Some(reply);
        });
        self.work.notify_one();
        self.hurry.notify_one();
    }

    pub fn take(&self) -> Taken {
        self.with(|state| {
            state.held_bytes += std::mem::take(&mut state.bytes);
            state.oldest = None;
            Taken {
                rows: std::mem::take(&mut state.rows),
                waiting: std::mem::take(&mut state.waiting),
                stop: state.stop.take(),
            }
        })
    }

    /// When the first of the rows that wait came.
    pub fn oldest(&self) -> Option<Instant> {
        self.with(|state| state.oldest)
    }

    pub fn lose(&self, rows: u64) {
        self.with(|state| state.lost += rows);
    }

    pub fn report(&self, kept: Kept, held_bytes: usize) {
        self.with(|state| {
            state.kept = kept;
            state.held_bytes = held_bytes;
        });
    }

    pub fn health(&self) -> Health {
        self.with(|state| Health {
            queued_bytes: state.bytes + state.held_bytes,
            lost_rows: state.lost,
            kept: state.kept,
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::Stored;

    #[test]
    fn memory_has_a_bound_that_counts_what_is_being_written() {
        let row = || Queued::from(Stored::Answered { call: "a".into(), at: 0 });
        let queue = Queue::with_bytes_max(10 * row().weight());
        (0..6).for_each(|_| queue.push(row()));
        assert_eq!(queue.take().rows.len(), 6);
        (0..6).for_each(|_| queue.push(row()));
        assert_eq!(queue.health().lost_rows, 2);
        queue.report(Kept::Database, 0);
        (0..6).for_each(|_| queue.push(row()));
        assert_eq!(queue.take().rows.len(), 10);
        assert_eq!(queue.health().lost_rows, 2);
    }
}

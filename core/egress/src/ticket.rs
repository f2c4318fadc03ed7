//! One thing that a session has open: a request, a socket, a wake-up.

use closare_terms::network::{NetEvent, Ticket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

/// Ends its task when it is dropped.
pub(crate) struct Open {
    pub over: Over,
    pub out: Option<Outbox>,
    pub is_socket: bool,
    /// Bytes of its body, where it came whole.
    pub whole: usize,
    pub task: AbortHandle,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Set before a ticket's last event is told: the session may use its number again as soon as it hears of it.
#[derive(Clone, Default)]
pub(crate) struct Over(Arc<AtomicBool>);

impl Over {
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What is on its way out.
pub(crate) enum Out {
    Bytes(Vec<u8>),
    Text(String),
    Close(u16),
}

impl Out {
    pub fn len(&self) -> usize {
        match self {
            Out::Bytes(bytes) => bytes.len(),
            Out::Text(text) => text.len(),
            Out::Close(_) => 0,
        }
    }
}

pub(crate) struct Outbox {
    pub queue: UnboundedSender<Out>,
    pub waiting: Arc<Waiting>,
}

/// Counts the bytes that wait to leave, and tells when they pass the mark. It is told under the lock, so that the
/// last that a session hears is how it is.
pub(crate) struct Waiting {
    pub ticket: Ticket,
    pub mark: usize,
    bytes: Mutex<usize>,
}

impl Waiting {
    pub fn new(ticket: Ticket, mark: usize) -> Arc<Waiting> {
        Arc::new(Waiting { ticket, mark, bytes: Mutex::new(0) })
    }

    /// How many wait, with these.
    pub fn add(&self, more: usize, deliver: &dyn Fn(NetEvent)) -> usize {
        self.change(|bytes| bytes.saturating_add(more), deliver)
    }

    pub fn left(&self, fewer: usize, deliver: &dyn Fn(NetEvent)) {
        self.change(|bytes| bytes.saturating_sub(fewer), deliver);
    }

    fn change(&self, to: impl Fn(usize) -> usize, deliver: &dyn Fn(NetEvent)) -> usize {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *bytes;
        *bytes = to(before);
        if (before > self.mark) != (*bytes > self.mark) {
            deliver(NetEvent::Waiting {
                ticket: self.ticket,
                bytes: u32::try_from(*bytes).unwrap_or(u32::MAX),
            });
        }
        *bytes
    }
}

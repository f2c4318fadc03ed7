//! What a speaking vendor has still to send, at its pace, while it goes on listening.

use crate::Pace;
use std::collections::VecDeque;
use tokio::time::Instant;

pub struct Outbox<T> {
    queue: VecDeque<T>,
    due: Instant,
    pace: Pace,
}

impl<T> Outbox<T> {
    pub fn new(pace: Pace) -> Outbox<T> {
        Outbox { queue: VecDeque::new(), due: Instant::now(), pace }
    }

    pub fn push(&mut self, what: T) {
        if self.queue.is_empty() {
            self.due = self.due.max(Instant::now() + self.pace.first);
        }
        self.queue.push_back(what);
    }

    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.queue.retain(keep);
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The next of it, when its time has come. Safe to be dropped and asked again.
    pub async fn next(&mut self) -> T {
        tokio::time::sleep_until(self.due).await;
        let Some(next) = self.queue.pop_front() else { return std::future::pending().await };
        self.due = Instant::now() + self.pace.each;
        next
    }
}

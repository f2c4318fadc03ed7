//! One request or socket, from asking to its end, as it is metered and traced. Never what was asked or answered.

use crate::Error;
use crate::lane::Lane;
use crate::meter::Counts;
use crate::trouble::Failed;
use closare_terms::network::Trouble;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::Instant;
use tracing::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Request,
    Socket,
    /// A request of the host's own, for a token.
    Token,
}

/// Traced when it is dropped, so that what is cancelled is traced, too.
pub(crate) struct Exchange {
    pub lane: Arc<Lane>,
    pub asked: Instant,
    pub bytes: Arc<Bytes>,
    what: What,
    /// Of what it is asked for.
    span: Span,
    answer: Option<(u16, Duration)>,
    retries: u32,
    end: End,
}

enum End {
    Cancelled,
    Whole,
    Failed(Trouble),
}

impl Exchange {
    pub fn begin(lane: Arc<Lane>, what: What, span: Span) -> Exchange {
        match what {
            What::Request | What::Token => lane.counts.request(),
            What::Socket => lane.counts.socket(),
        }
        let bytes = Arc::new(Bytes { counts: lane.counts.clone(), sent: 0.into(), got: 0.into() });
        let (asked, end) = (Instant::now(), End::Cancelled);
        Exchange { lane, asked, bytes, what, span, answer: None, retries: 0, end }
    }

    pub fn retried(&mut self) {
        self.retries += 1;
        self.lane.counts.retry();
    }

    pub fn answered(&mut self, status: u16) {
        let latency = self.asked.elapsed();
        self.answer = Some((status, latency));
        self.lane.counts.answer(status, latency);
    }

    /// Notes how it ended, on its way to the session.
    pub fn ended<T>(mut self, result: Result<T, Failed>) -> Result<T, Failed> {
        let result = result.map_err(|failed| self.named(failed));
        self.end = match &result {
            Ok(_) => End::Whole,
            // An answer came, which was no token.
            Err(Failed::Unauthorized(_) | Failed::Unavailable(_)) => End::Whole,
            Err(failed) => {
                self.lane.counts.failure(failed.trouble());
                End::Failed(failed.trouble())
            }
        };
        result
    }

    /// A name that led to private addresses only says so as an address does.
    fn named(&self, failed: Failed) -> Failed {
        match failed {
            Failed::Trouble(Trouble::NotAllowed) => Error::Private(self.lane.origin.clone()).into(),
            failed @ (Failed::Trouble(_)
            | Failed::Refused(_)
            | Failed::Unauthorized(_)
            | Failed::Unavailable(_)) => failed,
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let (end, trouble) = match self.end {
            End::Cancelled => ("cancelled", None),
            End::Whole => ("whole", None),
            End::Failed(trouble) => ("failed", Some(trouble)),
        };
        tracing::debug!(
            parent: &self.span,
            plugin = %self.lane.plugin,
            origin = %self.lane.origin,
            what = ?self.what,
            end,
            status = self.answer.map(|(status, _)| status),
            trouble = trouble.map(debug),
            latency_ms = self.answer.map(|(_, latency)| millis(latency)),
            whole_ms = millis(self.asked.elapsed()),
            bytes_out = self.bytes.sent.load(Relaxed),
            bytes_in = self.bytes.got.load(Relaxed),
            retries = self.retries,
            "exchange"
        );
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Counts bodies and messages; a body that streams out has it, too.
pub(crate) struct Bytes {
    counts: Arc<Counts>,
    sent: AtomicU64,
    got: AtomicU64,
}

impl Bytes {
    pub fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Relaxed);
        self.counts.sent(bytes);
    }

    pub fn got(&self, bytes: usize) {
        self.got.fetch_add(bytes as u64, Relaxed);
        self.counts.got(bytes);
    }
}

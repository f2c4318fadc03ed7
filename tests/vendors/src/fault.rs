//! What can go wrong at a vendor, armed by a test.

use crate::Api;
use crate::wire::Line;
use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::time::Duration;

/// A number counts the pieces that still come whole before it: messages of a socket, events or chunks of a body. A
/// whole answer is one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The vendor's documented error of this status; a socket's upgrade is refused with it.
    Status(u16),
    /// 429, and how long to wait, in whole seconds.
    RateLimited { wait: Duration },
    /// Nothing at all is answered for this long; then all is well.
    Slow(Duration),
    /// The vendor's documented error in the middle of a stream, and its end.
    ErrorAfter(usize),
    /// The stream ends as if it were whole; a socket is dropped without a close frame.
    EndAfter(usize),
    /// The stream stops; its connection lives.
    StallAfter(usize),
    /// The whole connection goes half-open: nothing comes, nothing is read, nothing is closed.
    SilentAfter(usize),
    /// The connection is reset.
    ResetAfter(usize),
    /// A piece that isn't what the protocol says: an event that is no JSON, a frame that RFC 6455 forbids.
    GarbageAfter(usize),
}

/// Faults that wait for requests.
#[derive(Debug, Default)]
pub struct Armed {
    once: HashMap<Api, VecDeque<Fault>>,
    always: HashMap<Api, Fault>,
}

impl Armed {
    pub fn once(&mut self, api: Api, fault: Fault) {
        self.once.entry(api).or_default().push_back(fault);
    }

    pub fn always(&mut self, api: Api, fault: Fault) {
        self.always.insert(api, fault);
    }

    pub fn heal(&mut self, api: Api) {
        self.once.remove(&api);
        self.always.remove(&api);
    }

    pub fn take(&mut self, api: Api) -> Option<Fault> {
        let once = self.once.get_mut(&api).and_then(VecDeque::pop_front);
        once.or_else(|| self.always.get(&api).cloned())
    }
}

/// Each piece of an answer passes here.
#[derive(Debug)]
pub struct Gate {
    fault: Option<Fault>,
    passed: usize,
    line: Line,
}

/// What becomes of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    Whole,
    Garbage,
    /// The vendor's error instead, and the end.
    Error,
    /// Nothing instead, and the end.
    End,
    /// The connection is reset.
    Broken,
}

/// For what was sent before to arrive: a reset throws away what the peer has not read.
const ARRIVAL: Duration = Duration::from_millis(100);

impl Gate {
    pub fn new(fault: Option<Fault>, line: Line) -> Gate {
        Gate { fault, passed: 0, line }
    }

    pub fn line(&self) -> &Line {
        &self.line
    }

    /// Never returns where the stream has stopped.
    pub async fn pass(&mut self) -> Pass {
        let after = self.passed;
        self.passed += 1;
        match self.fault {
            Some(Fault::ErrorAfter(n)) if after >= n => Pass::Error,
            Some(Fault::EndAfter(n)) if after >= n => Pass::End,
            Some(Fault::GarbageAfter(n)) if after == n => Pass::Garbage,
            Some(Fault::StallAfter(n)) if after >= n => pending().await,
            Some(Fault::SilentAfter(n)) if after >= n => {
                tokio::time::sleep(ARRIVAL).await;
                self.line.silence();
                pending().await
            }
            Some(Fault::ResetAfter(n)) if after >= n => {
                tokio::time::sleep(ARRIVAL).await;
                self.line.reset();
                Pass::Broken
            }
            Some(_) | None => Pass::Whole,
        }
    }
}

//! Plugin threads: sessions with an instance each. Any thread takes any session that is ready; a session that was slow goes
//! to a queue of its own, and at least one thread never takes from that one. A session of a plugin that was always quick isn't
//! queued at all: it runs on the thread that woke it.

use super::trust::{SLOW, Trust};
use super::{Wake, lock};
use crate::error::Cause;
use crate::inbox::{Inbox, Turn};
use crate::outlet::{Out, Outlet};
use crate::plugin::Loaded;
use crate::roles::Input;
use crate::session::SyncSession;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

/// Inputs of one session in a row, so that a session with much to do lets others pass.
const IN_A_ROW: usize = 8;

pub(crate) struct Lane {
    queue: Mutex<Queue>,
    filled: Condvar,
}

struct Queue {
    quick: VecDeque<Arc<dyn Work>>,
    slow: VecDeque<Arc<dyn Work>>,
    slow_running: usize,
    /// How many threads may run slow sessions at once.
    slow_max: usize,
    stopped: bool,
}

pub(crate) trait Work: Send + Sync {
    /// True where more waits.
    fn run(&self) -> bool;
    /// Whether its last run was slow.
    fn slow(&self) -> &AtomicBool;
    fn trust(&self) -> &Trust;
    fn abandon(&self);
}

/// True where more waits.
fn run(work: &dyn Work) -> bool {
    let began = Instant::now();
    let more = catch_unwind(AssertUnwindSafe(|| work.run())).unwrap_or_else(|_| {
        work.abandon();
        false
    });
    let took = began.elapsed();
    work.slow().store(took > SLOW, Ordering::Relaxed);
    work.trust().note(took);
    more
}

impl Lane {
    pub(crate) fn new(threads: usize) -> Lane {
        let (quick, slow) = (VecDeque::new(), VecDeque::new());
        let slow_max = (threads - 1).max(1);
        let queue = Queue { quick, slow, slow_running: 0, slow_max, stopped: false };
        Lane { queue: Mutex::new(queue), filled: Condvar::new() }
    }

    pub(crate) fn push(&self, work: Arc<dyn Work>) {
        lock(&self.queue).put(work);
        self.filled.notify_one();
    }

    pub(crate) fn stop(&self) {
        lock(&self.queue).stopped = true;
        self.filled.notify_all();
    }

    /// A thread's life.
    pub(crate) fn run(&self) {
        while let Some((work, was_slow)) = self.take() {
            let more = run(&*work);
            self.put_back(more.then_some(work), was_slow);
        }
    }

    fn take(&self) -> Option<(Arc<dyn Work>, bool)> {
        let mut queue = lock(&self.queue);
        loop {
            if queue.stopped {
                return None;
            }
            if let Some(work) = queue.quick.pop_front() {
                return Some((work, false));
            }
            if queue.slow_running < queue.slow_max
                && let Some(work) = queue.slow.pop_front()
            {
                queue.slow_running += 1;
                return Some((work, true));
            }
            queue = self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn put_back(&self, work: Option<Arc<dyn Work>>, was_slow: bool) {
        let mut queue = lock(&self.queue);
        queue.slow_running -= usize::from(was_slow);
        if let Some(work) = work {
            queue.put(work);
        }
        if was_slow || !queue.slow.is_empty() {
            self.filled.notify_one();
        }
    }
}

impl Queue {
    fn put(&mut self, work: Arc<dyn Work>) {
        let slow = work.slow().load(Ordering::Relaxed);
        if slow { self.slow.push_back(work) } else { self.quick.push_back(work) }
    }
}

/// A session with an instance of its own.
pub(crate) struct Lone<I: Input> {
    lane: Arc<Lane>,
    plugin: Arc<Loaded>,
    inbox: Arc<Inbox<I>>,
    slow: AtomicBool,
    /// An instance is there: to make one takes longer than to call it.
    open: AtomicBool,
    running: Mutex<Running<I>>,
}

struct Running<I: Input> {
    stage: Stage<I>,
    outlet: Outlet<I>,
}

enum Stage<I: Input> {
    New(I::Open),
    Open(Box<SyncSession<I>>),
    Over,
}

impl<I: Input> Lone<I> {
    pub(crate) fn new(
        lane: Arc<Lane>,
        plugin: Arc<Loaded>,
        inbox: Arc<Inbox<I>>,
        what: I::Open,
        out: Out<I>,
    ) -> Lone<I> {
        let outlet = Outlet::new(inbox.clone(), out);
        let running = Mutex::new(Running { stage: Stage::New(what), outlet });
        Lone { lane, plugin, inbox, slow: AtomicBool::new(false), open: AtomicBool::new(false), running }
    }

    /// True where more may wait.
    fn step(&self, running: &mut Running<I>) -> bool {
        let Running { stage, outlet } = running;
        let done = match std::mem::replace(stage, Stage::Over) {
            Stage::New(what) => self.open(what, outlet).map(Some),
            Stage::Open(mut session) => match self.inbox.turn() {
                Turn::Idle => {
                    *stage = Stage::Open(session);
                    return false;
                }
                Turn::End => Ok(None),
                Turn::Take(input) => {
                    session.enter(input).and_then(|outputs| outlet.pass(outputs)).map(|()| Some(session))
                }
            },
            Stage::Over => return false,
        };
        match done {
            Ok(Some(session)) => *stage = Stage::Open(session),
            Ok(None) => outlet.end(Ok(())),
            Err(cause) => outlet.end(Err(self.plugin.error(I::ROLE, cause))),
        }
        true
    }

    fn open(&self, what: I::Open, outlet: &mut Outlet<I>) -> Result<Box<SyncSession<I>>, Cause> {
        let (session, opened, outputs) = SyncSession::open(&self.plugin, what)?;
        outlet.opened(opened);
        outlet.pass(outputs)?;
        self.open.store(true, Ordering::Relaxed);
        Ok(Box::new(session))
    }
}

impl<I: Input> Work for Lone<I> {
    fn run(&self) -> bool {
        let mut running = lock(&self.running);
        (0..IN_A_ROW).all(|_| self.step(&mut running))
    }

    fn slow(&self) -> &AtomicBool {
        &self.slow
    }

    fn trust(&self) -> &Trust {
        &self.plugin.trust
    }

    fn abandon(&self) {
        tracing::error!(plugin = %self.plugin.manifest.name, role = %I::ROLE, "who listens to a session panicked");
        self.inbox.end();
        lock(&self.running).stage = Stage::Over;
    }
}

impl<I: Input> Wake for Lone<I> {
    fn wake(self: Arc<Self>) {
        let here = self.open.load(Ordering::Relaxed) && self.plugin.trust.is_earned();
        if !here || run(&*self) {
            let lane = self.lane.clone();
            lane.push(self);
        }
    }
}

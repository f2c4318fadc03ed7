//! Model threads: each has one instance of each plugin that carries a model, in which the sessions of many calls live. The
//! session whose input has the earliest deadline goes first.

use super::{Wake, lock};
use crate::error::Cause;
use crate::inbox::{Inbox, Turn};
use crate::instance::Instance;
use crate::outlet::{Out, Outlet};
use crate::plugin::Loaded;
use crate::roles::Input;
use crate::session::{Opened, counted};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Instant;

pub(crate) struct ModelThread {
    queue: Mutex<Queue>,
    filled: Condvar,
    sessions: AtomicUsize,
}

#[derive(Default)]
struct Queue {
    ready: Vec<Arc<dyn Job>>,
    forgotten: Vec<u64>,
    stopped: bool,
}

trait Job: Send + Sync {
    /// When it should be done; at once where nothing says.
    fn deadline(&self) -> Option<Instant>;
    fn run(self: Arc<Self>, instances: &mut Instances) -> Next;
    /// The instance was lost by another's fault.
    fn lose(&self, cause: &Cause);
    fn plugin(&self) -> u64;
    fn abandon(&self);
}

enum Next {
    Idle,
    More,
    /// The instance may not be entered again.
    Lost(Cause),
}

impl ModelThread {
    pub(crate) fn new() -> ModelThread {
        ModelThread { queue: Mutex::default(), filled: Condvar::new(), sessions: AtomicUsize::new(0) }
    }

    pub(crate) fn sessions(&self) -> usize {
        self.sessions.load(Ordering::Relaxed)
    }

    pub(crate) fn forget(&self, plugin: u64) {
        lock(&self.queue).forgotten.push(plugin);
        self.filled.notify_one();
    }

    pub(crate) fn stop(&self) {
        lock(&self.queue).stopped = true;
        self.filled.notify_one();
    }

    /// The thread's life.
    pub(crate) fn run(&self) {
        let mut instances = Instances::default();
        while let Some(job) = self.take(&mut instances) {
            let done = catch_unwind(AssertUnwindSafe(|| job.clone().run(&mut instances)));
            match done {
                Ok(Next::Idle) => {}
                Ok(Next::More) => self.push(job),
                Ok(Next::Lost(cause)) => instances.lose(job.plugin(), &cause),
                Err(_) => job.abandon(),
            }
        }
    }

    fn push(&self, job: Arc<dyn Job>) {
        lock(&self.queue).ready.push(job);
        self.filled.notify_one();
    }

    fn take(&self, instances: &mut Instances) -> Option<Arc<dyn Job>> {
        let mut queue = lock(&self.queue);
        loop {
            if queue.stopped {
                return None;
            }
            for plugin in queue.forgotten.drain(..) {
                instances.0.remove(&plugin);
            }
            // Sessions are few beside what a model costs, so they are looked through; equal ones go in their order.
            let earliest = (0..queue.ready.len()).min_by_key(|place| queue.ready[*place].deadline());
            if let Some(place) = earliest {
                return Some(queue.ready.remove(place));
            }
            queue = self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// By plugin.
#[derive(Default)]
struct Instances(BTreeMap<u64, Slot>);

struct Slot {
    instance: Instance,
    sessions: Vec<Weak<dyn Job>>,
}

impl Instances {
    /// The plugin's instance on this thread, made where there is none.
    fn of(&mut self, plugin: &Arc<Loaded>) -> Result<&mut Slot, Cause> {
        match self.0.entry(plugin.id) {
            std::collections::btree_map::Entry::Occupied(slot) => Ok(slot.into_mut()),
            std::collections::btree_map::Entry::Vacant(place) => {
                let instance = Instance::new(plugin)?;
                Ok(place.insert(Slot { instance, sessions: Vec::new() }))
            }
        }
    }

    /// Ends every session of the instance. The next one to open gets a new instance.
    fn lose(&mut self, plugin: u64, cause: &Cause) {
        let Some(slot) = self.0.remove(&plugin) else { return };
        for session in slot.sessions.iter().filter_map(Weak::upgrade) {
            session.lose(cause);
        }
    }
}

/// A session in an instance that it shares.
pub(crate) struct Shared<I: Input> {
    thread: Arc<ModelThread>,
    plugin: Arc<Loaded>,
    inbox: Arc<Inbox<I>>,
    since: Instant,
    running: Mutex<Running<I>>,
}

struct Running<I: Input> {
    stage: Stage<I>,
    outlet: Outlet<I>,
}

enum Stage<I: Input> {
    New(I::Open),
    Open(I::Handle),
    Over,
}

impl<I: Input> Shared<I> {
    pub(crate) fn new(
        thread: Arc<ModelThread>,
        plugin: Arc<Loaded>,
        inbox: Arc<Inbox<I>>,
        what: I::Open,
        out: Out<I>,
    ) -> Shared<I> {
        thread.sessions.fetch_add(1, Ordering::Relaxed);
        let outlet = Outlet::new(inbox.clone(), out);
        let running = Mutex::new(Running { stage: Stage::New(what), outlet });
        Shared { thread, plugin, inbox, since: Instant::now(), running }
    }

    fn open(
        self: &Arc<Self>,
        what: I::Open,
        instances: &mut Instances,
        outlet: &mut Outlet<I>,
    ) -> Result<I::Handle, Cause> {
        let slot = instances.of(&self.plugin)?;
        let entered = I::open(&mut slot.instance, what)?;
        slot.sessions.retain(|session| session.strong_count() > 0);
        let this: Weak<dyn Job> = Arc::downgrade(&(self.clone() as Arc<dyn Job>));
        slot.sessions.push(this);
        let told = counted::<I>(&self.plugin, entered.outputs).and_then(|outputs| {
            outlet.opened(Opened { format: entered.format });
            outlet.pass(outputs)
        });
        match told {
            Ok(()) => Ok(entered.handle),
            Err(cause) => I::close(&mut slot.instance, entered.handle).and(Err(cause)),
        }
    }

    fn take(
        &self,
        input: I,
        handle: I::Handle,
        instances: &mut Instances,
        outlet: &mut Outlet<I>,
    ) -> Result<I::Handle, Cause> {
        let slot = instances.of(&self.plugin)?;
        let outputs = input.enter(&mut slot.instance, &handle)?;
        match counted::<I>(&self.plugin, outputs).and_then(|outputs| outlet.pass(outputs)) {
            Ok(()) => Ok(handle),
            Err(cause) => I::close(&mut slot.instance, handle).and(Err(cause)),
        }
    }

    fn close(&self, handle: I::Handle, instances: &mut Instances) -> Result<(), Cause> {
        I::close(&mut instances.of(&self.plugin)?.instance, handle)
    }

    /// The stage that follows, and whether more may wait.
    fn step(
        self: &Arc<Self>,
        stage: Stage<I>,
        instances: &mut Instances,
        outlet: &mut Outlet<I>,
    ) -> Result<(Stage<I>, Next), Cause> {
        let handle = match stage {
            Stage::New(what) => self.open(what, instances, outlet)?,
            Stage::Over => return Ok((Stage::Over, Next::Idle)),
            Stage::Open(handle) => match self.inbox.turn() {
                Turn::Idle => return Ok((Stage::Open(handle), Next::Idle)),
                Turn::Take(input) => self.take(input, handle, instances, outlet)?,
                Turn::End => {
                    self.close(handle, instances)?;
                    outlet.end(Ok(()));
                    return Ok((Stage::Over, Next::Idle));
                }
            },
        };
        Ok((Stage::Open(handle), Next::More))
    }
}

impl<I: Input> Job for Shared<I> {
    fn deadline(&self) -> Option<Instant> {
        match lock(&self.running).stage {
            Stage::New(_) => Some(self.since),
            Stage::Open(_) | Stage::Over => self.inbox.deadline(),
        }
    }

    fn run(self: Arc<Self>, instances: &mut Instances) -> Next {
        let mut running = lock(&self.running);
        let Running { stage, outlet } = &mut *running;
        match self.step(std::mem::replace(stage, Stage::Over), instances, outlet) {
            Ok((following, next)) => {
                *stage = following;
                next
            }
            Err(cause) => {
                outlet.end(Err(self.plugin.error(I::ROLE, cause.clone())));
                if loses(&cause) { Next::Lost(cause) } else { Next::Idle }
            }
        }
    }

    fn lose(&self, cause: &Cause) {
        let mut running = lock(&self.running);
        if matches!(running.stage, Stage::Open(_)) {
            running.stage = Stage::Over;
            let cause = Cause::InstanceLost(Box::new(cause.clone()));
            running.outlet.end(Err(self.plugin.error(I::ROLE, cause)));
        }
    }

    fn plugin(&self) -> u64 {
        self.plugin.id
    }

    fn abandon(&self) {
        tracing::error!(plugin = %self.plugin.manifest.name, role = %I::ROLE, "who listens to a session panicked");
        self.inbox.end();
        lock(&self.running).stage = Stage::Over;
    }
}

/// The plugin was stopped in the middle of something: what it holds can't be trusted any more.
fn loses(cause: &Cause) -> bool {
    match cause {
        Cause::Trap(_) | Cause::TimeOut { .. } | Cause::Memory { .. } => true,
        Cause::Stack { .. } | Cause::Bytes { .. } => true,
        Cause::Failed(_) | Cause::Outputs { .. } | Cause::Text { .. } | Cause::NoRole | Cause::Crowded => {
            false
        }
        Cause::InstanceLost(_) | Cause::Host(_) => false,
    }
}

impl<I: Input> Wake for Shared<I> {
    fn wake(self: Arc<Self>) {
        let thread = self.thread.clone();
        thread.push(self);
    }
}

impl<I: Input> Drop for Shared<I> {
    fn drop(&mut self) {
        self.thread.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

//! A session: as a handle to one that runs on the host's threads, and as a plain value that is called.

use crate::error::{Cause, NotSent, SessionError};
use crate::inbox::Inbox;
use crate::instance::Instance;
use crate::limits::TEXT_MAX;
use crate::plugin::{Keep, Loaded};
use crate::roles::{Enter, Input};
use crate::threads::Wake;
use crate::words::AudioFormat;
use std::sync::Arc;
use std::time::Instant;

/// What a session on the host's threads tells, in this order: `Opened`, outputs, `Ended`. One that can't be opened
/// tells `Ended` alone.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<O> {
    Opened(Opened),
    Output(O),
    /// `Ok` after the handle was dropped, or the last input was taken.
    Ended(Result<(), SessionError>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Of the audio that a speaking session will give; `None` in other roles.
    pub format: Option<AudioFormat>,
}

/// A session that runs on the host's threads. Dropping it ends the session; what still waits is not done, but for
/// the last input of [`Session::finish`].
pub struct Session<I: Input> {
    inbox: Arc<Inbox<I>>,
    wake: Arc<dyn Wake>,
    _keep: Arc<Keep>,
}

impl<I: Input> Session<I> {
    pub(crate) fn new(inbox: Arc<Inbox<I>>, wake: Arc<dyn Wake>, keep: Arc<Keep>) -> Session<I> {
        Session { inbox, wake, _keep: keep }
    }

    /// Inputs that wait.
    pub fn waiting(&self) -> usize {
        self.inbox.waiting()
    }

    /// Waits for nothing: the input is queued, or, with a plugin that was always quick, handed in here. Inputs go in in the order of
    /// this call; a cancel also drops what waits of the same job.
    ///
    /// # Errors
    /// [`NotSent::Full`] where over 512 inputs wait, [`NotSent::Over`] after the session has ended.
    pub fn send(&self, input: I) -> Result<(), NotSent> {
        if self.inbox.send(input, Instant::now())? {
            self.wake.clone().wake();
        }
        Ok(())
    }

    /// Ends the session with this input, which comes in place of what still waits. It is handed in though the handle be dropped, and
    /// what the session tells of it is told; then it has ended.
    pub fn finish(&self, last: I) {
        if self.inbox.finish(last, Instant::now()) {
            self.wake.clone().wake();
        }
    }
}

impl<I: Input> Drop for Session<I> {
    fn drop(&mut self) {
        if self.inbox.close() {
            self.wake.clone().wake();
        }
    }
}

/// A session with an instance of its own that is called in place: under the threads, in simulations and in benches.
pub struct SyncSession<I: Input> {
    instance: Instance,
    handle: I::Handle,
}

impl<I: Input> SyncSession<I> {
    pub(crate) fn open(
        plugin: &Arc<Loaded>,
        what: I::Open,
    ) -> Result<(SyncSession<I>, Opened, Vec<I::Output>), Cause> {
        let mut instance = Instance::new(plugin)?;
        let entered = I::open(&mut instance, what)?;
        let outputs = counted::<I>(plugin, entered.outputs)?;
        let opened = Opened { format: entered.format };
        Ok((SyncSession { instance, handle: entered.handle }, opened, outputs))
    }

    /// # Errors
    /// The limit that the plugin broke, or its trap. The session is over then: another call gives the same kind of error.
    pub fn call(&mut self, input: I) -> Result<Vec<I::Output>, SessionError> {
        self.enter(input).map_err(|cause| self.instance.plugin.error(I::ROLE, cause))
    }

    pub(crate) fn enter(&mut self, input: I) -> Result<Vec<I::Output>, Cause> {
        let outputs = input.enter(&mut self.instance, &self.handle)?;
        counted::<I>(&self.instance.plugin, outputs)
    }
}

/// Outputs within the limits.
pub(crate) fn counted<I: Enter>(plugin: &Loaded, outputs: Vec<I::Output>) -> Result<Vec<I::Output>, Cause> {
    let (limit, value) = (plugin.limits.outputs, outputs.len());
    if value > limit {
        return Err(Cause::Outputs { limit, value });
    }
    match outputs.iter().filter_map(I::text).map(str::len).find(|bytes| *bytes > TEXT_MAX) {
        Some(value) => Err(Cause::Text { limit: TEXT_MAX, value }),
        None => Ok(outputs),
    }
}

//! Where a session's outputs leave the host: in order, without what was cancelled, and with one end.

use crate::error::{Cause, SessionError};
use crate::inbox::Inbox;
use crate::roles::{Enter, Input};
use crate::session::{Event, Opened};
use std::sync::Arc;

pub(crate) type Out<I> = Box<dyn FnMut(Event<<I as Enter>::Output>) + Send>;

pub(crate) struct Outlet<I: Input> {
    inbox: Arc<Inbox<I>>,
    /// Gone after the end.
    out: Option<Out<I>>,
}

impl<I: Input> Outlet<I> {
    pub(crate) fn new(inbox: Arc<Inbox<I>>, out: Out<I>) -> Outlet<I> {
        Outlet { inbox, out: Some(out) }
    }

    pub(crate) fn opened(&mut self, opened: Opened) {
        self.tell(Event::Opened(opened));
    }

    /// # Errors
    /// The plugin's own failure, if one of the outputs ends the session.
    pub(crate) fn pass(&mut self, outputs: Vec<I::Output>) -> Result<(), Cause> {
        for output in outputs {
            if I::answers(&output).is_some_and(|key| self.inbox.is_cancelled(&key)) {
                continue;
            }
            let fatal = I::fatal(&output).cloned();
            self.tell(Event::Output(output));
            if let Some(failure) = fatal {
                return Err(Cause::Failed(failure));
            }
        }
        Ok(())
    }

    /// Nothing is told after this.
    pub(crate) fn end(&mut self, result: Result<(), SessionError>) {
        self.inbox.end();
        self.tell(Event::Ended(result));
        self.out = None;
    }

    fn tell(&mut self, event: Event<I::Output>) {
        if let Some(out) = &mut self.out {
            out(event);
        }
    }
}

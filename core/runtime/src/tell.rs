//! A session's way to its call's task, which can wait until no session is left to tell anything.

use crate::plugged::Stage;
use crate::publish::Chosen;
use closare_call::Event;
use closare_terms::CallId;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use tracing::Span;

/// What sessions may take to tell their last. No vendor is asked for it: it is for a busy machine.
pub const UNTOLD_MAX: Duration = Duration::from_secs(1);

/// What a session tells its call. Never waits; a call that is that far behind loses it.
#[derive(Clone)]
pub struct Tell {
    events: mpsc::Sender<Event>,
    /// Nothing is sent: it is there as long as something may be told that is waited for.
    _open: Option<mpsc::Sender<Infallible>>,
    /// The call's, in which its sessions' requests are traced.
    span: Span,
}

/// Ends when all that is waited for is gone.
pub struct Untold(mpsc::Receiver<Infallible>);

impl Tell {
    pub fn new(call: &CallId, events: mpsc::Sender<Event>) -> (Tell, Untold) {
        let (open, untold) = mpsc::channel(1);
        // A span of the highest level is there whichever crate's traces are let through.
        let span = tracing::error_span!("call", id = %call);
        (Tell { events, _open: Some(open), span }, Untold(untold))
    }

    /// Opens something for this call.
    pub fn scope<T>(&self, open: impl FnOnce() -> T) -> T {
        self.span.in_scope(open)
    }

    pub fn event(&self, event: Event) {
        if self.events.try_send(event).is_err() {
            tracing::warn!("a call's inbox is full: an event of a plugin's session is lost");
        }
    }

    /// What a session says: of one that is held no more, what was used alone, and not what it heard, thought or couldn't do.
    pub fn told(&self, event: Event, stage: Stage) {
        if stage == Stage::Held || is_usage(&event) {
            self.event(event);
        }
    }

    /// For a session of this plugin. Nobody waits for the last word of one that has no vendor.
    pub fn of(&self, chosen: &Chosen) -> Tell {
        if chosen.has_vendor() { self.clone() } else { self.unawaited() }
    }

    pub fn unawaited(&self) -> Tell {
        Tell { _open: None, ..self.clone() }
    }
}

/// What counts also once a call is closed.
fn is_usage(event: &Event) -> bool {
    matches!(event, Event::Used { .. } | Event::Requested { .. })
}

impl Untold {
    pub async fn ends(&mut self) {
        let _ = self.0.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_terms::{Role, Unit};

    #[tokio::test]
    async fn it_ends_with_the_last_that_is_waited_for() {
        let (events, _inbox) = mpsc::channel(1);
        let (tell, mut untold) = Tell::new(&CallId::from("call1"), events);
        let (session, _other) = (tell.clone(), tell.unawaited());
        let waits = tokio::spawn(async move { untold.ends().await });
        drop(tell);
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        drop(session);
        waits.await.unwrap();
    }

    #[tokio::test]
    async fn a_session_that_was_let_go_tells_what_it_used_and_no_more() {
        let (events, mut inbox) = mpsc::channel(4);
        let (tell, _) = Tell::new(&CallId::from("call1"), events);
        let used = Event::Used { role: Role::SpeechToText, index: 0, unit: Unit::AudioMs, amount: 1 };
        tell.told(Event::TurnEnded { sure: 1.0 }, Stage::Last);
        tell.told(used, Stage::Last);
        tell.told(Event::TurnEnded { sure: 1.0 }, Stage::Held);
        assert!(matches!(inbox.recv().await, Some(Event::Used { .. })));
        assert!(matches!(inbox.recv().await, Some(Event::TurnEnded { .. })));
    }
}

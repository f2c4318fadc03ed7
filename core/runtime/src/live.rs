//! The calls that are up, and what is told about them while they are.

use closare_call::{Event, Latency, Speaker};
use closare_terms::{CallId, Millis};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{broadcast, mpsc};

/// What happens on a call, for whoever watches. Holds words: `reveal` is for who may see them.
#[derive(Clone, Debug)]
pub enum Live {
    Began {
        call: CallId,
        agent: String,
        number: String,
    },
    Answered {
        call: CallId,
    },
    /// What is being said now; the speaker's next `Words` replaces it, their next `Turn` ends it. Never kept. No words: nothing
    /// is being said after all.
    Words {
        call: CallId,
        speaker: Speaker,
        words: String,
    },
    Turn {
        call: CallId,
        at: Millis,
        speaker: Speaker,
        heard: String,
        unheard: Option<String>,
    },
    Latency {
        call: CallId,
        latency: Latency,
    },
    Ended {
        call: CallId,
        ended: String,
        reason: String,
    },
    /// Everything of the call is in the store.
    Kept {
        call: CallId,
    },
}

/// Watchers that are slower than this lose events; a call never waits for one. Most are `Words`: of a hundred calls at once, some
/// 300 events a second, so that a watcher may pause for 25 s before it loses a turn.
const WATCH_MAX: usize = 8_192;

struct LiveCall {
    agent: String,
    number: String,
    inbox: mpsc::Sender<Event>,
}

pub struct LiveCalls {
    calls: Mutex<BTreeMap<CallId, LiveCall>>,
    tell: broadcast::Sender<Live>,
}

impl LiveCalls {
    pub fn new() -> LiveCalls {
        LiveCalls { calls: Mutex::default(), tell: broadcast::Sender::new(WATCH_MAX) }
    }

    pub fn watch(&self) -> broadcast::Receiver<Live> {
        self.tell.subscribe()
    }

    pub fn tell(&self, live: Live) {
        // Nobody may be watching.
        let _ = self.tell.send(live);
    }

    pub fn add(&self, id: CallId, agent: &str, number: &str, inbox: mpsc::Sender<Event>) {
        let call = LiveCall { agent: agent.to_owned(), number: number.to_owned(), inbox };
        self.with(|calls| calls.insert(id, call));
    }

    pub fn remove(&self, id: &CallId) {
        self.with(|calls| calls.remove(id));
    }

    pub fn count(&self) -> usize {
        self.with(|calls| calls.len())
    }

    pub fn list(&self) -> Vec<(CallId, String, String)> {
        self.with(|calls| {
            calls.iter().map(|(id, call)| (id.clone(), call.agent.clone(), call.number.clone())).collect()
        })
    }

    /// Stops the calls to this agent's number, whatever version they run on; how many.
    pub fn stop(&self, number: &str) -> usize {
        let inboxes: Vec<_> = self.with(|calls| {
            calls.values().filter(|call| call.number == number).map(|call| call.inbox.clone()).collect()
        });
        inboxes.iter().filter(|inbox| inbox.try_send(Event::Stop).is_ok()).count()
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<CallId, LiveCall>) -> T) -> T {
        work(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for LiveCalls {
    fn default() -> Self {
        LiveCalls::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_of_the_same_workflow_goes_on() {
        let live = LiveCalls::new();
        let mut inboxes = ["1000", "2000"].map(|number| {
            let (inbox, events) = mpsc::channel(1);
            live.add(CallId(number.to_owned()), "booking", number, inbox);
            events
        });
        assert_eq!(live.stop("1000"), 1);
        assert!(matches!(inboxes[0].try_recv(), Ok(Event::Stop)));
        assert!(inboxes[1].try_recv().is_err());
    }
}

//! What is known of the calls that run, so that a page opened in the middle of one has it from its begin.
//!
//! One task follows the engine's live events, keeps them by call and tells pages. A page gets the state and all that follows it
//! under one lock, so that it neither misses an event nor sees one twice; one that falls behind gets the state again.

use crate::events::told;
use closare_runtime::{Live, LiveCalls};
use closare_terms::{CallId, UnixMillis};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio_util::sync::CancellationToken;

/// Some two hours of quick talk; of a longer call the first lines go, and wait in the store.
const LINES_MAX: usize = 1_000;

/// More calls than one machine holds: were ends ever missed, memory would still be bounded.
const CALLS_MAX: usize = 4_096;

/// Events that a page may be behind before it is given the state anew, which loses nothing.
const BEHIND_MAX: usize = 512;

/// What a list shows of a call's talk.
const LAST_LINES: usize = 4;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Running {
    pub id: CallId,
    pub agent: String,
    pub number: String,
    pub began: UnixMillis,
    pub answered: Option<UnixMillis>,
    /// Turns and latencies, in their order.
    pub lines: VecDeque<Line>,
    /// What is being said now, by its speaker, with what [`told`] says of it. No line yet.
    pub saying: BTreeMap<String, Value>,
    /// True where lines are missing: at the begin of a very long call, or anywhere where the engine was too quick for us.
    pub incomplete: bool,
    /// How and why, once it has ended. It runs until all of it is kept.
    pub ended: Option<Value>,
}

/// `turn` or `latency`, with what [`told`] says of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    event: &'static str,
    /// JSON: most lines are looked at by nobody, and as a [`Value`] each takes some 2 KB.
    data: Box<str>,
}

/// A change, for pages that have the state before it.
#[derive(Clone)]
pub(crate) enum Change {
    One {
        call: CallId,
        event: &'static str,
        data: Arc<Value>,
    },
    /// The state is another than what the changes so far make of it.
    Anew,
}

pub(crate) struct Watch {
    calls: Mutex<BTreeMap<CallId, Running>>,
    tell: Sender<Change>,
}

impl Watch {
    /// Follows these calls until `close`.
    pub fn follow(live: Arc<LiveCalls>, close: CancellationToken) -> Arc<Watch> {
        let watch = Arc::new(Watch::new());
        let mut events = live.watch();
        watch.catch_up(&live);
        let follower = watch.clone();
        tokio::spawn(async move {
            loop {
                let next = tokio::select! {
                    next = events.recv() => next,
                    () = close.cancelled() => return,
                };
                match next {
                    Ok(event) => follower.take(&event),
                    Err(RecvError::Lagged(_)) => follower.catch_up(&live),
                    Err(RecvError::Closed) => return,
                }
            }
        });
        watch
    }

    fn new() -> Watch {
        Watch { calls: Mutex::default(), tell: Sender::new(BEHIND_MAX) }
    }

    /// The state, and every change after it. One call whole, or all with their last lines.
    pub fn subscribe(&self, only: Option<&CallId>) -> (Vec<Running>, Receiver<Change>) {
        self.with(|calls| (look(calls, only), self.tell.subscribe()))
    }

    pub fn list(&self) -> Vec<Running> {
        self.with(|calls| look(calls, None))
    }

    pub fn call(&self, id: &CallId) -> Option<Running> {
        self.with(|calls| calls.get(id).cloned())
    }

    fn take(&self, live: &Live) {
        let (event, data) = told(live);
        self.with(|calls| {
            let (call, data) = match live {
                Live::Began { call, agent, number } => {
                    (call, begin(calls, Running::new(call, agent, number)))
                }
                Live::Answered { call } => {
                    let at = now();
                    change(calls, call, |running| running.answered = Some(at));
                    (call, serde_json::json!({"call": call, "at": at}))
                }
                Live::Words { call, words, .. } => {
                    change(calls, call, |running| running.say(words, &data));
                    (call, data)
                }
                Live::Turn { call, .. } | Live::Latency { call, .. } => {
                    let line = Line::new(event, &data);
                    change(calls, call, |running| running.push(line));
                    (call, data)
                }
                Live::Ended { call, .. } => {
                    change(calls, call, |running| running.end(data.clone()));
                    (call, data)
                }
                Live::Kept { call } => {
                    calls.remove(call);
                    (call, data)
                }
            };
            // Nobody may be watching. Told under the lock: the state and what is told go together.
            let _ = self.tell.send(Change::One { call: call.clone(), event, data: Arc::new(data) });
        });
    }

    /// After events were missed: which calls there are is known, what was said in between is not.
    fn catch_up(&self, live: &LiveCalls) {
        let list = live.list();
        self.with(|calls| {
            calls.retain(|id, _| list.iter().any(|(there, _, _)| there == id));
            for (id, agent, number) in &list {
                let fresh = || Running::new(id, agent, number);
                let running = calls.entry(id.clone()).or_insert_with(fresh);
                running.incomplete = true;
                running.saying.clear();
            }
            let _ = self.tell.send(Change::Anew);
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<CallId, Running>) -> T) -> T {
        work(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Running {
    fn new(id: &CallId, agent: &str, number: &str) -> Running {
        Running {
            id: id.clone(),
            agent: agent.to_owned(),
            number: number.to_owned(),
            began: now(),
            answered: None,
            lines: VecDeque::new(),
            saying: BTreeMap::new(),
            incomplete: false,
            ended: None,
        }
    }

    fn say(&mut self, words: &str, data: &Value) {
        let speaker = speaker(data);
        if words.is_empty() {
            self.saying.remove(speaker);
        } else {
            self.saying.insert(speaker.to_owned(), data.clone());
        }
    }

    fn push(&mut self, line: Line) {
        if line.event == "turn" {
            self.saying.remove(speaker(&line.data()));
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
            self.incomplete = true;
        }
        self.lines.push_back(line);
    }

    fn end(&mut self, data: Value) {
        self.saying.clear();
        self.ended = Some(data);
    }

    fn brief(&self) -> Running {
        let lines = self.lines.iter().skip(self.lines.len().saturating_sub(LAST_LINES)).cloned().collect();
        Running {
            lines,
            saying: self.saying.clone(),
            id: self.id.clone(),
            agent: self.agent.clone(),
            number: self.number.clone(),
            ended: self.ended.clone(),
            ..*self
        }
    }
}

impl Line {
    fn new(event: &'static str, data: &Value) -> Line {
        Line { event, data: data.to_string().into() }
    }

    fn data(&self) -> Value {
        serde_json::from_str(&self.data).expect("it was written by the same library")
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told {
            event: &'static str,
            #[serde(flatten)]
            data: Value,
        }
        Told { event: self.event, data: self.data() }.serialize(serializer)
    }
}

/// Who speaks in a `turn` or in `words`.
pub(crate) fn speaker(data: &Value) -> &str {
    data["speaker"].as_str().unwrap_or_default()
}

fn look(calls: &BTreeMap<CallId, Running>, only: Option<&CallId>) -> Vec<Running> {
    match only {
        Some(id) => calls.get(id).cloned().into_iter().collect(),
        None => calls.values().map(Running::brief).collect(),
    }
}

fn begin(calls: &mut BTreeMap<CallId, Running>, running: Running) -> Value {
    if calls.len() >= CALLS_MAX {
        calls.pop_first();
    }
    // Events that were already on their way when the list was read tell of a call that is there.
    let running = calls.entry(running.id.clone()).or_insert(running);
    serde_json::to_value(running).expect("ids, texts and numbers are JSON")
}

fn change(calls: &mut BTreeMap<CallId, Running>, id: &CallId, work: impl FnOnce(&mut Running)) {
    if let Some(running) = calls.get_mut(id) {
        work(running);
    }
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_call::Speaker;
    use closare_terms::Millis;

    fn began(id: &str) -> Live {
        Live::Began { call: id.into(), agent: "booking".into(), number: "1000".into() }
    }

    fn said(id: &str, words: &str) -> Live {
        Live::Turn {
            call: id.into(),
            at: Millis(20),
            speaker: Speaker::Caller,
            heard: words.to_owned(),
            unheard: None,
        }
    }

    fn words(speaker: Speaker, words: &str) -> Live {
        Live::Words { call: "a".into(), speaker, words: words.to_owned() }
    }

    fn heard(running: &Running) -> Vec<String> {
        running.lines.iter().filter_map(|line| line.data()["heard"].as_str().map(str::to_owned)).collect()
    }

    #[test]
    fn a_page_opened_in_mid_call_has_it_from_its_begin() {
        let watch = Watch::new();
        for live in
            [began("a"), Live::Answered { call: "a".into() }, said("a", "one"), began("b"), said("b", "else")]
        {
            watch.take(&live);
        }
        let (state, mut changes) = watch.subscribe(Some(&"a".into()));
        assert_eq!(state.len(), 1);
        assert!(state[0].answered.is_some() && heard(&state[0]) == ["one"]);
        watch.take(&said("a", "two"));
        let Ok(Change::One { event: "turn", data, .. }) = changes.try_recv() else { panic!() };
        assert_eq!(data["heard"], "two");
        assert!(changes.try_recv().is_err());
        watch.take(&Live::Ended { call: "a".into(), ended: "hung_up".into(), reason: String::new() });
        assert_eq!(watch.call(&"a".into()).unwrap().ended.unwrap()["ended"], "hung_up");
        watch.take(&Live::Kept { call: "a".into() });
        assert!(watch.call(&"a".into()).is_none() && watch.list().len() == 1);
    }

    #[test]
    fn what_is_being_said_is_known_until_its_turn() {
        let watch = Watch::new();
        let saying = || {
            let running = watch.call(&"a".into()).unwrap();
            assert_eq!(watch.list()[0].saying, running.saying);
            let words = running.saying.into_values().map(|data| data["words"].as_str().unwrap().to_owned());
            words.collect::<Vec<_>>()
        };
        watch.take(&began("a"));
        watch.take(&words(Speaker::Caller, "I'd"));
        watch.take(&words(Speaker::Caller, "I'd like"));
        watch.take(&words(Speaker::Agent, "Sorry?"));
        assert_eq!(saying(), ["Sorry?", "I'd like"]);
        assert!(watch.list()[0].lines.is_empty(), "no line");
        watch.take(&said("a", "I'd like an appointment."));
        assert_eq!(saying(), ["Sorry?"]);
        watch.take(&words(Speaker::Caller, "uh"));
        watch.take(&words(Speaker::Caller, ""));
        assert_eq!(saying(), ["Sorry?"]);
        watch.take(&Live::Ended { call: "a".into(), ended: "hung_up".into(), reason: String::new() });
        assert!(saying().is_empty());
    }

    #[test]
    fn a_call_without_end_stays_bounded_and_says_so() {
        let watch = Watch::new();
        watch.take(&began("a"));
        (0..=LINES_MAX).for_each(|n| watch.take(&said("a", &n.to_string())));
        let running = watch.call(&"a".into()).unwrap();
        assert!(running.incomplete && running.lines.len() == LINES_MAX && heard(&running)[0] == "1");
        assert_eq!(heard(&watch.list()[0]), ["997", "998", "999", "1000"]);
    }

    #[test]
    fn missed_events_leave_the_right_calls() {
        let (watch, live) = (Watch::new(), LiveCalls::new());
        ["gone", "there"].iter().for_each(|id| watch.take(&began(id)));
        watch.take(&said("there", "kept"));
        let (call, speaker) = ("there".into(), Speaker::Caller);
        watch.take(&Live::Words { call, speaker, words: "its turn may be among the missed".into() });
        for id in ["there", "new"] {
            live.add(id.into(), "booking", "1000", tokio::sync::mpsc::channel(1).0);
        }
        let (_, mut changes) = watch.subscribe(None);
        watch.catch_up(&live);
        assert!(matches!(changes.try_recv(), Ok(Change::Anew)));
        let list = watch.list();
        assert_eq!(list.iter().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["new", "there"]);
        assert!(list.iter().all(|call| call.incomplete) && heard(&list[1]) == ["kept"]);
        assert!(list[1].saying.is_empty());
        // Its begin comes after all: nothing of it is lost.
        watch.take(&began("there"));
        assert_eq!(heard(&watch.call(&"there".into()).unwrap()), ["kept"]);
    }
}

//! Running calls as a stream (`text/event-stream`): the state first, then every change.
//!
//! The state comes again whenever a page has fallen behind, and as the first event of each new connection. So a page that
//! replaces what it shows by each `state` is right at any time and needs to remember nothing.
//!
//! A list is told what is being said at its own pace: of each call the newest words only, and only while they are no turn.

use super::PageState;
use super::watch::{Change, Watch, speaker};
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use closare_terms::CallId;
use futures::stream::{Stream, unfold};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// How soon a page whose connection broke tries again.
const RETRY: Duration = Duration::from_secs(1);

/// How often a list is told what is being said; one call's page is told at once.
const LIST_EVERY: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
pub(crate) struct Which {
    /// One call, whole; without it, all of them, the state with their last lines only.
    call: Option<CallId>,
}

pub(crate) async fn live(
    State(state): State<PageState>,
    Query(which): Query<Which>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let viewer = Viewer::new(state.watch, which.call);
    let told = unfold((viewer, state.close), async |(mut viewer, close): (Viewer, CancellationToken)| {
        let (event, data) = tokio::select! {
            told = viewer.next() => told?,
            () = close.cancelled() => return None,
        };
        let told = Event::default().event(event).retry(RETRY).data(data);
        Some((Ok(told), (viewer, close)))
    });
    Sse::new(told).keep_alive(KeepAlive::default())
}

struct Viewer {
    watch: Arc<Watch>,
    only: Option<CallId>,
    /// `None` where the state is to be told first.
    changes: Option<Receiver<Change>>,
    waiting: Waiting,
    /// Words whose time has come.
    due: Vec<Arc<Value>>,
}

/// The newest words of each speaker that a list was not told yet.
#[derive(Default)]
struct Waiting {
    words: BTreeMap<(CallId, String), Arc<Value>>,
    until: Option<Instant>,
}

impl Viewer {
    fn new(watch: Arc<Watch>, only: Option<CallId>) -> Viewer {
        Viewer { watch, only, changes: None, waiting: Waiting::default(), due: Vec::new() }
    }

    /// The next event's name and data; `None` when nothing follows.
    async fn next(&mut self) -> Option<(&'static str, String)> {
        loop {
            if let Some(words) = self.due.pop() {
                return Some(("words", words.to_string()));
            }
            let Some(changes) = &mut self.changes else { return Some(self.state()) };
            let change = tokio::select! {
                change = changes.recv() => change,
                () = self.waiting.end() => {
                    self.due = self.waiting.take();
                    continue;
                }
            };
            match change {
                Ok(Change::One { call, event, data })
                    if self.only.as_ref().is_none_or(|only| *only == call) =>
                {
                    if self.only.is_some() || !self.waiting.keeps(&call, event, &data) {
                        return Some((event, data.to_string()));
                    }
                }
                Ok(Change::One { .. }) => {}
                Ok(Change::Anew) | Err(RecvError::Lagged(_)) => self.changes = None,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn state(&mut self) -> (&'static str, String) {
        let (calls, changes) = self.watch.subscribe(self.only.as_ref());
        self.changes = Some(changes);
        // They are in the state.
        self.waiting = Waiting::default();
        ("state", json!({"calls": calls}).to_string())
    }
}

impl Waiting {
    /// Whether this change waits. One that ends what is being said takes it away.
    fn keeps(&mut self, call: &CallId, event: &'static str, data: &Arc<Value>) -> bool {
        match event {
            "words" => {
                self.words.insert((call.clone(), speaker(data).to_owned()), data.clone());
                self.until.get_or_insert_with(|| Instant::now() + LIST_EVERY);
                return true;
            }
            "turn" => drop(self.words.remove(&(call.clone(), speaker(data).to_owned()))),
            "ended" | "kept" => self.words.retain(|(of, _), _| of != call),
            _ => {}
        }
        false
    }

    async fn end(&self) {
        match self.until {
            Some(until) => sleep_until(until).await,
            None => std::future::pending().await,
        }
    }

    fn take(&mut self) -> Vec<Arc<Value>> {
        self.until = None;
        std::mem::take(&mut self.words).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_call::Speaker;
    use closare_runtime::{Live, LiveCalls};
    use closare_terms::Millis;

    #[tokio::test]
    async fn a_page_that_falls_behind_gets_the_state_anew() {
        const TURNS: usize = 600;
        let (live, close) = (Arc::new(LiveCalls::new()), CancellationToken::new());
        let watch = Watch::follow(live.clone(), close.clone());
        let mut viewer = Viewer::new(watch.clone(), Some("a".into()));
        assert_eq!(viewer.next().await.unwrap(), ("state", r#"{"calls":[]}"#.to_owned()));

        live.tell(Live::Began { call: "a".into(), agent: "booking".into(), number: "1000".into() });
        live.tell(Live::Began { call: "b".into(), agent: "booking".into(), number: "1000".into() });
        for n in 0..TURNS {
            let (at, heard) = (Millis(n as u64), n.to_string());
            live.tell(Live::Turn { call: "a".into(), at, speaker: Speaker::Caller, heard, unheard: None });
        }
        while watch.call(&"a".into()).is_none_or(|call| call.lines.len() < TURNS) {
            tokio::task::yield_now().await;
        }
        let (event, data) = viewer.next().await.unwrap();
        let state: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!((event, state["calls"][0]["lines"].as_array().unwrap().len()), ("state", TURNS));
        assert_eq!(state["calls"].as_array().unwrap().len(), 1);

        live.tell(Live::Kept { call: "b".into() });
        live.tell(Live::Kept { call: "a".into() });
        assert_eq!(viewer.next().await.unwrap(), ("kept", r#"{"call":"a"}"#.to_owned()));
    }

    #[tokio::test]
    async fn a_list_is_told_the_newest_words_now_and_then() {
        let (live, close) = (Arc::new(LiveCalls::new()), CancellationToken::new());
        let watch = Watch::follow(live.clone(), close.clone());
        let mut list = Viewer::new(watch.clone(), None);
        let mut page = Viewer::new(watch, Some("a".into()));
        assert_eq!((list.next().await.unwrap().0, page.next().await.unwrap().0), ("state", "state"));
        let say = |call: &str, words: &str| {
            live.tell(Live::Words { call: call.into(), speaker: Speaker::Caller, words: words.to_owned() });
        };
        let told = |(event, data): (&'static str, String)| {
            let data: Value = serde_json::from_str(&data).unwrap();
            (event, data["words"].as_str().or(data["heard"].as_str()).unwrap().to_owned())
        };
        let began = Instant::now();
        for words in ["I'd", "I'd like", "I'd like a"] {
            say("a", words);
            assert_eq!(told(page.next().await.unwrap()), ("words", words.to_owned()));
        }
        assert_eq!(told(list.next().await.unwrap()), ("words", "I'd like a".to_owned()));
        assert!(began.elapsed() >= LIST_EVERY);

        // A turn comes at once, and no words of it after it.
        say("a", "I'd like a taxi");
        say("b", "Hello");
        let (at, heard) = (Millis(0), "I'd like a taxi.".to_owned());
        live.tell(Live::Turn { call: "a".into(), at, speaker: Speaker::Caller, heard, unheard: None });
        assert_eq!(told(list.next().await.unwrap()), ("turn", "I'd like a taxi.".to_owned()));
        assert_eq!(told(list.next().await.unwrap()), ("words", "Hello".to_owned()));
    }
}

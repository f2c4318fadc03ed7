//! Running calls as a stream (`text/event-stream`): the state first, then every change.
//!
//! The state comes again whenever a page has fallen behind, and as the first event of each new connection. So a page that
//! replaces what it shows by each `state` is right at any time and needs to remember nothing.

use super::PageState;
use super::watch::{Change, Watch};
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use closare_terms::CallId;
use futures::stream::{Stream, unfold};
use serde::Deserialize;
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

/// How soon a page whose connection broke tries again.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
pub(crate) struct Which {
    /// One call, whole; without it, all of them, the state with their last lines only.
    call: Option<CallId>,
}

pub(crate) async fn live(
    State(state): State<PageState>,
    Query(which): Query<Which>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let viewer = Viewer { watch: state.watch, only: which.call, changes: None };
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
}

impl Viewer {
    /// The next event's name and data; `None` when nothing follows.
    async fn next(&mut self) -> Option<(&'static str, String)> {
        loop {
            let Some(changes) = &mut self.changes else { return Some(self.state()) };
            match changes.recv().await {
                Ok(Change::One { call, event, data })
                    if self.only.as_ref().is_none_or(|only| *only == call) =>
                {
                    return Some((event, data.to_string()));
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
        ("state", json!({"calls": calls}).to_string())
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
        let mut viewer = Viewer { watch: watch.clone(), only: Some("a".into()), changes: None };
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
}

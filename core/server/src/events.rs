//! Live events as a stream (`text/event-stream`). They hold words: only who has the token gets them.

use axum::response::sse::{Event, KeepAlive, Sse};
use closare_runtime::Live;
use futures::stream::{Stream, unfold};
use serde_json::{Value, json};
use std::convert::Infallible;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

pub(crate) fn stream(
    watch: Receiver<Live>,
    close: CancellationToken,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = unfold((watch, close), async |(mut watch, close)| {
        let next = tokio::select! {
            next = watch.recv() => next,
            () = close.cancelled() => return None,
        };
        let (name, data) = match next {
            Ok(live) => told(&live),
            Err(RecvError::Lagged(count)) => ("lost", json!({"events": count})),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(Event::default().event(name).data(data.to_string())), (watch, close)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// An event's name and what it holds.
pub fn told(live: &Live) -> (&'static str, Value) {
    match live {
        Live::Began { call, agent, number } => {
            ("began", json!({"call": call, "agent": agent, "number": number}))
        }
        Live::Answered { call } => ("answered", json!({"call": call})),
        Live::Turn { call, at, speaker, heard, unheard } => {
            let speaker = json!(speaker);
            let ai = speaker == "agent";
            let data = json!({
                "call": call, "at": at, "speaker": speaker, "heard": heard, "unheard": unheard, "ai_generated": ai,
            });
            ("turn", data)
        }
        Live::Words { call, speaker, words } => {
            let speaker = json!(speaker);
            let ai = speaker == "agent";
            ("words", json!({"call": call, "speaker": speaker, "words": words, "ai_generated": ai}))
        }
        Live::Latency { call, latency } => (
            "latency",
            json!({
                "call": call, "total": latency.total(),
                "stages": latency.stages().into_iter().map(|(name, took)| json!({"stage": name, "took": took})).collect::<Vec<_>>(),
            }),
        ),
        Live::Ended { call, ended, reason } => {
            ("ended", json!({"call": call, "ended": ended, "reason": reason}))
        }
        Live::Kept { call } => ("kept", json!({"call": call})),
    }
}

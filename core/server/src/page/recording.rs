//! A call's recording, unsealed for who listens: the caller on channel 1, the agent on channel 2.

use super::PageState;
use super::api::{missing, unreadable};
use super::range::{Wanted, wanted};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use closare_terms::CallId;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Which {
    /// Of the call's recordings, from 0: a consent that was withdrawn and given again makes a second one.
    #[serde(default)]
    n: usize,
}

/// In parts, where a player asks for them: it can't move within a sound otherwise.
pub(crate) async fn wav(
    State(state): State<PageState>,
    Path(id): Path<CallId>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    let recordings = match state.calls.kept.recordings(&id).await {
        Ok(recordings) => recordings,
        Err(error) => return unreadable(&error),
    };
    let Some(recording) = recordings.into_iter().nth(which.n) else { return missing() };
    // Minutes of sound: not on a thread that serves others.
    let Ok(wav) = tokio::task::spawn_blocking(move || Bytes::from(recording.wav())).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    part(wav, headers.get(header::RANGE).and_then(|range| range.to_str().ok()))
}

fn part(wav: Bytes, range: Option<&str>) -> Response {
    let about = [(header::CONTENT_TYPE, "audio/wav"), (header::ACCEPT_RANGES, "bytes")];
    let length = wav.len();
    match wanted(range, length) {
        Wanted::All => (about, wav).into_response(),
        Wanted::Part(part) => {
            let which = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let status = StatusCode::PARTIAL_CONTENT;
            (status, about, [(header::CONTENT_RANGE, which)], wav.slice(part)).into_response()
        }
        Wanted::None => {
            let whole = format!("bytes */{length}");
            (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, whole)]).into_response()
        }
    }
}

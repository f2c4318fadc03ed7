//! The page's data, as JSON.

use super::PageState;
use super::watch::Running;
use crate::routes::refusal;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use closare_runtime::Metered;
use closare_store::{CallDetail, CallSummary, Dates, Error, Filter, Request};
use closare_terms::CallId;
use serde::Serialize;

/// Calls that the list goes back; `closare calls` goes further.
const KEPT_MAX: u64 = 50;

#[derive(Serialize)]
struct List {
    timezone: String,
    live: Vec<Running>,
    /// The latest first; without those that are running.
    kept: Vec<CallSummary>,
    vendors: Vec<Metered>,
}

pub(crate) async fn list(State(state): State<PageState>) -> Response {
    let live = state.watch.list();
    match state.calls.kept.calls(KEPT_MAX, &Filter::default()).await {
        Ok(mut kept) => {
            kept.retain(|call| !live.iter().any(|running| running.id == call.id));
            let vendors = (state.calls.meters)();
            Json(List { timezone: state.calls.timezone, live, kept, vendors }).into_response()
        }
        Err(error) => unreadable(&error),
    }
}

#[derive(Serialize)]
struct One {
    id: CallId,
    timezone: String,
    /// While it runs, and until all of it is kept.
    live: Option<Running>,
    kept: Option<CallDetail>,
    dates: Option<Dates>,
    /// What the vendors call its requests, as long as its words are kept.
    requests: Vec<Request>,
}

pub(crate) async fn one(State(state): State<PageState>, Path(id): Path<CallId>) -> Response {
    let live = state.watch.call(&id);
    match read(&state, &id).await {
        Ok(kept) if kept.is_none() && live.is_none() => missing(),
        Ok(kept) => {
            let (kept, dates, requests) =
                kept.map_or((None, None, Vec::new()), |kept| (Some(kept.0), kept.1, kept.2));
            Json(One { id, timezone: state.calls.timezone, live, kept, dates, requests }).into_response()
        }
        Err(error) => unreadable(&error),
    }
}

type Kept = (CallDetail, Option<Dates>, Vec<Request>);

async fn read(state: &PageState, id: &CallId) -> Result<Option<Kept>, Error> {
    let reader = &state.calls.kept;
    let Some(call) = reader.call(id).await? else { return Ok(None) };
    Ok(Some((call, reader.dates(id).await?, reader.requests(id).await?)))
}

pub(crate) fn missing() -> Response {
    refusal(StatusCode::NOT_FOUND, "expected a call that is running or kept, found none")
}

/// The reason is the operator's, in the log; it names files and tables.
pub(crate) fn unreadable(error: &Error) -> Response {
    tracing::warn!(%error, "the page can't read what is kept");
    refusal(StatusCode::SERVICE_UNAVAILABLE, "what is kept can't be read just now; the log says why")
}

//! What can be asked. Each handler: one call, one answer; its types beside it.

use crate::door::Door;
use crate::page::Meters;
use crate::{events, page};
use axum::extract::{Path, State as Stated};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use closare_runtime::Runtime;
use closare_terms::CallId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub(crate) struct State {
    pub runtime: Arc<Runtime>,
    /// Open streams end with the server.
    pub close: CancellationToken,
}

pub(crate) fn router(state: State, door: Arc<Door>) -> Router {
    let closed = Router::new()
        .route("/v1/agents", get(agents))
        .route("/v1/agents/{name}/stop", post(stop))
        .route("/v1/calls/live", get(live))
        .route("/v1/events", get(stream))
        .layer(from_fn_with_state(door, page::with_token));
    Router::new().route("/v1/health", get(health)).merge(closed).with_state(state)
}

/// What needs no engine behind it.
pub(crate) fn links(door: Arc<Door>) -> Router {
    Router::new()
        .route("/v1/page", post(link))
        .layer(from_fn_with_state(door.clone(), page::with_token))
        .with_state(door)
}

/// How much each plugin used the network, by origin, since the start. Nothing until one did.
pub(crate) fn meters(door: Arc<Door>, meters: Meters) -> Router {
    Router::new()
        .route("/v1/meters", get(async |Stated(meters): Stated<Meters>| Json(meters())))
        .layer(from_fn_with_state(door, page::with_token))
        .with_state(meters)
}

/// A link to the live page. It opens once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Link {
    pub url: String,
}

async fn link(Stated(door): Stated<Arc<Door>>) -> Response {
    match door.link() {
        Ok(url) => Json(Link { url }).into_response(),
        Err(error) => {
            tracing::error!(%error, "a link to the page can't be made");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "expected randomness from the system")
        }
    }
}

/// Whether it runs: for who watches the process; needs no token and tells nothing of a call.
#[derive(Debug, Serialize, Deserialize)]
pub struct Health {
    pub version: String,
    pub live_calls: usize,
}

async fn health(Stated(state): Stated<State>) -> Json<Health> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Json(Health { version, live_calls: state.runtime.live.count() })
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AgentState {
    pub name: String,
    pub number: String,
    pub stopped: bool,
}

async fn agents(Stated(state): Stated<State>) -> Json<Vec<AgentState>> {
    let agents = state.runtime.agents.iter().map(|agent| AgentState {
        name: agent.name(),
        number: agent.number.clone(),
        stopped: agent.is_stopped(),
    });
    Json(agents.collect())
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Stopped {
    pub agent: String,
    /// Calls that are being ended.
    pub calls: usize,
}

/// By the agent's name or number.
async fn stop(Stated(state): Stated<State>, Path(name): Path<String>) -> Response {
    match state.runtime.stop(&name) {
        Some(calls) => {
            tracing::info!(agent = %name, calls, "an agent was stopped");
            Json(Stopped { agent: name, calls }).into_response()
        }
        None => refusal(StatusCode::NOT_FOUND, "expected an agent's name or number, found none that has it"),
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct LiveCall {
    pub id: CallId,
    pub agent: String,
    pub number: String,
}

async fn live(Stated(state): Stated<State>) -> Json<Vec<LiveCall>> {
    let calls = state.runtime.live.list().into_iter();
    Json(calls.map(|(id, agent, number)| LiveCall { id, agent, number }).collect())
}

async fn stream(Stated(state): Stated<State>) -> Response {
    events::stream(state.runtime.live.watch(), state.close).into_response()
}

#[derive(Serialize)]
struct Refusal {
    error: &'static str,
}

pub(crate) fn refusal(status: StatusCode, error: &'static str) -> Response {
    (status, Json(Refusal { error })).into_response()
}

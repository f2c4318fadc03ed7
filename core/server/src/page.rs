//! The live page: calls as they are spoken, and each as it was kept. Read only.
//!
//! Pages are fixed files of `core/server/page/`; what a caller said reaches a browser as JSON only, and its script puts it there
//! as text. So no word of a call can become markup.

mod api;
mod files;
mod guard;
mod range;
mod recording;
mod stream;
mod watch;

use crate::door::Door;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use closare_runtime::{LiveCalls, Metered};
use closare_store::Reader;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use watch::Watch;

pub(crate) use guard::{fortify, with_token};

/// Where the page's calls come from.
#[derive(Clone)]
pub struct Calls {
    pub live: Arc<LiveCalls>,
    pub kept: Reader,
    /// IANA name, in which times are shown.
    pub timezone: String,
    /// How much each plugin used the network so far.
    pub meters: Meters,
}

/// Asked anew each time.
pub type Meters = Arc<dyn Fn() -> Vec<Metered> + Send + Sync>;

#[derive(Clone)]
pub(crate) struct PageState {
    calls: Calls,
    watch: Arc<Watch>,
    door: Arc<Door>,
    /// Open streams end with the server.
    close: CancellationToken,
}

/// The page's routes. Follows the live calls from here on until `close`.
pub(crate) fn router(calls: Calls, door: Arc<Door>, close: CancellationToken) -> Router {
    let watch = Watch::follow(calls.live.clone(), close.clone());
    let state = PageState { calls, watch, door, close };
    let closed = Router::new()
        .route("/calls/{id}", get(files::call))
        .route("/api/calls", get(api::list))
        .route("/api/calls/{id}", get(api::one))
        .route("/api/calls/{id}/recording.wav", get(recording::wav))
        .route("/api/live", get(stream::live))
        .layer(from_fn_with_state(state.clone(), guard::with_cookie));
    Router::new()
        .route("/", get(guard::enter))
        .route("/page/{file}", get(files::part))
        .merge(closed)
        .with_state(state)
}

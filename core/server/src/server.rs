//! Opening and closing the API.

use crate::door::Door;
use crate::page::{self, Calls};
use crate::routes::{self, State};
use crate::{Access, Error};
use axum::Router;
use axum::middleware::from_fn_with_state;
use closare_runtime::Runtime;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Answers until it is dropped.
pub struct Server {
    door: Arc<Door>,
    file: PathBuf,
    _close: DropGuard,
}

impl Server {
    /// Listens at the configuration's `api` and writes the token into its data folder.
    ///
    /// # Errors
    /// An address that isn't loopback, a port that is taken, a folder that can't be written.
    pub async fn start(runtime: Arc<Runtime>) -> Result<Server, Error> {
        let config = &runtime.config;
        let metered = runtime.clone();
        let calls = Calls {
            live: runtime.live.clone(),
            kept: (*runtime.store).clone(),
            timezone: config.timezone.clone(),
            meters: Arc::new(move || metered.meters()),
        };
        let (api, data) = (config.api, config.data.clone());
        Server::open(api, &data, calls, |door, close| routes::router(State { runtime, close }, door)).await
    }

    /// The live page alone, for calls from anywhere. Listens and keeps its token as [`Server::start`] does.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_page(api: SocketAddr, data: &Path, calls: Calls) -> Result<Server, Error> {
        Server::open(api, data, calls, |_, _| Router::new()).await
    }

    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// A new link to the live page. It opens once, and leaves a cookie that opens the page as long as this server runs.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn page(&self) -> Result<String, Error> {
        self.door.link()
    }

    async fn open(
        wanted: SocketAddr,
        data: &Path,
        calls: Calls,
        more: impl FnOnce(Arc<Door>, CancellationToken) -> Router,
    ) -> Result<Server, Error> {
        if !wanted.ip().is_loopback() {
            return Err(Error::NotLoopback(wanted));
        }
        let taken = |source| Error::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(taken)?;
        let access = Access::make(listener.local_addr().map_err(taken)?)?;
        let file = access.write(data)?;
        let (door, close) = (Arc::new(Door::new(access)?), CancellationToken::new());
        let router = more(door.clone(), close.clone())
            .merge(routes::links(door.clone()))
            .merge(routes::meters(door.clone(), calls.meters.clone()))
            .merge(page::router(calls, door.clone(), close.clone()))
            .layer(from_fn_with_state(door.clone(), page::fortify));
        let closed = close.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(closed).await {
                tracing::error!(%error, "the local API has ended");
            }
        });
        Ok(Server { door, file, _close: close.drop_guard() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Without the file, commands say that no server runs.
        let _ = std::fs::remove_file(&self.file);
    }
}

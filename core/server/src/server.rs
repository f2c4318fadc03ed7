//! Opening and closing the API.

use crate::routes::{self, State};
use crate::{Access, Error};
use closare_runtime::Runtime;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Answers until it is dropped.
pub struct Server {
    address: SocketAddr,
    file: PathBuf,
    _close: DropGuard,
}

impl Server {
    /// Listens at the configuration's `api` and writes the token into its data folder.
    ///
    /// # Errors
    /// An address that isn't loopback, a port that is taken, a folder that can't be written.
    pub async fn start(runtime: Arc<Runtime>) -> Result<Server, Error> {
        let wanted = runtime.config.api;
        if !wanted.ip().is_loopback() {
            return Err(Error::NotLoopback(wanted));
        }
        let taken = |source| Error::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let access = Access::make(address)?;
        let file = access.write(&runtime.config.data)?;
        let close = CancellationToken::new();
        let router = routes::router(State { runtime, access: Arc::new(access), close: close.clone() });
        let closed = close.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(closed).await {
                tracing::error!(%error, "the local API has ended");
            }
        });
        Ok(Server { address, file, _close: close.drop_guard() })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Without the file, commands say that no server runs.
        let _ = std::fs::remove_file(&self.file);
    }
}

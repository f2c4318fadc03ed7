use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`api`: expected an address of this machine such as `127.0.0.1:7060`, found `{0}`")]
    NotLoopback(SocketAddr),
    #[error("expected a free port at `{address}` for the API, found it in use")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("expected to write `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("expected randomness from the system")]
    Random,
    /// No server runs on this data folder, or it was killed.
    #[error("expected a running server's `{}`, found none", path.display())]
    NoServer { path: PathBuf, source: std::io::Error },
    #[error("expected `{}` as a server writes it", path.display())]
    Malformed { path: PathBuf, source: serde_json::Error },
}

use std::path::PathBuf;

/// Why the engine can't start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] crate::ConfigError),
    #[error("the plugins can't be run")]
    Host(#[from] closare_host::Error),
    #[error("the store can't be opened")]
    Store(#[from] closare_store::Error),
    #[error("the network's door can't be opened")]
    Egress(#[from] closare_egress::Error),
    #[error("the telephone can't be opened")]
    Telephony(#[from] closare_telephony::Error),
    #[error("policy `{}`", path.display())]
    Policy { path: PathBuf, source: closare_policy::Error },
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("no workflow can be answered with: {0}")]
    NoAgent(String),
}

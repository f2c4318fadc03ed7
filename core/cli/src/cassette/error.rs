use closare_terms::Role;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// Why a cassette can't be read, played or made. That the plugin does something else than the cassette says is no error.
#[derive(Debug, Error)]
pub enum Error {
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("can't write `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("`{}` is no cassette: {what}", path.display())]
    Parse { path: PathBuf, what: String },
    #[error("expected cassette version {}, found `{found}`", super::file::VERSION)]
    Version { found: u32 },
    #[error("expected what the role `{role}` takes, found `{found}`")]
    Misfit { role: Role, found: &'static str },
    #[error("expected a sound of {length} ms or more, since the tape hands it in up to {to} ms")]
    Short { length: u64, to: u64 },
    #[error("`{}` is no sound that can be used: {what}", path.display())]
    Sound { path: PathBuf, what: String },
    #[error(transparent)]
    Host(#[from] closare_host::Error),
    #[error(transparent)]
    Egress(#[from] closare_egress::Error),
    #[error("can't read the keys in `{}`", path.display())]
    Keys { path: PathBuf, what: String },
    #[error("expected an end within {} s, found none; so far: {told}", limit.as_secs())]
    Endless { limit: Duration, told: String },
    #[error(
        "expected no secret in the cassette, found `{name}` where it can't be cut out; nothing is written"
    )]
    Secret { name: String },
    #[error("expected leave for the plugin to send, found none; nothing is written")]
    NotSent,
}

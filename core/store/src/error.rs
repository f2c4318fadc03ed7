use std::path::PathBuf;

/// What can go wrong with the store. None of it holds a caller's words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("expected a database that can be opened at `{path}`")]
    Open { path: PathBuf, source: sea_orm::DbErr },
    #[error("expected the database to answer")]
    Database(#[from] sea_orm::DbErr),
    #[error("expected a folder that no other process writes to, found `{0}` in use")]
    InUse(PathBuf),
    #[error("expected to read or write `{path}`")]
    File { path: PathBuf, source: std::io::Error },
    #[error("expected an operator key of 32 bytes in `{path}`, found {bytes}")]
    KeyLength { path: PathBuf, bytes: usize },
    #[error("expected a key file that only its owner can read, found mode `{mode:o}` on `{path}`")]
    KeyExposed { path: PathBuf, mode: u32 },
    #[error("expected the operator key that this store was made with, found another")]
    WrongKey,
    #[error("expected `{0}` to open with its key, found it changed or cut")]
    Sealed(String),
    #[error("expected a time zone such as `Europe/Berlin`, found `{0}`")]
    Zone(String),
    #[error("expected a date that the calendar has, found one too far away")]
    Date,
    #[error("expected `{what}` as this version writes it, found `{found}`")]
    Word { what: &'static str, found: String },
    #[error("expected a call id of a-z and 0-9, found `{0}`")]
    CallId(String),
    #[error("expected a call that this process began or resumed, found `{0}`")]
    UnknownCall(String),
    #[error("expected recordings to be written, found their thread ended")]
    RecordingsStopped,
    #[error("expected the log to be written, found its thread ended")]
    WriterStopped,
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::File { path, source }
    }
}

use crate::words::Failure;
use closare_terms::{Millis, PluginName, Role};
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Why a host can't be made, or a plugin can't be loaded or built.
#[derive(Debug, Error)]
pub enum Error {
    #[error("wasmtime can't be set up")]
    Engine(#[source] Arc<dyn std::error::Error + Send + Sync>),
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}` has {} problem(s): {}", path.display(), problems.len(), problems.join("; "))]
    Manifest { path: PathBuf, problems: Vec<String> },
    #[error("plugin `{plugin}`: expected a WASM component, found something else")]
    Component { plugin: PluginName, source: Arc<dyn std::error::Error + Send + Sync> },
    #[error(
        "plugin `{plugin}`: expected the contract `closare:plugin@{expected}`, found `closare:plugin@{found}`"
    )]
    Version { plugin: PluginName, expected: &'static str, found: String },
    #[error("plugin `{plugin}`: expected an export for role `{role}`, which the manifest names, found none")]
    Missing { plugin: PluginName, role: Role },
    #[error("plugin `{plugin}`: expected role `{role}` in the manifest, since the component exports it")]
    Unnamed { plugin: PluginName, role: Role },
    #[error("plugin `{plugin}`: expected no import, found `{import}`")]
    Import { plugin: PluginName, import: String },
    #[error(
        "plugin `{plugin}`: expected each role as `closare:plugin@{}` has it: {what}",
        crate::contract::VERSION
    )]
    Misfit { plugin: PluginName, what: String },
    #[error("options of plugin `{plugin}`: {}", problems.join("; "))]
    Options { plugin: PluginName, problems: Vec<String> },
    #[error(transparent)]
    Build(#[from] crate::build::BuildError),
}

impl Error {
    pub(crate) fn engine(error: wasmtime::Error) -> Error {
        Error::Engine(shared(error))
    }
}

/// wasmtime's error as a plain one, so that it doesn't show in this crate's API.
pub(crate) fn shared(error: wasmtime::Error) -> Arc<dyn std::error::Error + Send + Sync> {
    Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(error))
}

/// Why a session ended before it was told to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("plugin `{plugin}`, {role}: {cause}")]
pub struct SessionError {
    pub plugin: PluginName,
    pub role: Role,
    pub cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Cause {
    /// The plugin said so.
    #[error("{0}")]
    Failed(Failure),
    #[error("it broke: {0}")]
    Trap(String),
    #[error("expected an answer within {limit}, found none (limits.call)")]
    TimeOut { limit: Millis },
    #[error("expected at most {limit} bytes of memory, it wanted more (limits.memory)")]
    Memory { limit: u64 },
    #[error("expected at most {limit} outputs, found {value} (limits.outputs)")]
    Outputs { limit: usize, value: usize },
    #[error("expected at most {limit} bytes of stack, it wanted more (the host's own limit)")]
    Stack { limit: usize },
    #[error(
        "expected at most {limit} bytes in the outputs for an input, it gave more (the host's own limit)"
    )]
    Bytes { limit: usize },
    #[error("expected at most {limit} bytes of text in an output, found {value} (the host's own limit)")]
    Text { limit: usize, value: usize },
    /// The instance that this session shared ended by another session's fault.
    #[error("its shared instance was lost: {0}")]
    InstanceLost(Box<Cause>),
    #[error("no room for another session (the host's `small_sessions`)")]
    Crowded,
    #[error("it doesn't have this role")]
    NoRole,
    /// The fault is the host's or its user's, not the plugin's.
    #[error("the host failed: {0}")]
    Host(String),
}

/// Why an input was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotSent {
    #[error("expected room in the session's queue, found it full")]
    Full,
    #[error("the session is over")]
    Over,
}

//! Runs plugins: WASM components that hear, speak, understand or do something for a call. No socket of its own, so a
//! session runs as well inside a simulation.
//!
//! [`Host::load`] reads a plugin's folder; [`Plugin::open_stt`] and its siblings open a session on the host's threads.
//! A session is handed inputs and tells outputs; what it asks of the network is among the outputs, what came of it among
//! the inputs. A trap, an endless loop or a flood ends that session alone, and [`SessionError`] names the limit.

mod bare;
pub mod build;
mod component;
mod contract;
mod engine;
mod error;
mod host;
mod inbox;
mod instance;
mod limits;
pub mod manifest;
mod options;
mod outlet;
mod plugin;
mod roles;
mod session;
mod threads;
pub mod words;

pub use bare::{Bare, BareEar};
pub use error::{Cause, Error, NotSent, SessionError};
pub use host::{Host, HostConfig};
pub use limits::Limits;
pub use manifest::Manifest;
pub use manifest::reader::nearest;
pub use plugin::Plugin;
pub use roles::{
    Input, LlmInput, LlmOutput, Offer, SttInput, SttOutput, ToolInput, ToolOutput, TtsInput, TtsOutput,
};
pub use session::{Event, Opened, Session, SyncSession};

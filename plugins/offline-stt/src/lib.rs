//! Speech-to-text for English, on this machine: Moonshine tiny inside the sandbox.
//!
//! It isn't a streaming model. The session keeps what it hears from the first sound on, and writes it down when the
//! host says that the caller has paused. The model is shared by all sessions of an instance and keeps nothing of them.

mod gate;
mod moonshine;
mod session;
mod timeline;
mod vocabulary;
mod words;

pub use gate::{RATE, sound};
pub use moonshine::Moonshine;
pub use session::Ear;

closare_plugin::export_speech_to_text!(Ear);

//! Deepgram: speech-to-text over its live socket, text-to-speech over a socket or by a request for each clause.
//!
//! After https://developers.deepgram.com, the references of `/v1/listen` (Live Audio) and `/v1/speak` (Continuous Text
//! Stream, and Single Text Request), and the pages that the modules name.

mod failure;
mod hearing;
mod options;
mod speaking;

pub use hearing::Hearing;
pub use options::{Options, Transport};
pub use speaking::Speaking;

closare_plugin::export_speech_to_text!(Hearing);
closare_plugin::export_text_to_speech!(Speaking);

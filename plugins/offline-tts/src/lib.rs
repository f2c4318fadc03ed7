//! Text-to-speech for English, on this machine: Piper's voice Joe inside the sandbox.
//!
//! Text becomes words as they are said (`written`), words become phonemes (`phonemes`, and `letters` for those that no
//! lexicon has), phonemes become sound (`piper`). The noise that Piper draws is scaled to nothing, so that a clause
//! sounds the same every time: a stored phrase and a replayed call need that.

mod letters;
mod phonemes;
mod piece;
mod piper;
mod session;
mod written;

pub use session::Voice;
pub use written::{Word, words};

closare_plugin::export_text_to_speech!(Voice);

//! The ear with real audio.

mod caller;
mod line;
mod reader;

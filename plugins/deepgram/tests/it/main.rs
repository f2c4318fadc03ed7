//! The plugin against what Deepgram sends, as its documentation has it: lists of events in, outputs out.

mod asked;
mod hearing;
mod random;
mod server;
mod streamed;

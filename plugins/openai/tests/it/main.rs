//! The plugin against what servers answered: lists of events in, outputs out.

mod chat;
mod hearing;
mod server;
mod speaking;

//! The plugin against the API's documented answers: lists of events in, outputs out.

mod asked;
mod ends;
mod session;
mod streams;

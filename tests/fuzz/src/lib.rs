//! What strangers send, made up and broken: one function for each kind of input, with all that must hold whatever comes.
//!
//! [`ALL`] lists them. `tests/it` runs each over its corpus and over random changes of it, as part of every test run;
//! `guided/` hands the same functions to libFuzzer, which looks for input that reaches new code (`make fuzz`).
//! A check fails by a panic.

mod dice;
mod phone_call;
mod target;
mod targets;

pub use target::Target;
pub use targets::{ALL, find};

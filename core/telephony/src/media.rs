//! A call's sound: a few threads that give each of their calls a turn every 20 ms.

pub(crate) mod call;
mod datagrams;
pub(crate) mod ear;
mod grid;
mod keys;
pub mod latch;
pub(crate) mod line;
mod mouth;
pub(crate) mod ports;
mod report;
pub(crate) mod threads;

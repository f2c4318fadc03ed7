//! Policy hooks: what may be done with a caller's data, decided by short Rhai scripts.
//!
//! The engine asks [`Policies`] at every decision point with [`Facts`], and gets a [`Ruling`]: allow, deny with a
//! reason, redact some kinds, or do something first. A script sees facts about data, never the data, so it can't
//! leak any. Whatever goes wrong in a script, an error, a missing fact, a limit, is a deny.
//!
//! The same question always gets the same answer: no clock, no randomness, no I/O, limits by operations. So the
//! hash of the facts and the version of the policy are evidence for a ruling.
//!
//! A policy's public functions are named for decision points and take one argument, the facts. Helpers are
//! `private fn`. A script can call `allow()`, `deny(reason)`, `first(duty)`, `redact(kinds)`, `shorten(days)`.

pub mod cases;
mod combine;
mod common;
mod default;
mod error;
mod fact;
mod policies;
mod policy;
mod sandbox;
mod verdict;

pub use common::{Basis, Common, Consent, shipped_basis};
pub use default::eu_default;
pub use error::Error;
pub use fact::{Fact, Facts};
pub use policies::{Policies, Ruling};
pub use policy::Policy;
pub use verdict::Verdict;

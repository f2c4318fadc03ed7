//! Words that two or more crates need. Values, no logic: what a word means for a call is decided elsewhere.
//!
//! `README.md` beside this crate is the project's glossary.

mod held;
mod ids;
mod language;
mod millis;
mod money;
pub mod network;
mod phone_number;
mod role;
mod sink;
mod usage;

pub use held::Held;
pub use ids::{CallId, PluginName};
pub use language::Language;
pub use millis::{Millis, UnixMillis};
pub use money::Money;
pub use phone_number::PhoneNumber;
pub use role::Role;
pub use sink::{Kind, Kinds, Point, Purpose};
pub use usage::Unit;

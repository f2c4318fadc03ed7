//! A caller on a real line: plays the acts of a test call, with a voice of this machine, and hears as a person does.

mod caller;
mod ear;
mod line;
mod script;
mod tape;
mod voice;
mod words;

pub use caller::{Call, Played, Reaction, call};
pub use ear::Ear;
pub use script::{Script, read};
pub use tape::Tape;
pub use voice::{Spoken, render};

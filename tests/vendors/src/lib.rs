//! Stand-ins for speech and language vendors: each speaks its wire protocol as its public documentation defines it,
//! over real TLS, with HTTP/2 where a client wants it.
//!
//! [`Emulator::start`] listens on a free port of loopback. A [`Script`] holds what its vendors hear and answer,
//! [`Emulator::fail`] arms a [`Fault`], and [`Emulator::requests`] tells what was asked. The vendors' own clients are the
//! measure of it: see `tests/it/clients.rs`.

mod anthropic;
mod api;
mod deepgram;
mod desk;
mod elevenlabs;
mod emulator;
mod error;
mod fault;
mod http;
mod openai;
mod outbox;
mod record;
mod script;
mod sound;
mod talk;
mod tls;
mod wire;

pub use api::{Api, Vendor};
pub use emulator::{Emulator, Settings};
pub use error::Error;
pub use fault::Fault;
pub use record::{Heard, Request};
pub use script::{Answer, Ending, Pace, Script, ToolUse};

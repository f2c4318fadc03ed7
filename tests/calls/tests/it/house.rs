//! The house where calls are tried: the engine under test in this process, and real SIP clients as its callers.
//!
//! Nothing here sleeps: a test waits for what the engine or a peer says, with a deadline, and a deadline that passes tells what
//! was said until then. Ports are taken free ones; peers are child processes, ended by their process id. Where a plugin or a
//! peer is missing, a line says what, and how to get it, and the test passes.

mod asterisk;
mod baresip;
pub mod carrier;
mod engine;
mod llama;
mod log;
mod peer;
mod phone;
mod ports;
mod served;
mod sipp;
mod sound;

pub use asterisk::Asterisk;
pub use baresip::Baresip;
pub use carrier::{Api, Streamed};
pub use engine::{Engine, Setup};
pub use llama::Llama;
pub use log::Log;
pub use peer::{Peer, is_root, peers, python};
pub use phone::Phone;
pub use ports::{answers_options, free as ports_free};
pub use served::Served;
pub use sipp::Sipp;
pub use sound::{Sound, likeness};

use std::path::{Path, PathBuf};

/// The test can't be made here. Says so in a line that a run's output can be searched for.
pub fn skip(missing: &str, how: &str) {
    println!("SKIPPED: {missing}; {how}");
}

/// The folder that holds the whole project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

//! Telephone calls: SIP over UDP and TCP with their audio by RTP, and media streams over WebSocket. Each call becomes a [`Leg`].
//!
//! A driver: it carries calls and sound, and decides nothing of what a call means. What can be decided without a socket is
//! pure and stands in files of its own: [`sdp`], [`digest`], [`number`], [`datagram`], [`messages`], admission, latching.
//! `sip/` alone knows the SIP stack; `media/` is a few threads that send and receive a frame of each call every 20 ms.
//!
//! ```no_run
//! # async fn example() -> Result<(), closare_telephony::Error> {
//! use closare_telephony::{Config, Frame, Telephony};
//! let (telephony, mut calls) = Telephony::start(Config::loopback()).await?;
//! while let Some(call) = calls.recv().await {
//!     call.ring();
//!     let leg = call.answer(std::time::Instant::now(), Box::new(|_frame: &Frame<'_>| {})).await?;
//!     leg.control.hangup("nobody is at home");
//! }
//! # Ok(()) }
//! ```
//!
//! No number and no name of a caller is logged, at any level; the SIP stack itself logs whole messages at `info`, so a
//! program's filter must hold [`QUIET`].

mod config;
mod counters;
pub mod digest;
mod error;
mod incoming;
mod leg;
mod media;
pub mod number;
pub mod sdp;
mod signalling;
mod sip;
mod stream;
mod telephony;

pub use config::{Account, Config, StreamConfig, StreamLine, own_networks};
pub use counters::Counters;
pub use error::Error;
pub use incoming::{Incoming, StreamCall};
pub use leg::{Frame, Leg, LegControl, LegEvent, Party, Stats, Tap, TransferOutcome, Voice};
pub use media::latch;
pub use sip::admission;
pub use sip::datagram;
pub use sip::refer::Progress;
pub use sip::registration::{Registration, RegistrationState};
pub use stream::messages;
pub use telephony::Telephony;

/// What a log filter must hold, so that no caller's number gets into a log.
pub const QUIET: &str = "rsipstack=error";

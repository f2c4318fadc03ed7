//! The audio path, 20 ms at a time: bytes and samples in, bytes and samples out.
//!
//! Nothing here opens a socket, reads a clock or draws a number: the time comes as an argument, so a call's audio can be
//! tested and replayed sample for sample. The media thread calls these parts once per frame and call; on that path
//! nothing allocates once the buffers have grown. Every `…_into` function replaces what its `out` held.
//!
//! What this crate doesn't know: who is on the call, what is said, SDP, SIP, and files.

mod codec;
mod conceal;
pub mod dtmf;
mod error;
mod exact;
mod jitter;
mod measure;
mod playout;
pub mod recorder;
mod resample;
pub mod rtcp;
pub mod rtp;
pub mod tone;
mod voice_activity;
pub mod wav;

pub use codec::{Codec, Decoder, Encoder, FRAME_MS};
pub use conceal::Concealer;
pub use error::MediaError;
pub use exact::Exact;
pub use jitter::{JitterBuffer, JitterStats, Pulled};
pub use measure::{dominant_frequency, rms};
pub use playout::{Ended, EndedList, Playout, Tick};
pub use resample::Resampler;
pub use voice_activity::{Voice, VoiceActivity, VoiceConfig};

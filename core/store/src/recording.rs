//! Recordings: sealed files, written by one thread in chunks of a second, so that a process that is killed loses no
//! more than that. There is no file, and no buffer of one, before a recorder is asked for.

mod file;
mod thread;
mod wav;
mod writer;

use closare_terms::{CallId, UnixMillis};
use serde::{Deserialize, Serialize};

pub(crate) use file::{read, repair};
pub(crate) use thread::Recordings;
pub use writer::{Recorded, RecordingWriter};

/// What a recording says about itself wherever it goes: in a WAV file's `LIST/INFO` chunk (AI Act 50(2)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// `ISFT`: the engine and its version.
    pub software: String,
    /// `ICMT`, such as `AI-generated speech on channel 2`.
    pub comment: String,
}

/// A recording's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordingInfo {
    pub call: CallId,
    /// The sealed file, below the store's folder `recordings`.
    pub path: String,
    /// Of the sealed file, hexadecimal. `None` while it is being written.
    pub sha256: Option<String>,
    /// Of the sealed file.
    pub bytes: u64,
    /// Samples a second of each channel.
    pub rate: u32,
    pub channels: u16,
    pub started: UnixMillis,
    pub ended: Option<UnixMillis>,
    pub complete: bool,
    pub marks: Marks,
}

/// A recording, opened. It has no `Debug`, since it holds a voice.
#[derive(Clone, PartialEq, Eq)]
pub struct Recording {
    pub info: RecordingInfo,
    /// Interleaved.
    pub samples: Vec<i16>,
}

impl Recording {
    /// A WAV file with its marks.
    pub fn wav(&self) -> Vec<u8> {
        wav::wav(self.info.rate, self.info.channels, &self.info.marks, &self.samples)
    }
}

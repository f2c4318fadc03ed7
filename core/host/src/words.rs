//! The contract's words in plain Rust, as the engine uses them whatever version of the contract a plugin was built for.
//! What a session asks of the network is in `closare_terms::network`.

use closare_terms::{Language, Millis, UnixMillis};
use serde::{Deserialize, Serialize};
use std::fmt;

mod language;
mod speech;

pub use closare_terms::Unit;
pub use language::{
    Chat, Choice, Ending, Extraction, Field, Found, Intent, Invocation, Message, Outcome, Part, Speaker,
    Summary, Task, ToolOffered,
};
pub use speech::{Listening, Said, Spoken, Transcript, Word};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    PcmS16le,
    Mulaw,
    Alaw,
}

/// Always one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AudioFormat {
    pub encoding: Encoding,
    /// Hz.
    pub sample_rate: u32,
}

impl AudioFormat {
    pub const fn pcm(sample_rate: u32) -> AudioFormat {
        AudioFormat { encoding: Encoding::PcmS16le, sample_rate }
    }

    /// As a manifest writes it, such as `pcm_s16le/16000`.
    pub fn parse(text: &str) -> Option<AudioFormat> {
        let (encoding, rate) = text.split_once('/')?;
        let encoding = match encoding {
            "pcm_s16le" => Encoding::PcmS16le,
            "mulaw" => Encoding::Mulaw,
            "alaw" => Encoding::Alaw,
            _ => return None,
        };
        let format = AudioFormat { encoding, sample_rate: rate.parse().ok()? };
        format.is_taken().then_some(format)
    }

    /// Whether its rate is one that speech has. Beyond these, a resampler's filter takes gigabytes.
    pub(crate) fn is_taken(self) -> bool {
        (8_000..=48_000).contains(&self.sample_rate)
    }
}

impl fmt::Display for AudioFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoding = match self.encoding {
            Encoding::PcmS16le => "pcm_s16le",
            Encoding::Mulaw => "mulaw",
            Encoding::Alaw => "alaw",
        };
        write!(f, "{encoding}/{}", self.sample_rate)
    }
}

/// What a session is opened with. The seed is the only randomness that a plugin gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub at: Millis,
    /// The same moment on the wall's clock.
    pub wall: UnixMillis,
    pub seed: u64,
    /// JSON, as [`crate::Plugin::options_checked`] gives it.
    pub options: String,
    pub languages: Vec<Language>,
}

/// Why a plugin can't go on, in its own words or the vendor's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    #[error("the vendor doesn't accept the credential")]
    Unauthorized,
    /// How long to wait, where the vendor says so.
    #[error("the vendor limits the rate{}", wait.map(|wait| format!(", wait {wait}")).unwrap_or_default())]
    RateLimited { wait: Option<Millis> },
    #[error("unavailable: {0}")]
    Unavailable(String),
    #[error("refused: {0}")]
    Refused(String),
    #[error("unsupported: {0}")]
    Unsupported(String),
    #[error("broken: {0}")]
    Broken(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Usage {
    pub unit: Unit,
    pub amount: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Debug,
    Info,
    Warn,
}

/// What a plugin tells its operator. May hold a caller's words: not for the engine's own log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub level: Level,
    pub message: String,
}

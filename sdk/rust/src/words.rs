//! The words that every role shares, as the contract has them.

pub use crate::bindings::words::closare::plugin::types::{
    AudioFormat, Encoding, Failure, Level, Millis, Note, Opening, Said, Unit, Usage,
};
use serde::de::DeserializeOwned;

impl Opening {
    /// The workflow's options, already checked against the manifest's schema by the host and filled with its defaults.
    ///
    /// # Errors
    /// [`Failure::Refused`] where they don't fit `T`: then the manifest and the plugin disagree.
    pub fn options<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let text = if self.options.trim().is_empty() { "{}" } else { &self.options };
        serde_json::from_str(text)
            .map_err(|error| Failure::Refused(format!("options don't fit the plugin: {error}")))
    }

    /// The first language's part before `-`, such as `de` of `de-AT`; `en` where none is set.
    pub fn language(&self) -> &str {
        self.languages.first().and_then(|tag| tag.split('-').next()).unwrap_or("en")
    }
}

impl Note {
    pub fn debug(message: impl Into<String>) -> Note {
        Note { level: Level::Debug, message: message.into() }
    }

    pub fn info(message: impl Into<String>) -> Note {
        Note { level: Level::Info, message: message.into() }
    }

    pub fn warn(message: impl Into<String>) -> Note {
        Note { level: Level::Warn, message: message.into() }
    }
}

impl Usage {
    pub fn new(unit: Unit, amount: u64) -> Usage {
        Usage { unit, amount }
    }
}

impl AudioFormat {
    /// Signed 16-bit little-endian samples.
    pub const fn pcm(sample_rate: u32) -> AudioFormat {
        AudioFormat { encoding: Encoding::PcmS16le, sample_rate }
    }

    pub const fn bytes_per_sample(&self) -> usize {
        match self.encoding {
            Encoding::PcmS16le => 2,
            Encoding::Mulaw | Encoding::Alaw => 1,
        }
    }

    /// How long `bytes` of this audio last, in milliseconds.
    pub fn millis(&self, bytes: usize) -> Millis {
        let rate = u64::from(self.sample_rate.max(1));
        (bytes / self.bytes_per_sample()) as u64 * 1000 / rate
    }
}

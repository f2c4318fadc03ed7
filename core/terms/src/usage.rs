use serde::{Deserialize, Serialize};
use std::fmt;

/// What a vendor counts, and bills. The names are those of the contract in `sdk/wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// All that the model read, those from its cache too, whatever the vendor's own number leaves out.
    InputTokens,
    OutputTokens,
    /// Of the input tokens, those that the vendor had in its cache: a part of that number, not more of them.
    CachedTokens,
    /// Of sound, heard or spoken; in neither of the numbers above.
    AudioTokens,
    /// Of text that was given to a voice.
    Characters,
    /// Of sound that was given to be heard.
    AudioMs,
    Requests,
}

impl Unit {
    pub const ALL: [Unit; 7] = [
        Unit::InputTokens,
        Unit::OutputTokens,
        Unit::CachedTokens,
        Unit::AudioTokens,
        Unit::Characters,
        Unit::AudioMs,
        Unit::Requests,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::InputTokens => "input_tokens",
            Unit::OutputTokens => "output_tokens",
            Unit::CachedTokens => "cached_tokens",
            Unit::AudioTokens => "audio_tokens",
            Unit::Characters => "characters",
            Unit::AudioMs => "audio_ms",
            Unit::Requests => "requests",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

use super::wit::closare::plugin::types as wit;
use crate::words::{AudioFormat, Encoding, Failure, Level, Note, Opening, Said, Unit, Usage};
use closare_terms::Millis;

impl From<AudioFormat> for wit::AudioFormat {
    fn from(format: AudioFormat) -> wit::AudioFormat {
        let encoding = match format.encoding {
            Encoding::PcmS16le => wit::Encoding::PcmS16le,
            Encoding::Mulaw => wit::Encoding::Mulaw,
            Encoding::Alaw => wit::Encoding::Alaw,
        };
        wit::AudioFormat { encoding, sample_rate: format.sample_rate }
    }
}

impl From<wit::AudioFormat> for AudioFormat {
    fn from(format: wit::AudioFormat) -> AudioFormat {
        let encoding = match format.encoding {
            wit::Encoding::PcmS16le => Encoding::PcmS16le,
            wit::Encoding::Mulaw => Encoding::Mulaw,
            wit::Encoding::Alaw => Encoding::Alaw,
        };
        AudioFormat { encoding, sample_rate: format.sample_rate }
    }
}

impl From<Opening> for wit::Opening {
    fn from(opening: Opening) -> wit::Opening {
        wit::Opening {
            at: opening.at.0,
            wall: u64::try_from(opening.wall.0).unwrap_or(0),
            seed: opening.seed,
            options: opening.options,
            languages: opening.languages.into_iter().map(|language| language.0).collect(),
        }
    }
}

impl From<wit::Failure> for Failure {
    fn from(failure: wit::Failure) -> Failure {
        match failure {
            wit::Failure::Unauthorized => Failure::Unauthorized,
            wit::Failure::RateLimited(wait) => {
                Failure::RateLimited { wait: wait.map(|ms| Millis(u64::from(ms))) }
            }
            wit::Failure::Unavailable(why) => Failure::Unavailable(why),
            wit::Failure::Refused(why) => Failure::Refused(why),
            wit::Failure::Unsupported(why) => Failure::Unsupported(why),
            wit::Failure::Broken(why) => Failure::Broken(why),
        }
    }
}

impl From<wit::Usage> for Usage {
    fn from(usage: wit::Usage) -> Usage {
        let unit = match usage.unit {
            wit::Unit::InputTokens => Unit::InputTokens,
            wit::Unit::OutputTokens => Unit::OutputTokens,
            wit::Unit::CachedTokens => Unit::CachedTokens,
            wit::Unit::AudioTokens => Unit::AudioTokens,
            wit::Unit::Characters => Unit::Characters,
            wit::Unit::AudioMs => Unit::AudioMs,
            wit::Unit::Requests => Unit::Requests,
        };
        Usage { unit, amount: usage.amount }
    }
}

impl From<wit::Note> for Note {
    fn from(note: wit::Note) -> Note {
        let level = match note.level {
            wit::Level::Debug => Level::Debug,
            wit::Level::Info => Level::Info,
            wit::Level::Warn => Level::Warn,
        };
        Note { level, message: note.message }
    }
}

impl From<Said> for wit::Said {
    fn from(said: Said) -> wit::Said {
        wit::Said {
            text: said.text,
            language: said.language.map(|language| language.0),
            pace: said.pace,
            pause_after: short(said.pause_after),
        }
    }
}

/// A length of time in the contract's 32 bits: up to 49 days.
pub(super) fn short(span: Millis) -> u32 {
    u32::try_from(span.0).unwrap_or(u32::MAX)
}

/// How sure a plugin is, from 0 to 1: beyond is cut, and what is no number is not sure at all. A log couldn't hold it either.
pub(super) fn sure(told: f32) -> f32 {
    if told.is_nan() { 0.0 } else { told.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::sure;

    #[test]
    fn how_sure_a_plugin_is_lies_between_0_and_1() {
        let told = [0.5, 1.5, -0.1, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
        assert_eq!(told.map(sure), [0.5, 1.0, 0.0, 1.0, 0.0, 0.0]);
    }
}

//! One key, heard twice: some trunks send it by RTP and by INFO, others let its tones through beside. Pure.

use closare_terms::Millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// RFC 4733.
    Event,
    Info,
    /// Tones in the audio.
    Tone,
}

/// The source that spoke first is believed; another is ignored for a while after each key.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeySources {
    last: Option<(Source, Millis)>,
}

impl KeySources {
    pub fn accept(&mut self, source: Source, at: Millis) -> bool {
        if self.last.is_some_and(|(believed, since)| believed != source && at.since(since) < IGNORED) {
            return false;
        }
        self.last = Some((source, at));
        true
    }
}

/// Longer than any trunk takes to say the same in two ways, shorter than a finger.
const IGNORED: Millis = Millis(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_source_is_ignored_for_a_while() {
        let mut sources = KeySources::default();
        assert!(sources.accept(Source::Event, Millis(0)));
        assert!(!sources.accept(Source::Info, Millis(120)));
        assert!(sources.accept(Source::Event, Millis(200)));
        assert!(!sources.accept(Source::Tone, Millis(499)));
        assert!(sources.accept(Source::Info, Millis(500)));
    }
}

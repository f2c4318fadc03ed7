//! What is spoken between two flushes, and how often may be flushed.

use closare_plugin::audio::AudioChunks;
use closare_plugin::audio::silence;
use closare_plugin::text_to_speech::{Output, Utterance};
use closare_plugin::{AudioFormat, Millis};
use std::collections::VecDeque;

/// Texts of one utterance whose audio ends with Deepgram's `Flushed`.
pub struct Span {
    pub utterance: Utterance,
    pub texts: Vec<String>,
    /// How many of the texts were sent.
    pub sent: usize,
    pub flushed: bool,
    /// Audio of it has come.
    pub sounded: bool,
    /// Cancelled, but Deepgram speaks it before it can be stopped: its audio is dropped.
    pub muted: bool,
    /// After its audio, in milliseconds.
    pub pause: u32,
    /// Whether the utterance is done with it.
    pub last: bool,
    samples: AudioChunks,
}

impl Span {
    pub fn new(utterance: Utterance, format: AudioFormat) -> Span {
        let (texts, samples) = (Vec::new(), AudioChunks::new(format));
        let (flushed, sounded, muted, last) = Default::default();
        Span { utterance, texts, sent: 0, flushed, sounded, muted, pause: 0, last, samples }
    }

    pub fn is_in_flight(&self) -> bool {
        self.sent > 0
    }

    /// Whether Deepgram knows all of it.
    pub fn is_sent(&self) -> bool {
        self.texts.is_empty() || (self.sent == self.texts.len() && self.flushed)
    }

    /// Deepgram has forgotten it.
    pub fn rewind(&mut self) {
        (self.sent, self.flushed, self.sounded) = (0, false, false);
    }

    pub fn audio(&mut self, bytes: &[u8]) -> Option<Output> {
        self.sounded = true;
        let audio = self.samples.feed(bytes);
        (!audio.is_empty() && !self.muted).then_some(Output::Audio((self.utterance, audio)))
    }

    /// What comes after its audio.
    pub fn end(self, format: AudioFormat) -> Vec<Output> {
        let mut outputs = Vec::new();
        if !self.muted {
            let pause = silence(format, self.pause);
            outputs.extend((!pause.is_empty()).then_some(Output::Audio((self.utterance, pause))));
            outputs.extend(self.last.then_some(Output::Done(self.utterance)));
        }
        outputs
    }
}

/// Deepgram takes 20 flushes in 60 s; it answers more with a warning, and leaves them undone
/// (https://developers.deepgram.com/docs/tts-ws-flush).
#[derive(Debug, Default)]
pub struct Flushes(VecDeque<Millis>);

const WINDOW_MS: Millis = 60_000;
const FLUSHES_MAX: usize = 20;

/// Of these, for clauses that could wait for the end of their utterance; the rest is for the ends.
const EARLY_MAX: usize = 12;

impl Flushes {
    /// # Errors
    /// Milliseconds until one is free, where there is none.
    pub fn take(&mut self, at: Millis, can_wait: bool) -> Result<(), u32> {
        while self.0.front().is_some_and(|first| first + WINDOW_MS <= at) {
            self.0.pop_front();
        }
        let max = if can_wait { EARLY_MAX } else { FLUSHES_MAX };
        match self.0.front() {
            Some(first) if self.0.len() >= max => {
                Err(u32::try_from(first + WINDOW_MS - at).unwrap_or(WINDOW_MS as u32))
            }
            Some(_) | None => {
                self.0.push_back(at);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_utterances_have_flushes_left() {
        let mut flushes = Flushes::default();
        assert!((0..EARLY_MAX as u64).all(|at| flushes.take(at, true).is_ok()));
        assert_eq!(flushes.take(100, true), Err(59_900));
        assert!((EARLY_MAX..FLUSHES_MAX).all(|_| flushes.take(100, false).is_ok()));
        assert_eq!(flushes.take(200, false), Err(59_800));
        assert_eq!(flushes.take(60_000, false), Ok(()));
    }
}

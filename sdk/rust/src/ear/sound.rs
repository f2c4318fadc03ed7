//! What of a caller's audio is worth sending: a server bills silence, and models write words for it.

use crate::Millis;

/// Kept before the first sound, for the beginning of the word.
const LEAD_MS: usize = 400;

/// Less loud sound than this is a click or a breath: the shortest "no" lasts about 150 ms.
const SOUND_MS_MIN: u64 = 100;

/// Loudness (root mean square of 16-bit samples) below which nothing counts as sound, -50 dB, and above which
/// everything does, -32 dB.
const LOUD: std::ops::RangeInclusive<f32> = 100.0..=820.0;

/// Sound is this many times as loud as the line's noise: 10 dB.
const OVER_NOISE: f32 = 3.2;

/// A turn of the caller, as it grows.
#[derive(Debug)]
pub(super) struct Sound {
    bytes_per_ms: usize,
    /// When the first byte was heard.
    starts: Millis,
    bytes: Vec<u8>,
    /// Milliseconds of loud sound in it.
    loud: u64,
    noise: f32,
}

impl Sound {
    /// Of signed 16-bit samples, so many a second.
    pub(super) fn new(rate: u32) -> Sound {
        Sound {
            bytes_per_ms: (rate as usize * 2 / 1000).max(1),
            starts: 0,
            bytes: Vec::new(),
            loud: 0,
            noise: 0.0,
        }
    }

    /// Adds samples that end at this time. Until there is sound, only the last of them are kept.
    pub(super) fn hear(&mut self, at: Millis, frame: &[u8]) {
        if self.bytes.is_empty() {
            self.starts = at.saturating_sub((frame.len() / self.bytes_per_ms) as Millis);
        }
        self.bytes.extend_from_slice(frame);
        let loudness = loudness(frame);
        if loudness > (self.noise * OVER_NOISE).clamp(*LOUD.start(), *LOUD.end()) {
            self.loud += (frame.len() / self.bytes_per_ms) as u64;
        }
        self.follow(loudness);
        let lead = LEAD_MS * self.bytes_per_ms;
        if self.loud == 0 && self.bytes.len() > lead {
            let silence = self.bytes.len() - lead;
            self.bytes.drain(..silence);
            self.starts += (silence / self.bytes_per_ms) as Millis;
        }
    }

    /// How long it is, in milliseconds.
    pub(super) fn length(&self) -> Millis {
        (self.bytes.len() / self.bytes_per_ms) as Millis
    }

    /// When it started and its bytes, where there was sound in it; the next turn begins.
    pub(super) fn take(&mut self) -> Option<(Millis, Vec<u8>)> {
        let bytes = std::mem::take(&mut self.bytes);
        let loud = std::mem::take(&mut self.loud);
        (loud >= SOUND_MS_MIN).then_some((self.starts, bytes))
    }

    /// The line's noise: down at once, up slowly (doubled in about 5 s), so that speech doesn't pass for it.
    fn follow(&mut self, loudness: f32) {
        self.noise =
            if loudness < self.noise { loudness } else { (self.noise * 1.0028 + 0.01).min(loudness) };
    }
}

fn loudness(frame: &[u8]) -> f32 {
    let (samples, _) = frame.as_chunks::<2>();
    let squares: f32 = samples.iter().map(|sample| f32::from(i16::from_le_bytes(*sample)).powi(2)).sum();
    (squares / samples.len().max(1) as f32).sqrt()
}

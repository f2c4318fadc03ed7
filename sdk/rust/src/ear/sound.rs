//! What of a caller's audio is worth sending: a server bills silence, and models write words for it.

use closare_plugin::Millis;

/// Samples a second that this plugin hears, as its manifest says.
pub const RATE: u32 = 16_000;

/// Bytes of a millisecond: 16 bit.
pub const BYTES_PER_MS: usize = RATE as usize * 2 / 1000;

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
#[derive(Debug, Default)]
pub struct Turn {
    /// When the first byte was heard.
    starts: Millis,
    bytes: Vec<u8>,
    /// Milliseconds of loud sound in it.
    loud: u64,
    noise: f32,
}

impl Turn {
    /// Adds signed 16-bit samples that end at this time. Until there is sound, only the last of them are kept.
    pub fn hear(&mut self, at: Millis, frame: &[u8]) {
        if self.bytes.is_empty() {
            self.starts = at.saturating_sub((frame.len() / BYTES_PER_MS) as Millis);
        }
        self.bytes.extend_from_slice(frame);
        let loudness = loudness(frame);
        if loudness > (self.noise * OVER_NOISE).clamp(*LOUD.start(), *LOUD.end()) {
            self.loud += (frame.len() / BYTES_PER_MS) as u64;
        }
        self.follow(loudness);
        let lead = LEAD_MS * BYTES_PER_MS;
        if self.loud == 0 && self.bytes.len() > lead {
            let silence = self.bytes.len() - lead;
            self.bytes.drain(..silence);
            self.starts += (silence / BYTES_PER_MS) as Millis;
        }
    }

    /// How long it is, in milliseconds.
    pub fn length(&self) -> Millis {
        (self.bytes.len() / BYTES_PER_MS) as Millis
    }

    /// When it started and its bytes, where there was sound in it; the next turn begins.
    pub fn take(&mut self) -> Option<(Millis, Vec<u8>)> {
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

/// A WAV file of signed 16-bit samples, one channel (RIFF, WAVE format 1).
pub fn wav(samples: &[u8]) -> Vec<u8> {
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX - 36);
    let mut file = Vec::with_capacity(44 + samples.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    for word in [1u16, 1] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for word in [RATE, RATE * 2] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for word in [2u16, 16] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(samples);
    file
}

//! Audio that comes in chunks cut anywhere, and audio that goes out as a file or as text.

use crate::AudioFormat;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Whole samples out of a streamed body, without the head of a WAV file where the body has one.
#[derive(Debug)]
pub struct AudioChunks {
    sample: usize,
    rest: Vec<u8>,
    /// A head may still come.
    at_start: bool,
}

/// Bytes. Longer than any head that a vendor sends: what isn't found by then isn't there.
const HEAD_MAX: usize = 4096;

impl AudioChunks {
    pub fn new(format: AudioFormat) -> AudioChunks {
        AudioChunks { sample: format.bytes_per_sample(), rest: Vec::new(), at_start: true }
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.rest.extend_from_slice(bytes);
        if self.at_start && !self.skip_head() {
            return Vec::new();
        }
        self.at_start = false;
        let whole = self.rest.len() - self.rest.len() % self.sample;
        self.rest.drain(..whole).collect()
    }

    /// False while the head isn't whole.
    fn skip_head(&mut self) -> bool {
        const RIFF: &[u8] = b"RIFF";
        let seen = self.rest.len().min(RIFF.len());
        if self.rest[..seen] != RIFF[..seen] {
            return true;
        }
        let head = &self.rest[..self.rest.len().min(HEAD_MAX)];
        match head.windows(4).position(|four| four == b"data") {
            Some(place) if self.rest.len() >= place + 8 => {
                self.rest.drain(..place + 8);
                true
            }
            Some(_) => false,
            None => self.rest.len() >= HEAD_MAX,
        }
    }
}

/// Silence that lasts so many milliseconds.
pub fn silence(format: AudioFormat, ms: u32) -> Vec<u8> {
    // ITU-T G.711: the codes that stand for zero.
    let zero = match format.encoding {
        crate::Encoding::PcmS16le => 0,
        crate::Encoding::Alaw => 0xD5,
        crate::Encoding::Mulaw => 0xFF,
    };
    let samples = u64::from(format.sample_rate) * u64::from(ms) / 1_000;
    vec![zero; samples as usize * format.bytes_per_sample()]
}

/// A WAV file of one channel, for vendors that take an utterance as a file.
pub fn wav(format: AudioFormat, audio: &[u8]) -> Vec<u8> {
    let bytes = format.bytes_per_sample() as u32;
    let code: u16 = match format.encoding {
        crate::Encoding::PcmS16le => 1,
        crate::Encoding::Alaw => 6,
        crate::Encoding::Mulaw => 7,
    };
    let length = audio.len() as u32;
    let mut file = Vec::with_capacity(44 + audio.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    file.extend_from_slice(&code.to_le_bytes());
    file.extend_from_slice(&1u16.to_le_bytes());
    file.extend_from_slice(&format.sample_rate.to_le_bytes());
    file.extend_from_slice(&(format.sample_rate * bytes).to_le_bytes());
    file.extend_from_slice(&(bytes as u16).to_le_bytes());
    file.extend_from_slice(&(bytes as u16 * 8).to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(audio);
    file
}

/// As vendors that speak JSON carry audio.
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Nothing where it isn't base64.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: AudioFormat, body: &[u8], expected: &[u8]) {
        for cut in 1..=body.len() {
            let mut chunks = AudioChunks::new(format);
            let found: Vec<Vec<u8>> = body.chunks(cut).map(|bytes| chunks.feed(bytes)).collect();
            assert!(found.iter().all(|samples| samples.len() % format.bytes_per_sample() == 0));
            assert_eq!(found.concat(), expected, "cut by {cut}");
        }
    }

    #[test]
    fn samples_are_whole_and_a_head_is_skipped() {
        let pcm = AudioFormat::pcm(16_000);
        check(pcm, &[1, 2, 3, 4, 5], &[1, 2, 3, 4]);
        check(pcm, &wav(pcm, &[1, 2, 3, 4]), &[1, 2, 3, 4]);
        check(pcm, b"RIVER ", b"RIVER ");
        let long: Vec<u8> = (0..6_000u32).map(|at| at as u8).collect();
        let mut chunks = AudioChunks::new(pcm);
        assert_eq!(chunks.feed(&wav(pcm, &long)), long);
        let law = AudioFormat { encoding: crate::Encoding::Mulaw, sample_rate: 8_000 };
        check(law, &wav(law, &[9, 8, 7]), &[9, 8, 7]);
    }

    #[test]
    fn base64_goes_both_ways() {
        assert_eq!(from_base64(&to_base64(&[0, 255, 7])), Some(vec![0, 255, 7]));
        assert_eq!(from_base64("not base64"), None);
    }
}

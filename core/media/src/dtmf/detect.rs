use super::tones::{COLUMNS, PAD, ROWS};
use crate::measure::goertzel;

/// Keys as tones in the audio, for a peer that sends no telephone events.
///
/// Looks at windows of 25.6 ms, half overlapping; two that agree make a key, so tones from 50 ms on are found. A key is
/// given once, as soon as it is sure.
pub struct ToneDetector {
    rate: u32,
    window: Vec<i16>,
    size: usize,
    candidate: Option<char>,
    agreed: u32,
}

impl ToneDetector {
    /// For audio at `rate` samples a second.
    pub fn new(rate: u32) -> ToneDetector {
        let size = (rate as usize * 205) / 8000;
        ToneDetector { rate, window: Vec::with_capacity(size), size, candidate: None, agreed: 0 }
    }

    /// Takes any number of samples; gives a key that they complete. Of several the last, so feed frame by frame.
    pub fn feed(&mut self, samples: &[i16]) -> Option<char> {
        let mut found = None;
        let mut rest = samples;
        while !rest.is_empty() {
            let taken = rest.len().min(self.size - self.window.len());
            self.window.extend_from_slice(&rest[..taken]);
            rest = &rest[taken..];
            if self.window.len() == self.size {
                found = self.judge().or(found);
                self.window.drain(..self.size / 2);
            }
        }
        found
    }

    /// Whether a key's tones are in the audio.
    pub fn is_down(&self) -> bool {
        self.candidate.is_some() && self.agreed >= AGREE
    }

    fn judge(&mut self) -> Option<char> {
        let heard = self.key();
        self.agreed = if heard == self.candidate { self.agreed.saturating_add(1) } else { 1 };
        self.candidate = heard;
        if self.agreed == AGREE { heard } else { None }
    }

    /// The key of this window: one strong row, one strong column, like in level, and little else.
    fn key(&self) -> Option<char> {
        let energy: f64 = self.window.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        let length = self.window.len() as f64;
        if energy < length * FLOOR_RMS * FLOOR_RMS {
            return None;
        }
        let (row, low) = self.strongest(&ROWS)?;
        let (column, high) = self.strongest(&COLUMNS)?;
        // A tone alone has a Goertzel power of its energy times half the length.
        let share = (low + high) / (energy * length / 2.0);
        let balanced = high < low * TWIST && low < high * TWIST;
        (share > SHARE && balanced).then(|| PAD[row][column])
    }

    fn strongest(&self, tones: &[f64; 4]) -> Option<(usize, f64)> {
        let power =
            tones.map(|hz| goertzel(self.window.iter().map(|sample| f64::from(*sample)), self.rate, hz));
        let (index, best) = (0..).zip(power).max_by(|one, two| one.1.total_cmp(&two.1))?;
        let clear = (0..).zip(power).all(|(other, power)| other == index || power * CLEAR < best);
        clear.then_some((index, best))
    }
}

const AGREE: u32 = 2;
/// −42 dB of full scale: quieter tones are an echo.
const FLOOR_RMS: f64 = 260.0;
/// Part of the energy that lies in the two tones; speech seldom has more than half there.
const SHARE: f64 = 0.7;
/// Rows and columns may differ by 8 dB (ITU-T Q.24 allows 4 to 8).
const TWIST: f64 = 6.3;
/// The next tone of the group must be 6 dB under the strongest.
const CLEAR: f64 = 4.0;

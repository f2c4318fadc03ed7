//! What the caller said last, so that a session which opens late hears it.

use super::tap::Frames;
use closare_media::{Codec, Decoder, Encoder};
use closare_terms::Millis;
use std::collections::VecDeque;

/// A turn's begin lies back at most so far.
const KEPT: Millis = Millis(8_000);
/// Frames of a pause that are kept, before speech and since it: 600 ms. Voice activity is sure of a word some 100 ms after its
/// first sound. What is older is silence to who hears it later.
const QUIET_MAX: usize = 30;
const FRAME: Millis = Millis(20);

/// At the leg's rate.
pub struct History {
    rate: u32,
    frames: VecDeque<Kept>,
    /// How many of the newest are without speech.
    quiet: usize,
    law: Encoder,
    /// Of a frame that was let go.
    spare: Vec<u8>,
}

struct Kept {
    ends: Millis,
    /// Frames right before it that were let go: nobody spoke.
    silence: u16,
    /// As µ-law, half of what samples take: of G.711 nothing is lost, of a wider line nothing that a transcript shows.
    sound: Vec<u8>,
}

impl History {
    pub fn new() -> History {
        let frames = VecDeque::new();
        History { rate: 0, frames, quiet: 0, law: Encoder::new(Codec::Pcmu), spare: Vec::new() }
    }

    pub fn note(&mut self, frames: &Frames<'_>) {
        self.rate = frames.rate;
        for frame in frames.each() {
            self.forget(Millis(frame.ends.0.saturating_sub(KEPT.0)));
            let mut sound = std::mem::take(&mut self.spare);
            self.law.encode_into(frame.caller, &mut sound);
            self.frames.push_back(Kept { ends: frame.ends, silence: 0, sound });
            self.quiet = if frame.speaks { 0 } else { self.quiet + 1 };
            if self.quiet > QUIET_MAX {
                self.quiet = QUIET_MAX;
                self.let_go(self.frames.len() - QUIET_MAX - 1);
            }
        }
    }

    /// Nobody will ask for what ended by then.
    pub fn forget(&mut self, until: Millis) {
        while let Some(oldest) = self.frames.pop_front_if(|frame| frame.ends <= until) {
            self.spare = oldest.sound;
        }
        self.quiet = self.quiet.min(self.frames.len());
    }

    fn let_go(&mut self, index: usize) {
        let Some(gone) = self.frames.remove(index) else { return };
        if let Some(next) = self.frames.get_mut(index) {
            next.silence = gone.silence.saturating_add(1);
        }
        self.spare = gone.sound;
    }

    /// What was heard after this moment, frame by frame.
    pub fn since(&self, from: Millis, mut hear: impl FnMut(Millis, u32, &[i16])) {
        let mut decoder = Decoder::new(Codec::Pcmu);
        let (mut samples, mut silence) = (Vec::new(), Vec::new());
        for frame in self.frames.iter().filter(|frame| frame.ends > from) {
            silence.resize(frame.sound.len(), 0);
            for back in (1..=u64::from(frame.silence)).rev() {
                let ends = Millis(frame.ends.0.saturating_sub(back * FRAME.0));
                if ends > from {
                    hear(ends, self.rate, &silence);
                }
            }
            decoder.decode_into(&frame.sound, &mut samples);
            hear(frame.ends, self.rate, &samples);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ears::tap::Batch;

    /// Frames with a sample each, of a caller who speaks where it isn't 0.
    fn history(frames: impl IntoIterator<Item = i16>) -> History {
        let mut history = History::new();
        for (index, sample) in frames.into_iter().enumerate() {
            let at = Millis(20 * (index as u64 + 1));
            history.note(&Batch::of(at, &[sample; 160], sample != 0).after(Millis::ZERO));
        }
        history
    }

    fn since(history: &History, from: u64) -> Vec<(u64, bool)> {
        let mut heard = Vec::new();
        history.since(Millis(from), |at, rate, samples| {
            assert_eq!((rate, samples.len()), (8_000, 160));
            heard.push((at.0, samples[0].abs() > 500));
        });
        heard
    }

    fn expected(range: std::ops::RangeInclusive<u64>, speaks: impl Fn(u64) -> bool) -> Vec<(u64, bool)> {
        range.map(|frame| (20 * frame, speaks(frame))).collect()
    }

    #[test]
    fn a_long_pause_within_what_was_said_is_silence_of_its_length() {
        let history = history([vec![1_000; 20], vec![0; 100], vec![1_000; 20]].concat());
        assert_eq!(history.frames.len(), 20 + QUIET_MAX + 20);
        let spoken = |frame| frame <= 20 || frame > 120;
        assert_eq!(since(&history, 0), expected(1..=140, spoken));
        assert_eq!(since(&history, 1_000), expected(51..=140, spoken));
        assert_eq!(since(&history, 2_500), expected(126..=140, spoken));
    }

    #[test]
    fn of_who_says_nothing_a_moment_is_kept() {
        let history = history(vec![0; 1_000]);
        assert_eq!(history.frames.len(), QUIET_MAX);
        assert_eq!(since(&history, 19_400), expected(971..=1_000, |_| false));
    }

    #[test]
    fn eight_seconds_are_kept_at_most() {
        let history = history(vec![1_000; 500]);
        assert_eq!(since(&history, 0), expected(101..=500, |_| true));
    }

    #[test]
    fn what_is_known_is_forgotten() {
        let mut history = history([vec![1_000; 20], vec![0; 40]].concat());
        history.forget(Millis(800));
        assert_eq!(since(&history, 0), expected(41..=60, |_| false));
        history.forget(Millis(5_000));
        assert_eq!(history.frames.len(), 0);
        for frame in 300..400 {
            history.note(&Batch::of(Millis(20 * frame), &[0; 160], false).after(Millis::ZERO));
        }
        assert_eq!(history.frames.len(), QUIET_MAX);
    }
}

//! Where in a piece of audio there is sound at all. A model of this size writes words for silence ("Thank you."), so
//! that it is shown only what is louder than the line's own noise.

use std::ops::Range;

/// Samples a second that the model hears.
pub const RATE: usize = 16_000;

/// 20 ms, the frame that loudness is measured over.
pub(crate) const FRAME: usize = RATE / 50;

/// Shorter sound than this is a click or a breath: the shortest "no" lasts about 150 ms.
const SOUND_MS_MIN: usize = 120;

/// Kept before the first and after the last loud frame: soft consonants lie there.
const MARGIN: usize = RATE * 240 / 1000;

/// Loudness (root mean square, full scale 1) below which nothing counts as sound: -50 dB, under any telephone speech.
const LOUD_MIN: f32 = 0.003;

/// Loudness above which everything does, however noisy the line: -32 dB.
const LOUD_MAX: f32 = 0.025;

/// Sound is this many times as loud as the line's noise: 10 dB.
const OVER_NOISE: f32 = 3.2;

/// The part of `samples` that holds sound, with a margin on both sides; `None` where there is too little of it.
/// `noise` is the loudness of the line when nobody speaks, as far as it is known.
pub fn sound(samples: &[f32], noise: f32) -> Option<Range<usize>> {
    let loud: Vec<bool> = loudness(samples).map(|value| value > threshold(noise)).collect();
    if loud.iter().filter(|loud| **loud).count() * 20 < SOUND_MS_MIN {
        return None;
    }
    let first = loud.iter().position(|loud| *loud)? * FRAME;
    let last = (loud.iter().rposition(|loud| *loud)? + 1) * FRAME;
    Some(first.saturating_sub(MARGIN)..(last + MARGIN).min(samples.len()))
}

/// The loudness of each whole frame.
pub(crate) fn loudness(samples: &[f32]) -> impl Iterator<Item = f32> {
    samples.chunks_exact(FRAME).map(|frame| {
        let mean = frame.iter().sum::<f32>() / FRAME as f32;
        (frame.iter().map(|sample| (sample - mean).powi(2)).sum::<f32>() / FRAME as f32).sqrt()
    })
}

pub(crate) fn threshold(noise: f32) -> f32 {
    (noise * OVER_NOISE).clamp(LOUD_MIN, LOUD_MAX)
}

/// Follows the loudness of the line when nobody speaks: down at once, up slowly (doubled in about 5 s), so that
/// speech doesn't pass for noise.
#[derive(Clone, Debug)]
pub(crate) struct Noise(f32);

impl Noise {
    pub(crate) fn new() -> Noise {
        Noise(LOUD_MIN / OVER_NOISE)
    }

    pub(crate) fn hear(&mut self, loudness: f32) {
        self.0 = if loudness < self.0 { loudness.max(1e-5) } else { (self.0 * 1.0028).min(loudness) };
    }

    pub(crate) fn level(&self) -> f32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(ms: usize, level: f32) -> Vec<f32> {
        (0..RATE * ms / 1000).map(|i| (i as f32 * 0.1).sin() * level).collect()
    }

    #[test]
    fn silence_and_clicks_are_no_sound() {
        assert_eq!(sound(&tone(2000, 0.001), 0.0), None);
        let click = [tone(1000, 0.0), tone(60, 0.5), tone(1000, 0.0)].concat();
        assert_eq!(sound(&click, 0.0), None);
    }

    #[test]
    fn sound_keeps_a_margin_and_loses_the_rest() {
        let said = [tone(2000, 0.0), tone(400, 0.3), tone(2000, 0.0)].concat();
        let found = sound(&said, 0.0).unwrap();
        assert_eq!((found.start * 1000 / RATE, found.end * 1000 / RATE), (1760, 2640));
    }

    #[test]
    fn a_steady_hum_is_noise_after_a_while() {
        let mut noise = Noise::new();
        loudness(&tone(20_000, 0.01)).for_each(|value| noise.hear(value));
        assert_eq!(sound(&tone(2000, 0.01), noise.level()), None);
        assert!(sound(&tone(2000, 0.1), noise.level()).is_some());
    }
}

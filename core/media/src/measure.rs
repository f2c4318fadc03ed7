//! What a piece of audio sounds like, in two numbers. Tests check audio by these, not by counting packets: speech at the
//! wrong rate passes every count.

/// Root mean square, of 32768.
pub fn rms(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let sum: i64 = samples.iter().map(|sample| i64::from(*sample) * i64::from(*sample)).sum();
    (sum as f64 / samples.len() as f64).sqrt()
}

/// The frequency with the most power, in Hz, to about 1 Hz for a second of a steady tone; 0 for silence. Looks at the
/// first second, and takes milliseconds: not for the audio path.
pub fn dominant_frequency(samples: &[i16], rate: u32) -> f64 {
    let piece = &samples[..samples.len().min(rate as usize)];
    if rms(piece) < 1.0 {
        return 0.0;
    }
    let windowed = hann(piece);
    let half = f64::from(rate) / 2.0;
    let step = (f64::from(rate) / piece.len() as f64).max(1.0) * 2.0;
    let coarse = strongest(&windowed, rate, 20.0, half, step);
    strongest(&windowed, rate, coarse - step, coarse + step, step / 20.0)
}

/// Power of one frequency by Goertzel's recurrence: the square of the amplitude times a quarter of the length squared.
pub(crate) fn goertzel(samples: impl Iterator<Item = f64>, rate: u32, hz: f64) -> f64 {
    let turn = 2.0 * (std::f64::consts::TAU * hz / f64::from(rate)).cos();
    let (mut one, mut two) = (0.0, 0.0);
    for sample in samples {
        (one, two) = (sample + turn * one - two, one);
    }
    one * one + two * two - turn * one * two
}

fn strongest(samples: &[f64], rate: u32, from: f64, to: f64, step: f64) -> f64 {
    let mut best = (0.0, from);
    let mut hz = from;
    while hz < to {
        let power = goertzel(samples.iter().copied(), rate, hz);
        if power > best.0 {
            best = (power, hz);
        }
        hz += step;
    }
    best.1
}

fn hann(samples: &[i16]) -> Vec<f64> {
    let turn = std::f64::consts::TAU / samples.len() as f64;
    (0..)
        .zip(samples)
        .map(|(at, sample)| f64::from(*sample) * (1.0 - (turn * f64::from(at)).cos()) / 2.0)
        .collect()
}

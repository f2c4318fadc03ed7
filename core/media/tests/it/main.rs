//! The audio path, judged by what is heard and by counts of samples.

mod codec;
mod conceal;
mod dtmf;
mod jitter;
mod playout;
mod recorder;
mod resample;
mod rtcp;
mod rtp;
mod voice_activity;

use closare_media::{Codec, Decoder, Resampler};

/// Three seconds of a voice: silence to 0.49 s, "My name is Clara Miller." to 1.99 s, silence. 8 kHz.
pub fn speech() -> Vec<i16> {
    let mut samples = Vec::new();
    Decoder::new(Codec::Pcmu).decode_into(include_bytes!("../fixtures/speech-3s.ulaw"), &mut samples);
    samples
}

pub fn resampled(samples: &[i16], from: u32, to: u32) -> Vec<i16> {
    let mut resampler = Resampler::new(from, to);
    let (mut out, mut piece) = (Vec::new(), Vec::new());
    for chunk in samples.chunks(from as usize / 50) {
        resampler.process_into(chunk, &mut piece);
        out.extend_from_slice(&piece);
    }
    resampler.flush(&mut piece);
    out.extend_from_slice(&piece);
    out
}

/// A steady sine without ramps.
pub fn sine(rate: u32, hz: f64, ms: u32, amplitude: f64) -> Vec<i16> {
    let turn = std::f64::consts::TAU * hz / f64::from(rate);
    (0..rate * ms / 1000).map(|at| ((turn * f64::from(at)).sin() * amplitude).round() as i16).collect()
}

/// Numbers from a seed, for noise.
pub fn noise(seed: u64, len: usize, amplitude: i16) -> Vec<i16> {
    let mut state = seed | 1;
    let step = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 33) as i32 % (2 * i32::from(amplitude) + 1) - i32::from(amplitude)) as i16
    };
    std::iter::repeat_with(step).take(len).collect()
}

//! From any rate to any other: a windowed sinc, cut into one short filter per phase.
//!
//! Exact ratios only (44,100 to 8,000 is 80 to 441), so nothing drifts. The filter reaches 24 samples of the slower rate
//! to each side: 3 ms at 8 kHz. It is made once a ratio and shared.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Changes the rate of one stream. The first sample out lies on the first one in: no delay is added to the audio,
/// though the last 3 ms come out only with what follows, or with `flush`.
pub struct Resampler {
    filter: Arc<Filter>,
    /// Samples in, from the first that the next one out needs.
    window: Vec<f32>,
    phase: usize,
    /// Samples in and out since the beginning.
    taken: u64,
    given: u64,
}

impl Resampler {
    /// From `from_hz` to `to_hz` samples a second; neither may be 0.
    pub fn new(from_hz: u32, to_hz: u32) -> Resampler {
        let filter = Filter::shared(from_hz.max(1), to_hz.max(1));
        let mut resampler = Resampler { filter, window: Vec::new(), phase: 0, taken: 0, given: 0 };
        resampler.reset();
        resampler
    }

    /// Takes a piece of any length; `out` holds what it gives.
    pub fn process_into(&mut self, samples: &[i16], out: &mut Vec<i16>) {
        out.clear();
        if self.filter.is_identity() {
            out.extend_from_slice(samples);
            return;
        }
        self.taken += samples.len() as u64;
        self.window.extend(samples.iter().map(|sample| f32::from(*sample)));
        self.give(out, u64::MAX);
    }

    /// Ends the stream: `out` holds its last milliseconds. Over the stream, as much time came out as went in. The next
    /// piece begins a new stream.
    pub fn flush(&mut self, out: &mut Vec<i16>) {
        out.clear();
        if self.filter.is_identity() {
            return;
        }
        let total = (self.taken * self.filter.up as u64).div_ceil(self.filter.down as u64);
        self.window.resize(self.window.len() + self.filter.taps, 0.0);
        self.give(out, total);
        self.reset();
    }

    /// Forgets what is under way.
    pub fn reset(&mut self) {
        self.window.clear();
        self.window.resize(self.filter.taps / 2 - 1, 0.0);
        (self.phase, self.taken, self.given) = (0, 0, 0);
    }

    fn give(&mut self, out: &mut Vec<i16>, total: u64) {
        let mut at = 0;
        while at + self.filter.taps <= self.window.len() && self.given < total {
            out.push(self.filter.apply(self.phase, &self.window[at..]));
            self.given += 1;
            self.phase += self.filter.down;
            at += self.phase / self.filter.up;
            self.phase %= self.filter.up;
        }
        // A step is shorter than the filter, so what was passed over lies in the window.
        self.window.drain(..at);
    }
}

/// Samples of the slower rate that a sample out is made of.
const TAPS: usize = 48;
/// Where the filter has fallen by 6 dB, as a part of the slower rate's half: flat to 3.2 kHz, below −50 dB above 5 kHz.
const CUT_OFF: f64 = 0.94;
/// Kaiser's window: ripple and stop-band below −70 dB.
const BETA: f64 = 7.0;

struct Filter {
    up: usize,
    down: usize,
    taps: usize,
    /// `taps` coefficients a phase, in the order of the samples they meet.
    phases: Vec<f32>,
}

impl Filter {
    fn shared(from: u32, to: u32) -> Arc<Filter> {
        static MADE: LazyLock<Mutex<BTreeMap<(u32, u32), Arc<Filter>>>> = LazyLock::new(Mutex::default);
        let divisor = gcd(from, to);
        let (up, down) = (to / divisor, from / divisor);
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry((up, down)).or_insert_with(|| Arc::new(Filter::new(up as usize, down as usize))).clone()
    }

    fn new(up: usize, down: usize) -> Filter {
        let narrowing = (up as f64 / down as f64).min(1.0);
        let taps = ((TAPS as f64 / narrowing).ceil() as usize).next_multiple_of(LANES);
        let mut phases = Vec::with_capacity(up * taps);
        if up != down {
            for phase in 0..up {
                phases.extend(phase_filter(phase as f64 / up as f64, taps, narrowing * CUT_OFF));
            }
        }
        Filter { up, down, taps, phases }
    }

    fn is_identity(&self) -> bool {
        self.up == self.down
    }

    fn apply(&self, phase: usize, window: &[f32]) -> i16 {
        let filter = &self.phases[phase * self.taps..(phase + 1) * self.taps];
        let mut sums = [0.0f32; LANES];
        for (coefficients, samples) in filter.chunks_exact(LANES).zip(window.chunks_exact(LANES)) {
            for lane in 0..LANES {
                sums[lane] += coefficients[lane] * samples[lane];
            }
        }
        let sum = sums.iter().sum::<f32>();
        // Half away from zero, as `round` does; that is a call into the C library.
        (sum + 0.5_f32.copysign(sum)) as i16
    }
}

/// Sums kept apart, so that the compiler can use the processor's vectors.
const LANES: usize = 8;

/// The filter for a sample that lies `fraction` after the one in the middle, with a gain of 1 at 0 Hz.
fn phase_filter(fraction: f64, taps: usize, cut_off: f64) -> impl Iterator<Item = f32> {
    let middle = (taps / 2 - 1) as f64;
    let half = taps as f64 / 2.0;
    let raw = move |tap: usize| {
        let distance = tap as f64 - middle - fraction;
        sinc(distance * cut_off) * kaiser(distance / half)
    };
    let sum: f64 = (0..taps).map(raw).sum();
    (0..taps).map(move |tap| (raw(tap) / sum) as f32)
}

fn sinc(x: f64) -> f64 {
    let angle = std::f64::consts::PI * x;
    if angle.abs() < 1e-9 { 1.0 } else { angle.sin() / angle }
}

/// Kaiser's window from −1 to 1.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel(BETA * (1.0 - x * x).sqrt()) / bessel(BETA) }
}

/// The modified Bessel function of the first kind and order 0, by its series.
fn bessel(x: f64) -> f64 {
    let square = x * x / 4.0;
    let term = |before: &mut f64, k: u32| {
        *before *= square / f64::from(k * k);
        Some(*before)
    };
    1.0 + (1..32).scan(1.0, term).sum::<f64>()
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

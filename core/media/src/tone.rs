//! Tones made on the spot.

/// A beep at half of full scale, with ends of 5 ms that don't click.
pub fn beep(rate: u32, hz: f64, ms: u64) -> Vec<i16> {
    let length = u64::from(rate) * ms / 1000;
    let ramp = (u64::from(rate) / 200).clamp(1, (length / 2).max(1));
    let turn = std::f64::consts::TAU * hz / f64::from(rate);
    (0..length)
        .map(|at| {
            let edge = at.min(length - 1 - at).min(ramp) as f64 / ramp as f64;
            ((turn * at as f64).sin() * edge * 16_384.0) as i16
        })
        .collect()
}

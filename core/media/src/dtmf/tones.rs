use super::event_of;

/// 100 ms of a key's two tones at `rate` samples a second; empty for what isn't a key.
pub fn tone(key: char, rate: u32) -> Vec<i16> {
    let Some((low, high)) = frequencies(key) else { return Vec::new() };
    let turn = std::f64::consts::TAU / f64::from(rate);
    (0..rate / 10)
        .map(|at| {
            let angle = turn * f64::from(at);
            (((angle * low).sin() + (angle * high).sin()) * AMPLITUDE) as i16
        })
        .collect()
}

/// The tones of the rows and of the columns, in Hz (ITU-T Q.23).
pub const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
pub const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// The key of a row and a column.
pub const PAD: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// Each tone at −9 dB of full scale: together they don't clip.
const AMPLITUDE: f64 = 11_600.0;

fn frequencies(key: char) -> Option<(f64, f64)> {
    event_of(key)?;
    let upper = key.to_ascii_uppercase();
    PAD.iter().zip(ROWS).find_map(|(row, low)| {
        row.iter().zip(COLUMNS).find_map(|(known, high)| (*known == upper).then_some((low, high)))
    })
}

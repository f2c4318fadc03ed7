use crate::{noise, resampled, sine};
use closare_media::{Resampler, dominant_frequency, rms};

const RATES: [u32; 6] = [8000, 16_000, 22_050, 24_000, 44_100, 48_000];

/// Level after resampling against before, in dB, without the edges.
fn gain_db(from: u32, to: u32, hz: f64) -> f64 {
    let sent = sine(from, hz, 1000, 16_000.0);
    let heard = resampled(&sent, from, to);
    let middle = &heard[heard.len() / 8..heard.len() / 8 * 7];
    20.0 * ((rms(middle).max(0.01)) / rms(&sent)).log10()
}

#[test]
fn what_the_line_cannot_carry_is_gone() {
    for from in [16_000, 22_050, 24_000, 44_100, 48_000] {
        for hz in [4700.0, 5500.0, 7000.0] {
            let gain = gain_db(from, 8000, hz);
            assert!(gain < -50.0, "{from} to 8000 at {hz} Hz: {gain:.1} dB");
        }
    }
}

#[test]
fn what_the_line_carries_stays() {
    for from in RATES {
        for to in RATES {
            for hz in [200.0, 1000.0, 2000.0, 3200.0] {
                let gain = gain_db(from, to, hz);
                assert!(gain.abs() < 1.0, "{from} to {to} at {hz} Hz: {gain:.2} dB");
            }
        }
    }
}

#[test]
fn no_mirror_image_appears_above() {
    // 1 kHz at 8 kHz has its image at 7 kHz.
    let heard = resampled(&sine(8000, 1000.0, 1000, 16_000.0), 8000, 16_000);
    let pure = sine(16_000, 1000.0, 1000, 16_000.0);
    let error: Vec<i16> = heard.iter().zip(&pure).map(|(heard, pure)| heard - pure).collect();
    assert!(rms(&error[400..15_600]) < 20.0, "{}", rms(&error[400..15_600]));
    assert!((dominant_frequency(&heard, 16_000) - 1000.0).abs() < 2.0);
}

#[test]
fn as_much_time_comes_out_as_went_in_however_it_is_cut() {
    for from in RATES {
        for to in RATES {
            let sent = noise(5, from as usize / 2, 9000);
            let whole = resampled(&sent, from, to);
            assert_eq!(whole.len(), (sent.len() as u64 * u64::from(to)).div_ceil(u64::from(from)) as usize);
            let mut resampler = Resampler::new(from, to);
            let (mut out, mut piece) = (Vec::new(), Vec::new());
            for chunk in sent.chunks(37) {
                resampler.process_into(chunk, &mut piece);
                out.extend_from_slice(&piece);
            }
            resampler.flush(&mut piece);
            out.extend_from_slice(&piece);
            assert_eq!(out, whole, "{from} to {to}");
        }
    }
}

#[test]
fn after_a_flush_a_new_stream_begins() {
    let sent = noise(9, 4410, 9000);
    let mut resampler = Resampler::new(22_050, 8000);
    let mut stream = || {
        let (mut body, mut tail) = (Vec::new(), Vec::new());
        resampler.process_into(&sent, &mut body);
        resampler.flush(&mut tail);
        [body, tail].concat()
    };
    assert_eq!(stream(), stream());
}

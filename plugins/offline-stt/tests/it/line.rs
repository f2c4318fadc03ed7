//! A telephone line: audio in frames of 20 ms into a session, and what it wrote down.

use closare_plugin::speech_to_text::{Listening, Output, SpeechToText, Transcript};
use closare_plugin::{AudioFormat, Opening};
use offline_stt::{Ear, RATE};

pub struct Line {
    ear: Ear,
    at: u64,
    pub interims: usize,
}

impl Line {
    pub fn new() -> Line {
        let start = Opening { at: 0, wall: 0, seed: 1, options: "{}".into(), languages: vec!["en".into()] };
        let (ear, _) = Ear::open(start, AudioFormat::pcm(RATE as u32), listening()).unwrap();
        Line { ear, at: 0, interims: 0 }
    }

    /// The samples, then a pause.
    pub fn hear(&mut self, samples: &[i16]) -> Transcript {
        for frame in samples.chunks(RATE / 50) {
            let bytes = frame.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            let outputs = self.ear.audio(self.at, bytes);
            self.interims += outputs.iter().filter(|output| matches!(output, Output::Interim(_))).count();
            self.at += 20;
        }
        match self.ear.flush(self.at).pop() {
            Some(Output::Final(heard)) => heard,
            other => panic!("expected a final, found {other:?}"),
        }
    }
}

fn listening() -> Listening {
    Listening { languages: vec!["en".into()], hints: vec!["Harbour Dental".into()], end_after: None }
}

/// What a telephone makes of audio at `rate`: 8 kHz, µ-law (ITU-T G.711), and back to the ear's rate.
pub fn telephone(samples: &[i16], rate: usize) -> Vec<i16> {
    let narrow = resampled(samples, rate, 8000);
    let coded: Vec<i16> = narrow.into_iter().map(mulaw).collect();
    resampled(&coded, 8000, RATE)
}

/// Straight lines between samples; before a lower rate, the mean over one new sample as a plain low pass.
pub fn resampled(samples: &[i16], from: usize, to: usize) -> Vec<i16> {
    let step = from as f64 / to as f64;
    let width = step.max(1.0) as usize;
    let smooth = |i: usize| -> f64 {
        let part = &samples
            [i.min(samples.len() - 1)..(i + width).min(samples.len()).max(i.min(samples.len() - 1) + 1)];
        part.iter().map(|s| f64::from(*s)).sum::<f64>() / part.len() as f64
    };
    (0..(samples.len() as f64 / step) as usize)
        .map(|i| {
            let place = i as f64 * step;
            let (index, part) = (place as usize, place.fract());
            (smooth(index) * (1.0 - part) + smooth(index + 1) * part) as i16
        })
        .collect()
}

/// To µ-law and back.
fn mulaw(sample: i16) -> i16 {
    let magnitude = i32::from(sample).abs().min(32635) + 132;
    let exponent = 31 - (magnitude as u32).leading_zeros() as i32 - 7;
    let step = 1 << (exponent + 3);
    let value = (magnitude / step) * step + step / 2 - 132;
    (if sample < 0 { -value } else { value }) as i16
}

/// The share of `said`'s words that are in `heard`, in order, whatever the case and punctuation.
pub fn overlap(said: &str, heard: &str) -> f64 {
    let (said, heard) = (plain(said), plain(heard));
    let mut table = vec![vec![0; heard.len() + 1]; said.len() + 1];
    for (i, a) in said.iter().enumerate() {
        for (j, b) in heard.iter().enumerate() {
            table[i + 1][j + 1] = if a == b { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
        }
    }
    f64::from(table[said.len()][heard.len()]) / said.len().max(heard.len()) as f64
}

fn plain(text: &str) -> Vec<String> {
    let letters: String = text
        .to_lowercase()
        .chars()
        .filter(|c| *c != '\'')
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    letters.split_whitespace().map(str::to_owned).collect()
}

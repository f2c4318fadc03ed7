//! A human reader: ten seconds of Beckett.

use crate::line::{Line, overlap, telephone};
use std::path::PathBuf;

const SAID: &str = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.";

#[test]
fn a_reader_over_the_telephone_is_written_down() {
    let (samples, rate) = beckett();
    let mut line = Line::new();
    let heard = line.hear(&telephone(&samples, rate));
    assert!(overlap(SAID, &heard.text) >= 0.8, "heard: {}", heard.text);
    assert!(heard.confidence.unwrap() > 0.6, "{heard:?}");
    assert!(heard.words.windows(2).all(|pair| pair[0].ends <= pair[1].starts));
    assert!(heard.ends <= (samples.len() * 1000 / rate) as u64 + 100);
}

#[test]
fn nothing_said_gives_no_words() {
    let mut line = Line::new();
    for noise in [silence(3.0), hiss(3.0, 60), hiss(3.0, 250), click()] {
        let heard = line.hear(&noise);
        assert_eq!(heard.text, "");
        assert!(heard.words.is_empty());
    }
}

#[test]
fn long_speech_is_cut_and_joined() {
    let (samples, rate) = beckett();
    let once = telephone(&samples, rate);
    let said = [once.clone(), once.clone(), once].concat();
    let mut line = Line::new();
    let heard = line.hear(&said);
    assert!(line.interims >= 2, "{}", line.interims);
    assert!(overlap(&[SAID; 3].join(" "), &heard.text) >= 0.8, "heard: {}", heard.text);
}

fn beckett() -> (Vec<i16>, usize) {
    let folder = PathBuf::from(env!("MODEL_BECKETT_WAV"));
    let mut file = hound::WavReader::open(folder).unwrap();
    let rate = file.spec().sample_rate as usize;
    (file.samples::<i16>().map(Result::unwrap).collect(), rate)
}

fn silence(seconds: f32) -> Vec<i16> {
    vec![0; (seconds * 16_000.0) as usize]
}

fn hiss(seconds: f32, level: i32) -> Vec<i16> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) as i32 * 2 * level / 65_536 - level) as i16
    };
    (0..(seconds * 16_000.0) as usize).map(|_| next()).collect()
}

fn click() -> Vec<i16> {
    let mut samples = silence(1.0);
    samples[8000..8400].fill(20_000);
    samples
}

//! One caller's ear.

use crate::gate::{self, FRAME, Noise, RATE};
use crate::moonshine::Moonshine;
use crate::timeline::Timeline;
use crate::words;
use closare_plugin::speech_to_text::{Listening, Output, SpeechToText, Transcript};
use closare_plugin::{AudioFormat, Encoding, Failure, Millis, Opening, Unit, Usage};
use std::ops::Range;
use std::sync::OnceLock;

/// Of 16-bit samples.
const BYTES_PER_MS: usize = 2 * RATE / 1000;

/// Audio before the first sound is kept this long, for the word's beginning.
const LEAD: usize = RATE * 400 / 1000;

/// Speech without a pause is cut here, so that no call takes longer than about a second in the sandbox.
const LONGEST: usize = RATE * 10;

/// The cut is made at the quietest place of the last of it.
const CUT_WITHIN: usize = RATE * 3;

/// Words that the model was less sure of than this, over a short stretch, are what it makes of noise.
const CONFIDENCE_MIN: f32 = 0.3;

pub struct Ear {
    model: &'static Moonshine,
    /// Not yet written down, 16 kHz, -1 to 1.
    samples: Vec<f32>,
    timeline: Timeline,
    noise: Noise,
    /// Whether there was sound since the last final.
    sounding: bool,
    /// Written down since the last final, because the speech was long.
    parts: Vec<Transcript>,
    heard: usize,
}

impl SpeechToText for Ear {
    fn open(start: Opening, format: AudioFormat, _what: Listening) -> Result<(Ear, Vec<Output>), Failure> {
        if !start.languages.is_empty() && !start.languages.iter().any(|language| english(language)) {
            return Err(Failure::Unsupported(format!(
                "expected `en`, found `{}`",
                start.languages.join("`, `")
            )));
        }
        if format.encoding != Encoding::PcmS16le || format.sample_rate as usize != RATE {
            let found = format!("{:?} at {} Hz", format.encoding, format.sample_rate);
            return Err(Failure::Unsupported(format!("expected pcm-s16le at {RATE} Hz, found {found}")));
        }
        let ear = Ear {
            model: model()?,
            samples: Vec::new(),
            timeline: Timeline::default(),
            noise: Noise::new(),
            sounding: false,
            parts: Vec::new(),
            heard: 0,
        };
        Ok((ear, Vec::new()))
    }

    fn audio(&mut self, at: Millis, bytes: Vec<u8>) -> Vec<Output> {
        let before = self.samples.len();
        self.timeline.mark(before, at.saturating_sub((bytes.len() / BYTES_PER_MS) as Millis));
        let (pairs, _) = bytes.as_chunks::<2>();
        self.samples.extend(pairs.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32768.0));
        self.heard += self.samples.len() - before;
        self.watch(before);
        if !self.sounding {
            self.forget(self.samples.len().saturating_sub(LEAD));
        }
        if self.samples.len() >= LONGEST { self.write_part() } else { Vec::new() }
    }

    fn flush(&mut self, at: Millis) -> Vec<Output> {
        let rest = match self.write(0..self.samples.len()) {
            Ok(rest) => rest,
            Err(failure) => return vec![Output::Failed(failure)],
        };
        self.forget(self.samples.len());
        self.sounding = false;
        let mut parts = std::mem::take(&mut self.parts);
        parts.extend(rest);
        let nothing = || Transcript { confidence: Some(0.0), ..Transcript::new("", at, at) };
        vec![Output::Final(words::joined(parts).unwrap_or_else(nothing))]
    }

    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        let ms = (self.heard * 1000 / RATE) as u64;
        vec![Output::Used(Usage::new(Unit::AudioMs, ms))]
    }
}

impl Ear {
    /// Follows the line's noise, and notices sound, in what came from sample `from` on.
    fn watch(&mut self, from: usize) {
        let from = from / FRAME * FRAME;
        for loudness in gate::loudness(&self.samples[from..]) {
            self.sounding |= loudness > gate::threshold(self.noise.level());
            self.noise.hear(loudness);
        }
    }

    /// Writes down all but the last words of a long speech, and tells all that is known of it so far.
    fn write_part(&mut self) -> Vec<Output> {
        let cut = self.quietest(self.samples.len() - CUT_WITHIN);
        let part = self.write(0..cut);
        self.forget(cut);
        match part {
            Ok(part) => self.parts.extend(part),
            Err(failure) => return vec![Output::Failed(failure)],
        }
        words::joined(self.parts.clone()).map(Output::Interim).into_iter().collect()
    }

    fn quietest(&self, from: usize) -> usize {
        let loudness: Vec<f32> = gate::loudness(&self.samples[from..]).collect();
        // Over 100 ms, so that the cut is between words rather than in a consonant.
        let quietest = loudness
            .windows(5)
            .enumerate()
            .min_by(|(_, a), (_, b)| a.iter().sum::<f32>().total_cmp(&b.iter().sum::<f32>()));
        from + quietest.map_or(0, |(index, _)| (index + 2) * FRAME)
    }

    fn write(&self, range: Range<usize>) -> Result<Option<Transcript>, Failure> {
        let samples = &self.samples[range.clone()];
        let Some(sound) = gate::sound(samples, self.noise.level()) else { return Ok(None) };
        let pieces = self.model.transcribe(&levelled(&samples[sound.clone()])).map_err(Failure::Broken)?;
        let at = |sample: usize| self.timeline.at(range.start + sample);
        let heard = words::transcript(&pieces, at(sound.start)..at(sound.end));
        let sure = heard.confidence.unwrap_or(0.0) >= CONFIDENCE_MIN;
        Ok((sure && !heard.text.is_empty()).then_some(heard))
    }

    fn forget(&mut self, count: usize) {
        if count > 0 {
            self.timeline.drop_front(count);
            self.samples.drain(..count);
        }
    }
}

/// The model of this instance, loaded by the first session.
fn model() -> Result<&'static Moonshine, Failure> {
    static MODEL: OnceLock<Result<Moonshine, String>> = OnceLock::new();
    MODEL.get_or_init(Moonshine::load).as_ref().map_err(|error| Failure::Broken(error.clone()))
}

/// As loud as the speech that the model learnt from, where the line is quiet: at most 18 dB up.
fn levelled(samples: &[f32]) -> Vec<f32> {
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let gain = if peak > 0.0 { (0.5 / peak).clamp(1.0, 8.0) } else { 1.0 };
    samples.iter().map(|sample| sample * gain).collect()
}

fn english(language: &str) -> bool {
    language.split('-').next().is_some_and(|part| part.eq_ignore_ascii_case("en"))
}

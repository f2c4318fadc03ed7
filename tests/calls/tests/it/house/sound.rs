//! Sound that was heard, and how like it is to what should have been heard.

use closare_media::Resampler;

#[derive(Clone, Debug, Default)]
pub struct Sound {
    /// Hz.
    pub rate: u32,
    pub samples: Vec<i16>,
}

/// Quieter than any word on the line, louder than what a codec makes of silence.
const AUDIBLE: f64 = 120.0;

impl Sound {
    pub fn at(&self, rate: u32) -> Sound {
        let mut resampler = Resampler::new(self.rate, rate);
        let (mut samples, mut rest) = (Vec::new(), Vec::new());
        resampler.process_into(&self.samples, &mut samples);
        resampler.flush(&mut rest);
        samples.extend(rest);
        Sound { rate, samples }
    }

    pub fn millis(&self) -> u64 {
        self.samples.len() as u64 * 1_000 / u64::from(self.rate.max(1))
    }

    /// From the first audible moment on.
    pub fn from_first_word(&self) -> Sound {
        let begin = self.first_word().unwrap_or(self.samples.len());
        Sound { rate: self.rate, samples: self.samples[begin..].to_vec() }
    }

    /// What is before and what is after the first silence of this length that follows a word.
    pub fn around_silence(&self, millis: u64) -> Option<(Sound, Sound)> {
        let frame = self.rate as usize / 100;
        let audible: Vec<usize> = (0..self.samples.len() / frame)
            .filter(|&at| is_audible(&self.samples[at * frame..(at + 1) * frame]))
            .collect();
        let gap = audible.windows(2).find(|pair| (pair[1] - pair[0]) as u64 * 10 > millis)?;
        let part = |samples: &[i16]| Sound { rate: self.rate, samples: samples.to_vec() };
        Some((part(&self.samples[..(gap[0] + 1) * frame]), part(&self.samples[gap[1] * frame..])))
    }

    pub fn is_silent(&self) -> bool {
        self.first_word().is_none()
    }

    /// The first sample of the first 10 ms that can be heard.
    fn first_word(&self) -> Option<usize> {
        let frame = self.rate as usize / 100;
        self.samples.chunks(frame).position(is_audible).map(|index| index * frame)
    }

    /// The sound of a channel of an interleaved recording.
    pub fn channel(rate: u32, channels: u16, index: usize, samples: &[i16]) -> Sound {
        let samples = samples.iter().skip(index).step_by(channels.into()).copied().collect();
        Sound { rate, samples }
    }
}

/// How much the begin of `heard`, from its first word on, is `wanted`: 1 is the same, 0 is anything else. A piece of 100 ms may
/// lie up to 5 ms beside its place: a peer's jitter buffer stretches a little.
pub fn likeness(heard: &Sound, wanted: &Sound) -> f64 {
    let wanted = wanted.at(heard.rate).from_first_word();
    let heard = heard.from_first_word();
    let piece = heard.rate as usize / 10;
    let mut offset = 0;
    let (mut loudness, mut alike) = (0.0, 0.0);
    for (index, part) in wanted.samples.chunks_exact(piece).enumerate() {
        let place = (index * piece) as isize + offset;
        let near = (if index == 0 { piece as isize / 2 } else { piece as isize / 20 }).max(1);
        let best = (-near..=near)
            .map(|shift| (correlation(&heard.samples, place + shift, part), shift))
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let (like, shift) = best.unwrap_or_default();
        let weight = energy(part);
        // Silence is like nothing, and lets no place be found.
        if weight > AUDIBLE * AUDIBLE * piece as f64 {
            offset += shift;
            loudness += weight;
            alike += weight * like.max(0.0);
        }
    }
    if loudness > 0.0 { alike / loudness } else { 0.0 }
}

fn is_audible(samples: &[i16]) -> bool {
    closare_media::rms(samples) > AUDIBLE
}

fn correlation(heard: &[i16], place: isize, part: &[i16]) -> f64 {
    let Ok(place) = usize::try_from(place) else { return 0.0 };
    let Some(piece) = heard.get(place..place + part.len()) else { return 0.0 };
    let product: f64 = piece.iter().zip(part).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum();
    let norm = (energy(piece) * energy(part)).sqrt();
    if norm > 0.0 { product / norm } else { 0.0 }
}

fn energy(samples: &[i16]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

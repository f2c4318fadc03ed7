//! What an ear is given: a WAV file beside the cassette, handed in as a call would.

use super::Error;
use super::given::{Given, Part};
use closare_host::Plugin;
use closare_host::words::{AudioFormat, Encoding};
use closare_media::Resampler;
use closare_terms::Millis;
use std::path::{Path, PathBuf};

/// A call's frame.
const FRAME_MS: u64 = 20;

/// 16-bit samples, one channel.
pub struct Sound {
    pub rate: u32,
    samples: Vec<i16>,
}

/// Copies a sound to `beside`, at the rate that the plugin hears. Gives its length in milliseconds.
///
/// # Errors
/// It is no WAV file of 16 bits and one channel, or the plugin wants another encoding than 16-bit samples.
pub fn sound_beside(file: &Path, beside: &Path, plugin: &Plugin) -> Result<u64, Error> {
    let format = plugin.manifest().audio.unwrap_or(AudioFormat::pcm(16_000));
    if format.encoding != Encoding::PcmS16le {
        let what = format!("the plugin hears {format}, and a cassette holds 16-bit samples");
        return Err(Error::Sound { path: file.to_owned(), what });
    }
    let sound = Sound::read(file)?.at(format.sample_rate);
    let bytes = closare_media::wav::write(sound.rate, &sound.samples);
    std::fs::write(beside, bytes).map_err(|source| Error::Write { path: beside.to_owned(), source })?;
    Ok(sound.length())
}

/// A sound of this length in milliseconds, frame by frame, each when it has been heard; then the caller's pause.
pub fn in_frames(length: u64) -> Vec<(Millis, Given)> {
    let begins = (0..length).step_by(FRAME_MS as usize);
    let frame = |from: u64| {
        let to = (from + FRAME_MS).min(length);
        (Millis(to), Given::Audio(Part { from, to }))
    };
    begins.map(frame).chain([(Millis(length), Given::Flush)]).collect()
}

impl Sound {
    pub fn none() -> Sound {
        Sound { rate: 16_000, samples: Vec::new() }
    }

    /// # Errors
    /// It is no WAV file, or can't be read.
    pub fn read(path: &Path) -> Result<Sound, Error> {
        let path: PathBuf = path.to_owned();
        let bytes = std::fs::read(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let (rate, samples) = closare_media::wav::read(&bytes)
            .map_err(|error| Error::Sound { path, what: error.to_string() })?;
        Ok(Sound { rate, samples })
    }

    /// In milliseconds; a begun one counts.
    fn length(&self) -> u64 {
        (self.samples.len() as u64 * 1000).div_ceil(u64::from(self.rate.max(1)))
    }

    /// At another rate.
    fn at(self, rate: u32) -> Sound {
        if rate == self.rate {
            return self;
        }
        let mut resampler = Resampler::new(self.rate, rate);
        let (mut samples, mut rest) = (Vec::new(), Vec::new());
        resampler.process_into(&self.samples, &mut samples);
        resampler.flush(&mut rest);
        samples.extend(rest);
        Sound { rate, samples }
    }

    /// # Errors
    /// [`Error::Short`]
    pub fn part(&self, part: Part) -> Result<Vec<u8>, Error> {
        let place = |ms: u64| usize::try_from(ms * u64::from(self.rate) / 1000).unwrap_or(usize::MAX);
        let to = place(part.to).min(self.samples.len());
        match self.samples.get(place(part.from)..to) {
            Some(samples) if part.to <= self.length() => {
                Ok(samples.iter().flat_map(|sample| sample.to_le_bytes()).collect())
            }
            _ => Err(Error::Short { length: self.length(), to: part.to }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_at_another_rate_is_as_long() {
        for rate in [8_000, 16_000, 24_000] {
            let sound = Sound { rate: 8_000, samples: vec![1_000; 4_800] }.at(rate);
            assert_eq!((sound.rate, sound.length()), (rate, 600));
        }
    }
}

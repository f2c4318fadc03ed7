//! Audio on its way to one session of speech-to-text.

use crate::plugged::Plugged;
use closare_host::SttInput;
use closare_host::words::{AudioFormat, Encoding};
use closare_media::{Codec, Encoder, Resampler};
use closare_terms::Millis;

/// What speech-to-text gets: what its plugin prefers, else what the telephone has, which is a fourth of the same at 16 kHz.
pub fn format(preferred: Option<AudioFormat>, rate: u32) -> AudioFormat {
    preferred.unwrap_or(match rate {
        8_000 => AudioFormat { encoding: Encoding::Mulaw, sample_rate: rate },
        _ => AudioFormat::pcm(rate),
    })
}

pub struct Hearing {
    session: Plugged<SttInput>,
    /// From this moment on it may hear.
    pub from: Millis,
    encode: Encode,
}

/// From the leg's rate to what the plugin prefers.
struct Encode {
    rate: u32,
    /// Made with the first frame, which knows the leg's rate.
    resampler: Option<Resampler>,
    law: Option<Encoder>,
    samples: Vec<i16>,
}

impl Hearing {
    pub fn new(session: Plugged<SttInput>, format: AudioFormat, from: Millis) -> Hearing {
        let law = match format.encoding {
            Encoding::PcmS16le => None,
            Encoding::Mulaw => Some(Encoder::new(Codec::Pcmu)),
            Encoding::Alaw => Some(Encoder::new(Codec::Pcma)),
        };
        let rate = format.sample_rate;
        let encode = Encode { rate, resampler: None, law, samples: Vec::new() };
        Hearing { session, from, encode }
    }

    pub fn hear(&mut self, at: Millis, rate: u32, samples: &[i16]) {
        let bytes = self.encode.bytes(rate, samples);
        self.tell(SttInput::Audio { at, bytes });
    }

    /// A session that is full or over says so by its own end; audio for it has nowhere to go.
    pub fn tell(&self, input: SttInput) {
        let _ = self.session.send(input);
    }

    /// What it tells last is on its way.
    pub fn finish(self, at: Millis) {
        self.session.finish(SttInput::Finish { at });
    }
}

impl Encode {
    fn bytes(&mut self, rate: u32, samples: &[i16]) -> Vec<u8> {
        let samples: &[i16] = if rate == self.rate {
            samples
        } else {
            let resampler = self.resampler.get_or_insert_with(|| Resampler::new(rate, self.rate));
            resampler.process_into(samples, &mut self.samples);
            &self.samples
        };
        match &mut self.law {
            Some(law) => {
                let mut bytes = Vec::with_capacity(samples.len());
                law.encode_into(samples, &mut bytes);
                bytes
            }
            None => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        }
    }
}

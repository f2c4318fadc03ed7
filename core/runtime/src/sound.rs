//! A voice's bytes as samples.

use closare_host::words::{AudioFormat, Encoding};
use closare_media::{Codec, Decoder};

/// What a voice gives that says nothing else of it.
pub const USUAL: AudioFormat = AudioFormat::pcm(16_000);

/// At the format's rate. The last byte of an odd number is left out where a sample has two.
pub fn samples(format: AudioFormat, bytes: &[u8]) -> Vec<i16> {
    let law = match format.encoding {
        Encoding::PcmS16le => {
            return bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        }
        Encoding::Mulaw => Codec::Pcmu,
        Encoding::Alaw => Codec::Pcma,
    };
    let mut samples = Vec::with_capacity(bytes.len());
    Decoder::new(law).decode_into(bytes, &mut samples);
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_media::Encoder;

    #[test]
    fn each_encoding_is_heard_as_what_it_is() {
        let tone: Vec<i16> = (0..320).map(|at| ((at as f64 / 5.0).sin() * 9_000.0) as i16).collect();
        let pcm: Vec<u8> = tone.iter().flat_map(|sample| sample.to_le_bytes()).chain([7]).collect();
        assert_eq!(samples(USUAL, &pcm), tone);
        for (encoding, codec) in [(Encoding::Mulaw, Codec::Pcmu), (Encoding::Alaw, Codec::Pcma)] {
            let mut bytes = Vec::new();
            Encoder::new(codec).encode_into(&tone, &mut bytes);
            let heard = samples(AudioFormat { encoding, sample_rate: 8_000 }, &bytes);
            assert!(heard.iter().zip(&tone).all(|(heard, said)| heard.abs_diff(*said) < 600), "{encoding:?}");
            assert_eq!(heard.len(), tone.len());
        }
    }
}

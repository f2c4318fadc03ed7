//! Audio: what a vendor says for a text, and the encodings of telephony (ITU-T G.711).

use std::f32::consts::TAU;

/// Of signed 16-bit samples, little endian, or of G.711.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Linear16,
    Mulaw,
    Alaw,
}

/// How long a character takes: about 16 in a second.
pub const CHARACTER_MS: u64 = 60;

/// A tone a character, and silence for a space, so that words can be told apart.
pub fn spoken(text: &str, rate: u32) -> Vec<i16> {
    let length = (u64::from(rate) * CHARACTER_MS / 1000) as usize;
    let tone = |n: usize| ((n as f32 / rate as f32 * 220.0 * TAU).sin() * 8_000.0) as i16;
    let sample = |character: char| move |n| if character.is_whitespace() { 0 } else { tone(n) };
    text.chars().flat_map(|character| (0..length).map(sample(character))).collect()
}

pub fn encode(samples: &[i16], encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Linear16 => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        Encoding::Mulaw => samples.iter().map(|sample| to_mulaw(*sample)).collect(),
        Encoding::Alaw => samples.iter().map(|sample| to_alaw(*sample)).collect(),
    }
}

/// A last half sample is left out.
pub fn decode(bytes: &[u8], encoding: Encoding) -> Vec<i16> {
    match encoding {
        Encoding::Linear16 => bytes.as_chunks::<2>().0.iter().map(|two| i16::from_le_bytes(*two)).collect(),
        Encoding::Mulaw => bytes.iter().map(|byte| from_mulaw(*byte)).collect(),
        Encoding::Alaw => bytes.iter().map(|byte| from_alaw(*byte)).collect(),
    }
}

/// Root mean square.
pub fn loudness(samples: &[i16]) -> f32 {
    let squares: f32 = samples.iter().map(|sample| f32::from(*sample).powi(2)).sum();
    (squares / samples.len().max(1) as f32).sqrt()
}

/// A WAV file (RIFF, format 1) of one channel.
pub fn wav(samples: &[i16], rate: u32) -> Vec<u8> {
    let data = encode(samples, Encoding::Linear16);
    let length = data.len() as u32;
    let mut file = Vec::with_capacity(44 + data.len());
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&(rate * 2).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&data);
    file
}

fn to_mulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs() + 132).min(32_767) as u32;
    let exponent = magnitude.ilog2() - 7;
    let mantissa = (magnitude >> (exponent + 3)) & 0x0F;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

fn from_mulaw(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((i32::from(byte & 0x0F) << 3) + 132) << ((byte >> 4) & 0x07);
    let value = magnitude - 132;
    (if byte & 0x80 == 0 { value } else { -value }) as i16
}

fn to_alaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let magnitude = (i32::from(sample).abs() >> 3).min(4_095) as u32;
    let coded = match magnitude {
        0..32 => magnitude >> 1,
        _ => {
            let exponent = magnitude.ilog2() - 4;
            (exponent << 4) | ((magnitude >> exponent) & 0x0F)
        }
    };
    (sign | coded as u8) ^ 0x55
}

fn from_alaw(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = ((byte >> 4) & 0x07, i32::from(byte & 0x0F));
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 264) << (exponent - 1),
    };
    (if byte & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_comes_back_within_a_step() {
        for encoding in [Encoding::Linear16, Encoding::Mulaw, Encoding::Alaw] {
            for sample in (-32_000..32_000).step_by(97) {
                let back = decode(&encode(&[sample], encoding), encoding)[0];
                let step = (i32::from(sample).abs() / 16).max(16);
                assert!(
                    (i32::from(back) - i32::from(sample)).abs() <= step,
                    "{encoding:?}: {sample} -> {back}"
                );
            }
        }
    }
}

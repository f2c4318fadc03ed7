//! WAV files in memory, by `hound`.

use crate::MediaError;
use std::io::Cursor;

/// Reads a WAV file: its rate, and its samples mixed down to one channel.
pub fn read(bytes: &[u8]) -> Result<(u32, Vec<i16>), MediaError> {
    let mut reader = hound::WavReader::new(Cursor::new(bytes))?;
    let spec = reader.spec();
    if spec.channels == 0 || spec.channels > 8 {
        return Err(MediaError::Channels(spec.channels));
    }
    let samples = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|read| read.map(from_float)).collect(),
        hound::SampleFormat::Int => {
            let scale = |sample| to_16_bits(sample, spec.bits_per_sample);
            reader.samples::<i32>().map(|read| read.map(scale)).collect::<Result<Vec<i16>, hound::Error>>()
        }
    }?;
    Ok((spec.sample_rate, mix_down(&samples, usize::from(spec.channels))))
}

/// Writes a WAV file of one channel, 16 bits a sample.
pub fn write(rate: u32, samples: &[i16]) -> Vec<u8> {
    let data_bytes = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX);
    let mut out = header(rate, 1, data_bytes, &[]);
    out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    out
}

/// All that stands before the samples: RIFF, `fmt `, `chunks` as they are, and the head of `data`.
pub(crate) fn header(rate: u32, channels: u16, data_bytes: u32, chunks: &[u8]) -> Vec<u8> {
    let frame_bytes = channels.saturating_mul(2);
    let chunk_bytes = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
    let mut out = Vec::with_capacity(44 + chunks.len());
    out.extend(b"RIFF");
    out.extend(data_bytes.saturating_add(chunk_bytes).saturating_add(36).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend(PCM.to_le_bytes());
    out.extend(channels.to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend(rate.saturating_mul(u32::from(frame_bytes)).to_le_bytes());
    out.extend(frame_bytes.to_le_bytes());
    out.extend(16u16.to_le_bytes());
    out.extend(chunks);
    out.extend(b"data");
    out.extend(data_bytes.to_le_bytes());
    out
}

/// Format tag of linear PCM.
const PCM: u16 = 1;

fn from_float(sample: f32) -> i16 {
    (sample * 32_768.0) as i16
}

fn to_16_bits(sample: i32, bits: u16) -> i16 {
    let scaled = if bits > 16 { sample >> (bits - 16) } else { sample << (16 - bits) };
    scaled as i16
}

fn mix_down(samples: &[i16], channels: usize) -> Vec<i16> {
    let mean = |frame: &[i16]| frame.iter().map(|sample| i32::from(*sample)).sum::<i32>() / channels as i32;
    samples.chunks_exact(channels).map(|frame| mean(frame) as i16).collect()
}

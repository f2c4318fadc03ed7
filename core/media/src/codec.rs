//! G.711 and G.722 behind one pair of types. All three carry 8 bytes a millisecond, one byte per RTP timestamp tick.

use audio_codec::{Decoder as _, Encoder as _, g722, pcma, pcmu};

/// Length of a frame on the line.
pub const FRAME_MS: u64 = 20;

/// An audio codec of the telephone line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    Pcmu,
    Pcma,
    G722,
}

impl Codec {
    pub const ALL: [Codec; 3] = [Codec::Pcmu, Codec::Pcma, Codec::G722];

    /// Samples a second of the decoded audio.
    pub const fn rate(self) -> u32 {
        match self {
            Codec::Pcmu | Codec::Pcma => 8000,
            Codec::G722 => 16000,
        }
    }

    /// Ticks a second of the RTP timestamp. G.722 keeps 8000 though it samples at 16000 (RFC 3551 §4.5.2).
    pub const fn clock(self) -> u32 {
        8000
    }

    /// Bytes of one frame's payload.
    pub const fn payload_bytes(self) -> usize {
        160
    }

    /// Samples of one decoded frame.
    pub const fn samples(self) -> usize {
        match self {
            Codec::Pcmu | Codec::Pcma => 160,
            Codec::G722 => 320,
        }
    }

    /// Static payload type (RFC 3551 §6).
    pub const fn payload_type(self) -> u8 {
        match self {
            Codec::Pcmu => 0,
            Codec::Pcma => 8,
            Codec::G722 => 9,
        }
    }

    pub fn from_payload_type(payload_type: u8) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.payload_type() == payload_type)
    }

    /// Encoding name, as in `a=rtpmap`.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
            Codec::G722 => "G722",
        }
    }

    /// By its encoding name, in any case.
    pub fn from_name(name: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// The value of `a=rtpmap` after the payload type.
    pub const fn rtpmap(self) -> &'static str {
        match self {
            Codec::Pcmu => "PCMU/8000",
            Codec::Pcma => "PCMA/8000",
            Codec::G722 => "G722/8000",
        }
    }

    /// A payload byte that sounds like nothing.
    pub const fn silence(self) -> u8 {
        match self {
            Codec::Pcmu => 0xFF,
            Codec::Pcma => 0xD5,
            Codec::G722 => 0xFC,
        }
    }
}

/// Samples to payload. G.722 keeps state: one encoder a stream.
pub struct Encoder {
    codec: Codec,
    inner: EncoderKind,
}

enum EncoderKind {
    Pcmu(pcmu::PcmuEncoder),
    Pcma(pcma::PcmaEncoder),
    G722(Box<g722::G722Encoder>),
}

impl Encoder {
    pub fn new(codec: Codec) -> Encoder {
        let inner = match codec {
            Codec::Pcmu => EncoderKind::Pcmu(pcmu::PcmuEncoder::new()),
            Codec::Pcma => EncoderKind::Pcma(pcma::PcmaEncoder::new()),
            Codec::G722 => EncoderKind::G722(Box::new(g722::G722Encoder::new())),
        };
        Encoder { codec, inner }
    }

    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Encodes `samples` at the codec's rate. `out` holds the payload afterwards. G.722 makes a byte of two samples; an
    /// odd last one is left out.
    pub fn encode_into(&mut self, samples: &[i16], out: &mut Vec<u8>) {
        let even = &samples[..samples.len() & !1];
        let written = match &mut self.inner {
            EncoderKind::Pcmu(encoder) => encoder.encode_into(samples, room(out, samples.len())),
            EncoderKind::Pcma(encoder) => encoder.encode_into(samples, room(out, samples.len())),
            EncoderKind::G722(encoder) => encoder.encode_into(even, room(out, even.len() / 2)),
        };
        out.truncate(written.unwrap_or(0));
        if self.codec == Codec::Pcma {
            mend_smallest_negative_code(samples, out);
        }
    }
}

/// Payload to samples. G.722 keeps state: one decoder a stream, a new one after a new SSRC.
pub struct Decoder {
    codec: Codec,
    inner: DecoderKind,
}

enum DecoderKind {
    Pcmu(pcmu::PcmuDecoder),
    Pcma(pcma::PcmaDecoder),
    G722(Box<g722::G722Decoder>),
}

impl Decoder {
    pub fn new(codec: Codec) -> Decoder {
        let inner = match codec {
            Codec::Pcmu => DecoderKind::Pcmu(pcmu::PcmuDecoder::new()),
            Codec::Pcma => DecoderKind::Pcma(pcma::PcmaDecoder::new()),
            Codec::G722 => DecoderKind::G722(Box::new(g722::G722Decoder::new())),
        };
        Decoder { codec, inner }
    }

    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Decodes any length of payload. `out` holds the samples afterwards.
    pub fn decode_into(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        let written = match &mut self.inner {
            DecoderKind::Pcmu(decoder) => decoder.decode_into(payload, room(out, payload.len())),
            DecoderKind::Pcma(decoder) => decoder.decode_into(payload, room(out, payload.len())),
            DecoderKind::G722(decoder) => decoder.decode_into(payload, room(out, payload.len() * 2)),
        };
        out.truncate(written.unwrap_or(0));
        if self.codec == Codec::Pcma {
            mend_smallest_negative(payload, out);
        }
    }
}

/// A-law code 0x55 is −16 to −1 (G.711 table 1a); the library's tables have it among the positive.
fn mend_smallest_negative_code(samples: &[i16], out: &mut [u8]) {
    for (sample, code) in samples.iter().zip(out) {
        if (-16..0).contains(sample) {
            *code = 0x55;
        }
    }
}

/// Its decoded value is −8.
fn mend_smallest_negative(payload: &[u8], out: &mut [i16]) {
    for (code, sample) in payload.iter().zip(out) {
        if *code == 0x55 {
            *sample = -8;
        }
    }
}

fn room<T: Copy + Default>(out: &mut Vec<T>, len: usize) -> &mut [T] {
    out.clear();
    out.resize(len, T::default());
    out
}

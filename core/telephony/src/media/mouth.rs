//! What goes out: a packet each 20 ms, voice or silence, or a key.

use crate::sdp::Agreed;
use closare_media::dtmf::{KeySender, Sending};
use closare_media::rtp::{self, Header};
use closare_media::{Encoder, Playout, Resampler, Tick};

pub(crate) struct Mouth {
    agreed: Agreed,
    encoder: Encoder,
    pub playout: Playout,
    keys: KeySender,
    /// From the leg's rate to the codec's, should they come to differ by a re-INVITE.
    to_codec: Option<Resampler>,
    next: Header,
    /// The last frame sent nothing, or a key: the next is the first after a silence.
    paused: bool,
    payload: Vec<u8>,
    coded: Vec<i16>,
    /// What is sent, at the leg's rate.
    pub samples: Vec<i16>,
    pub packet: Vec<u8>,
    pub packets: u64,
    pub bytes: u64,
}

impl Mouth {
    pub fn new(agreed: Agreed, rate: u32, begin: Header) -> Mouth {
        Mouth {
            agreed,
            encoder: Encoder::new(agreed.codec),
            playout: Playout::new(rate),
            keys: KeySender::new(),
            to_codec: None,
            next: begin,
            paused: true,
            payload: Vec::with_capacity(PACKET_MAX),
            coded: Vec::with_capacity(PACKET_MAX),
            samples: vec![0; (rate / 50) as usize],
            packet: Vec::with_capacity(PACKET_MAX),
            packets: 0,
            bytes: 0,
        }
    }

    pub fn agree(&mut self, agreed: Agreed, rate: u32) {
        if agreed.codec != self.agreed.codec {
            self.encoder = Encoder::new(agreed.codec);
            self.to_codec = (agreed.codec.rate() != rate).then(|| Resampler::new(rate, agreed.codec.rate()));
        }
        self.agreed = agreed;
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.push(keys);
    }

    /// Makes the next packet, if there is one to send. On hold nothing is sent, and what is to be said waits.
    pub fn frame(&mut self) -> (Tick, bool) {
        let timestamp = self.next.timestamp;
        self.next.timestamp = timestamp.wrapping_add(TICKS);
        if !self.agreed.direction.sends() {
            self.samples.fill(0);
            self.paused = true;
            return (Tick::default(), false);
        }
        match (self.keys.next(timestamp), self.agreed.keys) {
            (Sending::Packet(key), Some(payload_type)) => {
                self.samples.fill(0);
                let header =
                    Header { marker: key.marker, payload_type, timestamp: key.timestamp, ..self.next };
                rtp::write(&header, &key.payload, &mut self.packet);
                self.paused = true;
                self.count(key.payload.len());
                (Tick::default(), true)
            }
            (Sending::Packet(_) | Sending::Pause, _) => {
                self.samples.fill(0);
                self.voice(timestamp);
                (Tick::default(), true)
            }
            (Sending::Idle, _) => {
                let tick = self.playout.next(&mut self.samples);
                self.voice(timestamp);
                (tick, true)
            }
        }
    }

    fn voice(&mut self, timestamp: u32) {
        let samples = match &mut self.to_codec {
            Some(resampler) => {
                resampler.process_into(&self.samples, &mut self.coded);
                self.coded.resize(self.agreed.codec.samples(), 0);
                &self.coded
            }
            None => &self.samples,
        };
        self.encoder.encode_into(samples, &mut self.payload);
        let header = Header {
            marker: std::mem::take(&mut self.paused),
            payload_type: self.agreed.payload,
            timestamp,
            ..self.next
        };
        rtp::write(&header, &self.payload, &mut self.packet);
        self.count(self.payload.len());
    }

    fn count(&mut self, bytes: usize) {
        self.next.sequence = self.next.sequence.wrapping_add(1);
        self.packets += 1;
        self.bytes += bytes as u64;
    }

    /// The line is silent, and something could be said.
    pub fn is_eager(&self) -> bool {
        self.agreed.direction.sends() && self.keys.is_idle() && self.playout.is_eager()
    }

    pub fn ssrc(&self) -> u32 {
        self.next.ssrc
    }

    pub fn timestamp(&self) -> u32 {
        self.next.timestamp
    }
}

/// 20 ms of a clock of 8,000.
const TICKS: u32 = 160;
const PACKET_MAX: usize = 400;

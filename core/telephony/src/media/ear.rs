//! What comes in: datagrams to frames of sound, keys, and whether somebody speaks.

use crate::counters::Tally;
use crate::media::datagrams::Datagrams;
use crate::media::keys::{KeySources, Source as KeySource};
use crate::media::latch::{Latch, Verdict};
use crate::sdp::Agreed;
use closare_media::dtmf::{KeyReceiver, ToneDetector};
use closare_media::rtp::{self, Header, Source};
use closare_media::{
    Codec, Concealer, Decoder, Exact, JitterBuffer, Pulled, Voice, VoiceActivity, VoiceConfig,
};
use closare_terms::Millis;
use std::net::{SocketAddr, UdpSocket};

pub(crate) struct Ear {
    agreed: Agreed,
    latch: Latch,
    source: Source,
    jitter: JitterBuffer,
    decoder: Decoder,
    concealer: Concealer,
    /// From the codec's rate to the leg's, should they come to differ by a re-INVITE.
    to_leg: Exact,
    events: KeyReceiver,
    tones: ToneDetector,
    sources: KeySources,
    voice: VoiceActivity,
    heard: Millis,
    decoded: Vec<i16>,
    /// A frame at the leg's rate.
    pub samples: Vec<i16>,
    pub key_down: bool,
    pub packets: u64,
}

/// What was noticed in a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Noticed {
    pub key: Option<char>,
    pub voice: Option<Voice>,
}

impl Ear {
    /// `rate` is the leg's, for the whole call.
    pub fn new(agreed: Agreed, rate: u32, now: Millis) -> Ear {
        let codec = agreed.codec;
        Ear {
            agreed,
            latch: Latch::new(agreed.remote),
            source: Source::new(),
            jitter: JitterBuffer::new(),
            decoder: Decoder::new(codec),
            concealer: Concealer::new(codec.samples()),
            to_leg: Exact::new(codec.rate(), rate),
            events: KeyReceiver::new(),
            tones: ToneDetector::new(rate),
            sources: KeySources::default(),
            voice: VoiceActivity::new(rate, VoiceConfig::default()),
            heard: now,
            decoded: Vec::with_capacity(SAMPLES_MAX),
            samples: Vec::with_capacity(SAMPLES_MAX),
            key_down: false,
            packets: 0,
        }
    }

    /// The peer's new word on address, codec and direction.
    pub fn agree(&mut self, agreed: Agreed, rate: u32, now: Millis) {
        if let Some(remote) = agreed.remote.filter(|remote| Some(*remote) != self.agreed.remote) {
            self.latch.told(remote);
        }
        if agreed.codec != self.agreed.codec {
            self.to_leg = Exact::new(agreed.codec.rate(), rate);
        }
        self.agreed = agreed;
        self.heard = now;
    }

    /// Where to send.
    pub fn target(&self) -> Option<SocketAddr> {
        self.latch.target()
    }

    /// Takes in all that waits at the socket; gives a key that was pressed.
    pub fn drain(
        &mut self,
        datagrams: &mut Datagrams,
        socket: &UdpSocket,
        now: Millis,
        tally: &Tally,
    ) -> Option<char> {
        let mut key = None;
        for _ in 0..DATAGRAMS_MAX {
            match datagrams.next(socket) {
                Ok(datagram) => {
                    let came = now.since(Millis(datagram.age.as_millis() as u64));
                    key = self.datagram(datagram.bytes, datagram.from, came, tally).or(key);
                }
                // On Linux a port that nobody listens on is told to the next reader; nothing is lost by going on.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
                Err(_) => break,
            }
        }
        key
    }

    /// `came` is when it was here, for the call's clock.
    fn datagram(&mut self, datagram: &[u8], from: SocketAddr, came: Millis, tally: &Tally) -> Option<char> {
        if is_rtcp(datagram) {
            return None;
        }
        let Ok((header, payload)) = rtp::parse(datagram) else {
            tally.bad_packets.more();
            return None;
        };
        if self.latch.received(from, header.ssrc, header.sequence, came.0) == Verdict::Ignore {
            tally.bad_packets.more();
            return None;
        }
        if !self.source.accept(&header, came) {
            // A stream's first packet only proves the second.
            if self.source.ssrc().is_some() {
                tally.bad_packets.more();
            }
            return None;
        }
        self.heard = came;
        self.packets += 1;
        self.packet(&header, payload, came)
    }

    fn packet(&mut self, header: &Header, payload: &[u8], now: Millis) -> Option<char> {
        if Some(header.payload_type) == self.agreed.keys {
            self.jitter.skip(header);
            let key = self.events.feed(header.timestamp, header.marker, payload, now)?;
            return self.sources.accept(KeySource::Event, now).then_some(key);
        }
        if header.payload_type == COMFORT_NOISE || self.codec_of(header.payload_type).is_some() {
            self.jitter.push(now, header, payload);
        } else {
            self.jitter.skip(header);
        }
        None
    }

    /// What was agreed; also the well-known numbers, for packets that were under way when the codec changed.
    fn codec_of(&self, payload_type: u8) -> Option<Codec> {
        if payload_type == self.agreed.payload {
            return Some(self.agreed.codec);
        }
        Codec::from_payload_type(payload_type)
    }

    /// How long a frame lies in the jitter buffer.
    pub fn behind(&self) -> Millis {
        Millis(self.jitter.stats().delay_ms)
    }

    /// A key that came by SIP.
    pub fn info_key(&mut self, key: char, now: Millis) -> Option<char> {
        self.sources.accept(KeySource::Info, now).then_some(key)
    }

    /// The next 20 ms, that end `now`.
    pub fn frame(&mut self, now: Millis) -> Noticed {
        self.decode(now);
        self.to_leg.convert(&self.decoded, &mut self.samples);
        let mut noticed = Noticed::default();
        if self.agreed.keys.is_none()
            && let Some(key) = self.tones.feed(&self.samples)
        {
            noticed.key = self.sources.accept(KeySource::Tone, now).then_some(key);
        }
        self.key_down = self.events.is_down(now) || (self.agreed.keys.is_none() && self.tones.is_down());
        // On hold the peer plays music, which nobody said.
        if self.key_down || !self.agreed.direction.sends() {
            self.samples.fill(0);
        }
        noticed.voice = self.voice.feed(&self.samples, now);
        noticed
    }

    fn decode(&mut self, now: Millis) {
        match self.jitter.pop(now) {
            Pulled::Frame { payload, payload_type } => {
                let codec = if payload_type == self.agreed.payload {
                    Some(self.agreed.codec)
                } else {
                    Codec::from_payload_type(payload_type)
                };
                let codec = codec.unwrap_or(self.agreed.codec);
                if self.decoder.codec() != codec {
                    self.decoder = Decoder::new(codec);
                }
                self.decoder.decode_into(payload, &mut self.decoded);
                if codec.rate() == self.agreed.codec.rate() {
                    self.concealer.note(&self.decoded);
                } else {
                    silence(&mut self.decoded, self.agreed.codec);
                }
            }
            Pulled::Lost => {
                self.concealer.conceal_into(&mut self.decoded);
                self.decoded.resize(self.agreed.codec.samples(), 0);
            }
            Pulled::Silence | Pulled::NotYet => {
                self.concealer.reset();
                silence(&mut self.decoded, self.agreed.codec);
            }
        }
        self.jitter.note_quiet(closare_media::rms(&self.decoded) < QUIET_RMS);
    }

    pub fn is_speaking(&self) -> bool {
        self.voice.is_speaking()
    }

    /// Nothing came for so long.
    pub fn silent_for(&self, now: Millis) -> Millis {
        now.since(self.heard)
    }

    pub fn source(&mut self) -> &mut Source {
        &mut self.source
    }

    pub fn lost(&self) -> u64 {
        u64::try_from(self.source.lost()).unwrap_or(0)
    }

    pub fn late(&self) -> u64 {
        self.jitter.stats().late
    }
}

fn silence(samples: &mut Vec<i16>, codec: Codec) {
    samples.clear();
    samples.resize(codec.samples(), 0);
}

/// With `rtcp-mux`, or by mistake: types 192 to 223 are RTCP (RFC 5761 §4).
fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.get(1).is_some_and(|kind| (192..224).contains(kind))
}

const SAMPLES_MAX: usize = 640;
const COMFORT_NOISE: u8 = 13;
/// −50 dB of full scale, as the voice detector's floor.
const QUIET_RMS: f64 = 104.0;
/// A flood waits for the next frame, and the kernel drops what is too much.
const DATAGRAMS_MAX: usize = 64;

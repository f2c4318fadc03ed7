use crate::Target;
use crate::dice::Dice;
use closare_media::dtmf::KeyReceiver;
use closare_media::rtp::{Header, Source, parse};
use closare_media::{Codec, Concealer, Decoder, JitterBuffer, Pulled};
use closare_telephony::latch::{Latch, Verdict};
use closare_terms::Millis;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub const TARGET: Target = Target { name: "audio", check, cases: 2_100, length_max: 8_192 };

const FRAME: Millis = Millis(20);
/// A pause in the input is at most so long.
const PAUSE_MAX_MS: u64 = 5_000;

/// A call's datagrams, each after a pause and from an address, through all that hears them: every 20 ms there is a frame of
/// 20 ms, the buffer's delay stays within its bounds, and we answer only to who told us or proved himself.
fn check(bytes: &[u8]) {
    let mut dice = Dice::new(bytes);
    let codec = dice.one_of(&[Codec::Pcmu, Codec::Pcma, Codec::G722]);
    let told = dice.byte().is_multiple_of(2).then(|| address(0));
    let mut line = Line::new(codec, told);
    while !dice.is_empty() {
        let pause = dice.byte();
        line.wait(if pause == 255 { PAUSE_MAX_MS } else { u64::from(pause % 64) });
        let from = address(dice.byte() % 3);
        let length = usize::from(dice.byte());
        line.datagram(dice.take(length), from);
    }
    line.wait(1_000);
    line.ended();
}

fn address(host: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), 4_000)
}

struct Line {
    codec: Codec,
    latch: Latch,
    source: Source,
    jitter: JitterBuffer,
    keys: KeyReceiver,
    decoder: Decoder,
    concealer: Concealer,
    samples: Vec<i16>,
    now: Millis,
    next: Millis,
    told: Option<SocketAddr>,
    senders: BTreeSet<SocketAddr>,
    accepted: u64,
    frames: u64,
}

impl Line {
    fn new(codec: Codec, told: Option<SocketAddr>) -> Line {
        Line {
            codec,
            latch: Latch::new(told),
            source: Source::new(),
            jitter: JitterBuffer::new(),
            keys: KeyReceiver::new(),
            decoder: Decoder::new(codec),
            concealer: Concealer::new(codec.samples()),
            samples: Vec::new(),
            now: Millis::ZERO,
            next: FRAME,
            told,
            senders: BTreeSet::new(),
            accepted: 0,
            frames: 0,
        }
    }

    fn datagram(&mut self, datagram: &[u8], from: SocketAddr) {
        let Ok((header, payload)) = parse(datagram) else { return };
        if self.latch.received(from, header.ssrc, header.sequence, self.now.0) == Verdict::Ignore {
            return;
        }
        self.senders.insert(from);
        if self.source.accept(&header, self.now) {
            self.accepted += 1;
            self.packet(&header, payload);
        }
    }

    fn packet(&mut self, header: &Header, payload: &[u8]) {
        match header.payload_type {
            101 => {
                self.jitter.skip(header);
                let key = self.keys.feed(header.timestamp, header.marker, payload, self.now);
                assert!(key.is_none_or(|key| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')));
            }
            13 | 0 | 8 | 9 => self.jitter.push(self.now, header, payload),
            _ => self.jitter.skip(header),
        }
    }

    fn wait(&mut self, pause_ms: u64) {
        let until = self.now + Millis(pause_ms);
        while self.next <= until {
            self.now = self.next;
            self.next += FRAME;
            self.frame();
        }
        self.now = until;
    }

    fn frame(&mut self) {
        self.frames += 1;
        let mut heard = false;
        match self.jitter.pop(self.now) {
            Pulled::Frame { payload, payload_type } => {
                assert_eq!(payload.len(), 160, "a frame has 20 ms");
                assert!(payload_type < 128);
                heard = true;
                self.decoder.decode_into(payload, &mut self.samples);
                self.concealer.note(&self.samples);
                assert_eq!(self.samples.len(), self.codec.samples());
            }
            Pulled::Lost => {
                self.concealer.conceal_into(&mut self.samples);
                assert_eq!(self.samples.len(), self.codec.samples());
            }
            Pulled::Silence | Pulled::NotYet => self.concealer.reset(),
        }
        let stats = self.jitter.stats();
        assert!((20..=200).contains(&stats.target_ms), "{stats:?}");
        assert!(!heard || stats.delay_ms <= LAY_MAX_MS, "a frame lies too long: {stats:?}");
        let target = self.latch.target();
        let proved = target.is_none_or(|target| self.senders.contains(&target) || self.told == Some(target));
        assert!(proved, "we send to {target:?}");
    }

    fn ended(&mut self) {
        let stats = self.jitter.stats();
        assert!(stats.lost_frames <= self.frames);
        assert!(stats.received + stats.refused <= self.accepted);
        assert!(stats.late + stats.duplicate <= stats.received, "{stats:?}");
        if let Some(report) = self.source.report() {
            assert_eq!(Some(report.ssrc), self.source.ssrc());
            assert!((-0x80_0000..=0x7F_FFFF).contains(&report.lost));
        }
    }
}

/// What the buffer holds at most, its line, and the most that it waits for.
const LAY_MAX_MS: u64 = 1_024 + 200;

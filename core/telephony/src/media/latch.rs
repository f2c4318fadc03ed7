//! Where a call's audio goes to and may come from: symmetric RTP (RFC 4961). The SDP's address is only a promise; behind a
//! NAT the packets come from elsewhere, and there we must answer. But whoever guesses our port must not take the call over.
//! Pure: times are milliseconds of any clock.

use std::net::SocketAddr;

#[derive(Debug)]
pub struct Latch {
    /// From the SDP; none while the peer gave none (offerless call before the ACK).
    told: Option<SocketAddr>,
    locked: Option<Locked>,
    /// A source that sent one good packet: a second in sequence makes it the peer's.
    candidate: Option<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Locked {
    source: SocketAddr,
    ssrc: u32,
    heard_ms: u64,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    next: u16,
}

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Take,
    /// Well-formed, but not from the call's peer.
    Ignore,
}

impl Latch {
    pub fn new(told: Option<SocketAddr>) -> Latch {
        Latch { told, locked: None, candidate: None }
    }

    /// The peer told a new address by re-INVITE: its next packets may come from anywhere again.
    pub fn told(&mut self, address: SocketAddr) {
        *self = Latch::new(Some(address));
    }

    /// Where to send.
    pub fn target(&self) -> Option<SocketAddr> {
        self.locked.map(|locked| locked.source).or(self.told)
    }

    pub fn received(&mut self, source: SocketAddr, ssrc: u32, sequence: u16, at_ms: u64) -> Verdict {
        match &mut self.locked {
            Some(locked) if locked.source == source => {
                locked.ssrc = ssrc;
                locked.heard_ms = at_ms;
                Verdict::Take
            }
            Some(locked) if ssrc == locked.ssrc && at_ms.saturating_sub(locked.heard_ms) >= SILENT_MS => {
                self.consider(source, ssrc, sequence, at_ms)
            }
            Some(_) => Verdict::Ignore,
            None if self.told == Some(source) => self.lock(source, ssrc, at_ms),
            None => self.consider(source, ssrc, sequence, at_ms),
        }
    }

    /// RFC 3550 A.1: two packets in sequence before a new source counts.
    fn consider(&mut self, source: SocketAddr, ssrc: u32, sequence: u16, at_ms: u64) -> Verdict {
        let expected = Candidate { source, ssrc, next: sequence };
        match self.candidate {
            Some(seen) if seen.source == source && seen.ssrc == ssrc && seen.next == sequence => {
                self.lock(source, ssrc, at_ms)
            }
            _ => {
                self.candidate = Some(Candidate { next: sequence.wrapping_add(1), ..expected });
                Verdict::Ignore
            }
        }
    }

    fn lock(&mut self, source: SocketAddr, ssrc: u32, at_ms: u64) -> Verdict {
        self.locked = Some(Locked { source, ssrc, heard_ms: at_ms });
        self.candidate = None;
        Verdict::Take
    }
}

/// A NAT that forgot its mapping shows as silence, then the same stream from a new port.
const SILENT_MS: u64 = 2_000;

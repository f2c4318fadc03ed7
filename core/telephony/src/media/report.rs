//! RTCP: a report each 5 s, and good-bye. A peer that sends none is normal (RFC 3550 §6).

use crate::media::ear::Ear;
use crate::media::mouth::Mouth;
use closare_media::rtcp::{self, Outgoing, SenderInfo};
use closare_terms::{Millis, UnixMillis};
use std::net::{SocketAddr, UdpSocket};
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) struct Reports {
    next: Millis,
    /// The middle of the peer's last report's time, and when it came.
    heard: Option<(u32, Millis)>,
    jitter_ms: u32,
    packet: Vec<u8>,
}

impl Reports {
    pub fn new(now: Millis) -> Reports {
        Reports { next: now + interval(), heard: None, jitter_ms: 0, packet: Vec::new() }
    }

    pub fn turn(&mut self, socket: &UdpSocket, ear: &mut Ear, mouth: &Mouth, now: Millis) {
        self.drain(socket, now);
        if now < self.next {
            return;
        }
        self.next = now + interval();
        let mut block = ear.source().report();
        if let Some(block) = &mut block {
            self.jitter_ms = block.jitter / TICKS_PER_MS;
            if let Some((report, came)) = self.heard {
                block.last_report = report;
                block.delay_since_last_report =
                    u32::try_from(now.since(came).0 * 65_536 / 1_000).unwrap_or(u32::MAX);
            }
        }
        self.send(socket, ear, Outgoing { block, ..outgoing(mouth) });
    }

    pub fn goodbye(&mut self, socket: &UdpSocket, ear: &Ear, mouth: &Mouth) {
        self.send(socket, ear, Outgoing { bye: true, ..outgoing(mouth) });
    }

    /// As of the last report.
    pub fn jitter_ms(&self) -> u32 {
        self.jitter_ms
    }

    fn send(&mut self, socket: &UdpSocket, ear: &Ear, report: Outgoing<'_>) {
        let Some(target) = ear.target().and_then(above) else { return };
        rtcp::write(&report, &mut self.packet);
        // Nobody may listen there; a report that is lost is no loss.
        let _ = socket.send_to(&self.packet, target);
    }

    fn drain(&mut self, socket: &UdpSocket, now: Millis) {
        let mut buffer = [0; DATAGRAM_MAX];
        for _ in 0..DATAGRAMS_MAX {
            let Ok((length, _)) = socket.recv_from(&mut buffer) else { return };
            if let Ok(incoming) = rtcp::parse(&buffer[..length])
                && let Some(sender) = incoming.sender
            {
                self.heard = Some(((sender.ntp >> 16) as u32, now));
            }
        }
    }
}

fn outgoing(mouth: &Mouth) -> Outgoing<'static> {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = UnixMillis(i64::try_from(unix.as_millis()).unwrap_or(i64::MAX));
    let sender = SenderInfo {
        ntp: rtcp::ntp(at),
        rtp_timestamp: mouth.timestamp(),
        packets: mouth.packets as u32,
        octets: mouth.bytes as u32,
    };
    Outgoing { ssrc: mouth.ssrc(), sender: Some(sender), block: None, cname: "closare", bye: false }
}

/// RTCP's port lies one above RTP's.
fn above(rtp: SocketAddr) -> Option<SocketAddr> {
    Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?))
}

/// 5 s, give or take a half, so that reports of many calls don't meet (RFC 3550 §6.2).
fn interval() -> Millis {
    Millis(2_500 + u64::from(rand::random::<u16>()) % 5_000)
}

const TICKS_PER_MS: u32 = 8;
const DATAGRAM_MAX: usize = 1_500;
const DATAGRAMS_MAX: usize = 8;

//! RTP packets (RFC 3550 §5.1) and whether their source is real (appendix A.1).

use crate::MediaError;
use crate::rtcp::ReportBlock;
use closare_terms::Millis;

/// The fields of a packet's header that a call needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    pub marker: bool,
    /// 0 to 127.
    pub payload_type: u8,
    pub sequence: u16,
    /// In the codec's clock.
    pub timestamp: u32,
    pub ssrc: u32,
}

/// Reads a packet: its header, and the payload without CSRC list, extension and padding.
pub fn parse(packet: &[u8]) -> Result<(Header, &[u8]), MediaError> {
    let fixed = at_least(packet, FIXED_BYTES)?;
    let version = fixed[0] >> 6;
    if version != 2 {
        return Err(MediaError::Version(version));
    }
    let header = Header {
        marker: fixed[1] & 0x80 != 0,
        payload_type: fixed[1] & 0x7F,
        sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
        timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
        ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
    };
    let begin = payload_begin(packet)?;
    let end = payload_end(packet, begin)?;
    Ok((header, &packet[begin..end]))
}

/// Writes a packet; `out` holds it afterwards.
pub fn write(header: &Header, payload: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.push(0x80);
    out.push((u8::from(header.marker) << 7) | (header.payload_type & 0x7F));
    out.extend_from_slice(&header.sequence.to_be_bytes());
    out.extend_from_slice(&header.timestamp.to_be_bytes());
    out.extend_from_slice(&header.ssrc.to_be_bytes());
    out.extend_from_slice(payload);
}

/// Judges the packets of one port by RFC 3550 A.1, and counts for reports by A.3 and A.8.
///
/// A source counts after two packets in sequence. Another SSRC takes over by the same proof, so that a stray packet
/// changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Source {
    current: Option<Sequence>,
    candidate: Option<(u32, u16)>,
    refused: u64,
}

impl Source {
    pub fn new() -> Source {
        Source::default()
    }

    /// Whether the packet may be used. `arrival` is when it came, on the call's clock.
    pub fn accept(&mut self, header: &Header, arrival: Millis) -> bool {
        let accepted = match &mut self.current {
            Some(sequence) if sequence.ssrc == header.ssrc => sequence.update(header.sequence),
            Some(_) | None => self.prove(header),
        };
        match &mut self.current {
            Some(sequence) if accepted => sequence.note_transit(header.timestamp, arrival),
            Some(_) | None => self.refused += 1,
        }
        accepted
    }

    /// The source that has proved itself.
    pub fn ssrc(&self) -> Option<u32> {
        self.current.as_ref().map(|sequence| sequence.ssrc)
    }

    /// Packets that were not accepted.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The counts for a receiver's report, since the last call of this. None before a source is proved.
    pub fn report(&mut self) -> Option<ReportBlock> {
        self.current.as_mut().map(Sequence::report)
    }

    /// Packets that never came, over the whole call; negative when duplicates outnumber them.
    pub fn lost(&self) -> i64 {
        self.current.as_ref().map_or(0, Sequence::lost)
    }

    fn prove(&mut self, header: &Header) -> bool {
        let expected = self.candidate.replace((header.ssrc, header.sequence.wrapping_add(1)));
        let proved = expected == Some((header.ssrc, header.sequence));
        if proved {
            self.candidate = None;
            self.current = Some(Sequence::new(header.ssrc, header.sequence));
        }
        proved
    }
}

/// RFC 3550 A.1: a jump ahead of less than this is loss.
const DROPOUT_MAX: u16 = 3000;
/// RFC 3550 A.1: a step back of less than this is reordering.
const MISORDER_MAX: u16 = 100;
/// Timestamp ticks a millisecond: every codec of the line has a clock of 8000.
const TICKS_PER_MS: u64 = 8;
const FIXED_BYTES: usize = 12;

#[derive(Clone, Debug)]
struct Sequence {
    ssrc: u32,
    highest: u16,
    cycles: u32,
    base: u32,
    /// The sequence number that would prove a restart.
    restart: Option<u16>,
    received: u64,
    expected_prior: i64,
    received_prior: u64,
    transit: Option<u32>,
    /// Sixteen times the jitter, as A.8 keeps it.
    jitter: u32,
}

impl Sequence {
    fn new(ssrc: u32, sequence: u16) -> Sequence {
        Sequence {
            ssrc,
            highest: sequence,
            cycles: 0,
            base: u32::from(sequence),
            restart: None,
            received: 1,
            expected_prior: 0,
            received_prior: 0,
            transit: None,
            jitter: 0,
        }
    }

    fn update(&mut self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.highest);
        if ahead < DROPOUT_MAX {
            self.cycles += u32::from(sequence < self.highest);
            self.highest = sequence;
        } else if ahead <= u16::MAX - MISORDER_MAX {
            if self.restart != Some(sequence) {
                self.restart = Some(sequence.wrapping_add(1));
                return false;
            }
            *self = Sequence { jitter: self.jitter, ..Sequence::new(self.ssrc, sequence) };
            return true;
        }
        self.restart = None;
        self.received += 1;
        true
    }

    fn note_transit(&mut self, timestamp: u32, arrival: Millis) {
        let transit = (arrival.0.wrapping_mul(TICKS_PER_MS) as u32).wrapping_sub(timestamp);
        if let Some(before) = self.transit.replace(transit) {
            let change = (transit.wrapping_sub(before) as i32).unsigned_abs();
            self.jitter = self.jitter.wrapping_add(change).wrapping_sub((self.jitter + 8) >> 4);
        }
    }

    fn extended_highest(&self) -> u32 {
        (self.cycles << 16).wrapping_add(u32::from(self.highest))
    }

    fn expected(&self) -> i64 {
        i64::from(self.extended_highest().wrapping_sub(self.base)) + 1
    }

    fn lost(&self) -> i64 {
        self.expected() - i64::try_from(self.received).unwrap_or(i64::MAX)
    }

    fn report(&mut self) -> ReportBlock {
        let expected = self.expected();
        let expected_now = expected - self.expected_prior;
        let received_now = i64::try_from(self.received - self.received_prior).unwrap_or(i64::MAX);
        self.expected_prior = expected;
        self.received_prior = self.received;
        let lost_now = (expected_now - received_now).max(0);
        let fraction = if expected_now > 0 { (lost_now * 256 / expected_now).min(255) } else { 0 };
        ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: fraction as u8,
            lost: self.lost().clamp(-0x80_0000, 0x7F_FFFF) as i32,
            highest_sequence: self.extended_highest(),
            jitter: self.jitter >> 4,
            last_report: 0,
            delay_since_last_report: 0,
        }
    }
}

fn payload_begin(packet: &[u8]) -> Result<usize, MediaError> {
    let sources = usize::from(packet[0] & 0x0F);
    let begin = FIXED_BYTES + 4 * sources;
    at_least(packet, begin)?;
    if packet[0] & 0x10 == 0 {
        return Ok(begin);
    }
    let head = &at_least(packet, begin + 4)?[begin..];
    let words = usize::from(u16::from_be_bytes([head[2], head[3]]));
    at_least(packet, begin + 4 + 4 * words)?;
    Ok(begin + 4 + 4 * words)
}

fn payload_end(packet: &[u8], begin: usize) -> Result<usize, MediaError> {
    if packet[0] & 0x20 == 0 {
        return Ok(packet.len());
    }
    let room = packet.len() - begin;
    let padding = usize::from(packet[packet.len() - 1]);
    if padding == 0 || padding > room {
        return Err(MediaError::Padding { room, found: padding });
    }
    Ok(packet.len() - padding)
}

fn at_least(packet: &[u8], expected: usize) -> Result<&[u8], MediaError> {
    if packet.len() < expected {
        return Err(MediaError::TooShort { expected, found: packet.len() });
    }
    Ok(packet)
}

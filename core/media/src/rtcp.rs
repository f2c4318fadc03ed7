//! RTCP (RFC 3550 §6): a compound of report, name and good-bye, as a phone call needs it.

use crate::MediaError;
use closare_terms::UnixMillis;

/// What a sender says of its stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// Seconds since 1900 in 32.32 fixed point.
    pub ntp: u64,
    pub rtp_timestamp: u32,
    pub packets: u32,
    /// Bytes of payload.
    pub octets: u32,
}

/// What a receiver says of the stream that it hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// Of the stream that is reported on.
    pub ssrc: u32,
    /// Lost since the last report, of 256.
    pub fraction_lost: u8,
    /// Lost over the call, 24 bits with a sign.
    pub lost: i32,
    pub highest_sequence: u32,
    /// In ticks of the codec's clock.
    pub jitter: u32,
    /// Middle 32 bits of the last sender's report; 0 if none came.
    pub last_report: u32,
    /// Since that report came, in 1/65536 s.
    pub delay_since_last_report: u32,
}

/// What to send: a sender's report if `sender` is given, else a receiver's; then the name; then BYE if it is the last.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    pub ssrc: u32,
    pub sender: Option<SenderInfo>,
    pub block: Option<ReportBlock>,
    /// Canonical name: the same over the call, and without a person's name or number.
    pub cname: &'a str,
    pub bye: bool,
}

/// What a compound packet said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// Who reports; 0 if nobody did.
    pub ssrc: u32,
    pub sender: Option<SenderInfo>,
    /// The first report block: a call has one stream each way.
    pub block: Option<ReportBlock>,
    pub bye: bool,
}

/// Writes a compound packet; `out` holds it afterwards. Of a name over 255 bytes the rest is left out.
pub fn write(outgoing: &Outgoing<'_>, out: &mut Vec<u8>) {
    out.clear();
    write_report(outgoing, out);
    write_name(outgoing, out);
    if outgoing.bye {
        packet(out, BYE, 1, |body| body.extend(outgoing.ssrc.to_be_bytes()));
    }
}

/// Reads a compound packet. What it holds beside reports and BYE is passed over.
pub fn parse(datagram: &[u8]) -> Result<Incoming, MediaError> {
    let mut incoming = Incoming::default();
    let mut rest = datagram;
    loop {
        let [flags, kind, high, low, ..] = *rest else { return Err(short(4, rest)) };
        if flags >> 6 != 2 {
            return Err(MediaError::Version(flags >> 6));
        }
        if !(200..=207).contains(&kind) {
            return Err(MediaError::PacketType(kind));
        }
        let length = 4 + 4 * usize::from(u16::from_be_bytes([high, low]));
        let body = rest.get(4..length).ok_or_else(|| short(length, rest))?;
        read_packet(kind, flags & 0x1F, body, &mut incoming)?;
        rest = &rest[length..];
        if rest.is_empty() {
            return Ok(incoming);
        }
    }
}

/// A moment as RTCP wants it: seconds since 1900, 32.32 fixed point.
pub fn ntp(at: UnixMillis) -> u64 {
    let millis = at.0.max(0) as u64;
    let seconds = millis / 1000 + SECONDS_1900_TO_1970;
    (seconds << 32) | (((millis % 1000) << 32) / 1000)
}

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
const CNAME: u8 = 1;
const SECONDS_1900_TO_1970: u64 = 2_208_988_800;
const SENDER_BYTES: usize = 20;
const BLOCK_BYTES: usize = 24;

fn write_report(outgoing: &Outgoing<'_>, out: &mut Vec<u8>) {
    let kind = if outgoing.sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
    packet(out, kind, u8::from(outgoing.block.is_some()), |body| {
        body.extend(outgoing.ssrc.to_be_bytes());
        if let Some(sender) = outgoing.sender {
            body.extend(sender.ntp.to_be_bytes());
            body.extend(sender.rtp_timestamp.to_be_bytes());
            body.extend(sender.packets.to_be_bytes());
            body.extend(sender.octets.to_be_bytes());
        }
        if let Some(block) = outgoing.block {
            write_block(&block, body);
        }
    });
}

fn write_block(block: &ReportBlock, body: &mut Vec<u8>) {
    let lost = block.lost.clamp(-0x80_0000, 0x7F_FFFF) as u32 & 0xFF_FFFF;
    body.extend(block.ssrc.to_be_bytes());
    body.extend((u32::from(block.fraction_lost) << 24 | lost).to_be_bytes());
    body.extend(block.highest_sequence.to_be_bytes());
    body.extend(block.jitter.to_be_bytes());
    body.extend(block.last_report.to_be_bytes());
    body.extend(block.delay_since_last_report.to_be_bytes());
}

fn write_name(outgoing: &Outgoing<'_>, out: &mut Vec<u8>) {
    let name = outgoing.cname.as_bytes();
    let name = &name[..name.len().min(255)];
    packet(out, DESCRIPTION, 1, |body| {
        body.extend(outgoing.ssrc.to_be_bytes());
        body.extend([CNAME, name.len() as u8]);
        body.extend(name);
        body.push(0);
    });
}

/// Writes one packet of a compound; its body is filled up to whole words.
fn packet(out: &mut Vec<u8>, kind: u8, count: u8, write_body: impl FnOnce(&mut Vec<u8>)) {
    let begin = out.len();
    out.extend([0x80 | count, kind, 0, 0]);
    write_body(out);
    out.resize(begin + (out.len() - begin).next_multiple_of(4), 0);
    let words = ((out.len() - begin) / 4 - 1) as u16;
    out[begin + 2..begin + 4].copy_from_slice(&words.to_be_bytes());
}

fn read_packet(kind: u8, count: u8, body: &[u8], incoming: &mut Incoming) -> Result<(), MediaError> {
    let blocks_at = match kind {
        SENDER_REPORT => 4 + SENDER_BYTES,
        RECEIVER_REPORT => 4,
        BYE => {
            incoming.bye = true;
            return Ok(());
        }
        _ => return Ok(()),
    };
    if body.len() < blocks_at {
        return Err(short(blocks_at, body));
    }
    incoming.ssrc = word(body, 0);
    if kind == SENDER_REPORT {
        incoming.sender = Some(read_sender(&body[4..]));
    }
    if count > 0 && incoming.block.is_none() {
        let block = body.get(blocks_at..blocks_at + BLOCK_BYTES);
        incoming.block = Some(read_block(block.ok_or_else(|| short(blocks_at + BLOCK_BYTES, body))?));
    }
    Ok(())
}

fn read_sender(body: &[u8]) -> SenderInfo {
    SenderInfo {
        ntp: u64::from(word(body, 0)) << 32 | u64::from(word(body, 4)),
        rtp_timestamp: word(body, 8),
        packets: word(body, 12),
        octets: word(body, 16),
    }
}

fn read_block(body: &[u8]) -> ReportBlock {
    ReportBlock {
        ssrc: word(body, 0),
        fraction_lost: body[4],
        lost: (word(body, 4) << 8) as i32 >> 8,
        highest_sequence: word(body, 8),
        jitter: word(body, 12),
        last_report: word(body, 16),
        delay_since_last_report: word(body, 20),
    }
}

fn word(body: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]])
}

fn short(expected: usize, found: &[u8]) -> MediaError {
    MediaError::TooShort { expected, found: found.len() }
}

//! The jitter buffer: packets go in as they come, a frame of 20 ms goes out at each tick.
//!
//! Its delay is measured against the fastest packet of the last 4 s, and steered towards what 95 of 100 packets need. It
//! grows at once and shrinks by a frame at a time, only in silence. A sender's clock that drifts moves the fastest
//! packet, so drift is corrected by the same rule. When the buffer runs dry, the line is held: what comes after a stall
//! is played, not dropped, and caught up in the next silence.

mod delays;
mod line;

use crate::rtp::Header;
use closare_terms::Millis;
use delays::Delays;
use line::{LINE_TICKS, Line, Mark};

/// One tick's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled<'a> {
    /// 160 bytes: 20 ms of payload.
    Frame { payload: &'a [u8], payload_type: u8 },
    /// Something was sent here, or may still come: conceal it.
    Lost,
    /// The sender was silent here, or has been gone for longer than concealing helps.
    Silence,
    /// The stream hasn't begun, or begins anew.
    NotYet,
}

/// Counts over the buffer's life, and its delay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterStats {
    pub received: u64,
    /// Came after their time, dropped.
    pub late: u64,
    pub duplicate: u64,
    /// Empty, or longer than 60 ms of audio.
    pub refused: u64,
    /// Frames given as `Lost`.
    pub lost_frames: u64,
    /// Frames of delay that were put in, and taken out.
    pub added_frames: u64,
    pub dropped_frames: u64,
    /// New SSRC, timestamp that went back, or sequence that jumped.
    pub resets: u64,
    /// Milliseconds that 95 of 100 packets need, 20 to 200.
    pub target_ms: u64,
    /// Milliseconds that a frame waits beside the fastest packet, when one was last there to be pulled.
    pub delay_ms: u64,
}

pub struct JitterBuffer {
    line: Line,
    delays: Delays,
    stream: Option<Stream>,
    /// Ticks that were concealed while nothing was there to play; they are taken off a gap that follows.
    held: i64,
    /// Frames in a row without audio.
    dry_frames: u32,
    /// Quiet frames in a row.
    quiet_frames: u32,
    frame: [u8; FRAME_TICKS as usize],
    stats: JitterStats,
}

impl Default for JitterBuffer {
    fn default() -> JitterBuffer {
        JitterBuffer::new()
    }
}

impl JitterBuffer {
    pub fn new() -> JitterBuffer {
        JitterBuffer {
            line: Line::new(),
            delays: Delays::new(),
            stream: None,
            held: 0,
            dry_frames: 0,
            quiet_frames: 0,
            frame: [0; FRAME_TICKS as usize],
            stats: JitterStats { target_ms: DELAY_MIN_MS, ..JitterStats::default() },
        }
    }

    /// Takes an audio packet, 10 to 60 ms long, or one of comfort noise (payload type 13).
    pub fn push(&mut self, arrival: Millis, header: &Header, payload: &[u8]) {
        if payload.is_empty() || payload.len() > PAYLOAD_BYTES_MAX {
            self.stats.refused += 1;
            return;
        }
        self.stats.received += 1;
        let (mut stream, at, step) = self.place(arrival, header);
        // A number out of order can't tell of a sender's clock that jumped: such a timestamp is wrong.
        if step > 0 || (0..LINE_TICKS).contains(&(stream.newest - at)) {
            self.delays.note(ticks(arrival) - at);
        }
        stream.highest_sequence = if step > 0 { header.sequence } else { stream.highest_sequence };
        self.close_gap(&mut stream, at, step);
        self.lay(&mut stream, at, header.payload_type, payload);
        self.stream = Some(stream);
    }

    /// Takes note of a packet of the same stream that holds no audio (a key): its sequence number isn't a loss.
    pub fn skip(&mut self, header: &Header) {
        if let Some(stream) = &mut self.stream
            && stream.ssrc == header.ssrc
            && header.sequence == stream.highest_sequence.wrapping_add(1)
        {
            stream.highest_sequence = header.sequence;
        }
    }

    /// Says whether the last frame was quiet. G.711 needs no such word; with G.722 the buffer can't see it.
    pub fn note_quiet(&mut self, quiet: bool) {
        self.quiet_frames = if quiet { self.quiet_frames + 1 } else { 0 };
    }

    /// The frame for this tick. Call it once each 20 ms.
    pub fn pop(&mut self, now: Millis) -> Pulled<'_> {
        let Some(mut stream) = self.stream else { return Pulled::NotYet };
        if now < stream.begins {
            return Pulled::NotYet;
        }
        let next = self.steer(&mut stream, now);
        self.stream = Some(stream);
        match next {
            Next::Play => self.play(),
            Next::HoldQuiet => Pulled::Silence,
            Next::Hold => self.conceal(),
            Next::Dry => self.run_dry(),
        }
    }

    pub fn stats(&self) -> JitterStats {
        self.stats
    }

    /// Forgets the stream: the next packet begins a new one.
    pub fn reset(&mut self) {
        self.line.clear();
        self.delays = Delays::new();
        self.stream = None;
        self.held = 0;
        self.dry_frames = 0;
        self.quiet_frames = 0;
        self.stats.resets += 1;
    }
}

const FRAME_TICKS: i64 = 160;
const TICKS_PER_MS: u64 = 8;
/// 60 ms.
const PAYLOAD_BYTES_MAX: usize = 480;
/// Delay of a new stream, before anything is known of its jitter.
const BEGIN_MS: u64 = 40;
const DELAY_MIN_MS: u64 = 20;
const DELAY_MAX_MS: u64 = 200;
/// A frame of 20 ms may need a packet that begins up to 19 ms after it, when packets are 10, 30 or 50 ms long.
const SPLIT_MS: u64 = 10;
/// A step in the sequence beyond these is a new beginning (RFC 3550 A.1).
const STEP_MAX: i16 = 3000;
const STEP_BACK_MAX: i16 = -100;
/// Payload type of comfort noise (RFC 3389).
const COMFORT_NOISE: u8 = 13;
/// Concealing for longer than 60 ms sounds like a robot.
const CONCEAL_FRAMES: u32 = 3;
/// G.722 frames that must be quiet before one may be dropped: the word about quiet comes a frame late.
const QUIET_FRAMES: u32 = 3;

/// A stream of one SSRC. Places on the line are the timestamp, unwrapped.
#[derive(Clone, Copy)]
struct Stream {
    ssrc: u32,
    begins: Millis,
    highest_sequence: u16,
    /// A timestamp and its place, to unwrap others by.
    timestamp: u32,
    place: i64,
    /// Place of the newest packet's begin, and the end of all audio.
    newest: i64,
    end: i64,
    /// Place of the next frame to play.
    play: i64,
    /// The sender said by comfort noise that it is silent.
    silent: bool,
}

enum Next {
    Play,
    Hold,
    HoldQuiet,
    Dry,
}

impl JitterBuffer {
    /// Finds the packet's place on the line, and its step from the newest sequence number; begins anew where it can't.
    fn place(&mut self, arrival: Millis, header: &Header) -> (Stream, i64, i16) {
        if let Some(mut stream) = self.stream {
            let step = header.sequence.wrapping_sub(stream.highest_sequence) as i16;
            let at = stream.place + i64::from(header.timestamp.wrapping_sub(stream.timestamp) as i32);
            let same = stream.ssrc == header.ssrc && (STEP_BACK_MAX..STEP_MAX).contains(&step);
            let backwards = step > 0 && at < stream.newest;
            if same && !backwards {
                if step > 0 {
                    (stream.timestamp, stream.place, stream.newest) = (header.timestamp, at, at);
                }
                return (stream, at, step);
            }
            self.reset();
        }
        let place = i64::from(header.timestamp);
        let stream = Stream {
            ssrc: header.ssrc,
            begins: arrival + Millis(BEGIN_MS),
            highest_sequence: header.sequence,
            timestamp: header.timestamp,
            place,
            newest: place,
            end: place,
            play: place,
            silent: false,
        };
        (stream, place, 0)
    }

    /// What lies between the end of the audio and a new packet: the sender's silence if no packet is missing. What was
    /// concealed while waiting for it is taken off.
    fn close_gap(&mut self, stream: &mut Stream, at: i64, step: i16) {
        if at < stream.end || step <= 0 {
            return;
        }
        if stream.end <= stream.play {
            let taken = (at - stream.play).clamp(0, self.held);
            stream.play += taken;
            self.held -= taken;
        }
        if at - stream.play >= LINE_TICKS - PAYLOAD_BYTES_MAX as i64 {
            self.line.clear();
            stream.play = at - ticks(Millis(self.target_ms()));
        } else if step == 1 {
            self.line.write_silence(stream.end.max(stream.play), at);
        }
    }

    fn lay(&mut self, stream: &mut Stream, at: i64, payload_type: u8, payload: &[u8]) {
        if payload_type == COMFORT_NOISE {
            stream.silent = true;
            return;
        }
        let to = at + payload.len() as i64;
        if to <= stream.play || at > stream.newest {
            self.stats.late += 1;
            return;
        }
        if to - stream.play > LINE_TICKS {
            self.line.erase(stream.play, to - LINE_TICKS);
            stream.play = to - LINE_TICKS;
        }
        let cut = (stream.play - at).max(0);
        let from = at + cut;
        self.stats.duplicate += u64::from(self.line.mark(from).payload_type().is_some());
        self.line.write(from, &payload[cut as usize..], Mark::audio(payload_type));
        stream.end = stream.end.max(to);
        stream.silent = false;
    }

    /// Moves the line so that the delay becomes what it should be, and says what this tick does.
    fn steer(&mut self, stream: &mut Stream, now: Millis) -> Next {
        let target = self.target_ms();
        let delay = (ticks(now) - stream.play - self.delays.base()) / TICKS_PER_MS as i64;
        self.stats.target_ms = target;
        let partial = stream.end < stream.play + FRAME_TICKS && self.held == 0;
        if stream.end <= stream.play || partial {
            self.held += FRAME_TICKS;
            return if stream.silent { Next::HoldQuiet } else { Next::Dry };
        }
        self.stats.delay_ms = delay.max(0) as u64;
        self.held = 0;
        let quiet = self.is_quiet(stream.play);
        let missing = target as i64 - delay;
        if missing >= 20 || (missing > 0 && quiet) {
            self.stats.added_frames += 1;
            return if quiet { Next::HoldQuiet } else { Next::Hold };
        }
        if missing <= -20 && quiet && stream.end >= stream.play + 2 * FRAME_TICKS {
            self.stats.dropped_frames += 1;
            self.line.erase(stream.play, stream.play + FRAME_TICKS);
            stream.play += FRAME_TICKS;
        }
        Next::Play
    }

    fn target_ms(&self) -> u64 {
        (self.delays.p95() as u64 / TICKS_PER_MS + SPLIT_MS).clamp(DELAY_MIN_MS, DELAY_MAX_MS)
    }

    /// Whether the frame at `from` holds nothing to hear.
    fn is_quiet(&self, from: i64) -> bool {
        (from..from + FRAME_TICKS).all(|tick| {
            let mark = self.line.mark(tick);
            match mark.payload_type() {
                Some(0) => !self.line.byte(tick) & 0x7F < QUIET_ULAW,
                Some(8) => (self.line.byte(tick) ^ 0x55) & 0x7F < QUIET_ALAW,
                Some(_) => self.quiet_frames >= QUIET_FRAMES,
                None => mark == Mark::SILENT,
            }
        })
    }

    /// Reads the frame at the play position and moves on.
    fn play(&mut self) -> Pulled<'_> {
        let Some(stream) = &mut self.stream else { return Pulled::NotYet };
        let from = stream.play;
        stream.play += FRAME_TICKS;
        stream.end = stream.end.max(stream.play);
        let marks = || (from..from + FRAME_TICKS).map(|tick| self.line.mark(tick));
        let payload_type = marks().find_map(Mark::payload_type);
        let silent = marks().all(|mark| mark == Mark::SILENT);
        if let Some(payload_type) = payload_type {
            self.copy(from, payload_type);
        }
        self.line.erase(from, from + FRAME_TICKS);
        match payload_type {
            Some(payload_type) => {
                self.dry_frames = 0;
                Pulled::Frame { payload: &self.frame, payload_type }
            }
            None if silent => Pulled::Silence,
            None => self.conceal(),
        }
    }

    fn copy(&mut self, from: i64, payload_type: u8) {
        let silence = crate::Codec::from_payload_type(payload_type).map_or(0xFF, crate::Codec::silence);
        for (tick, byte) in (from..).zip(&mut self.frame) {
            let known = self.line.mark(tick).payload_type() == Some(payload_type);
            *byte = if known { self.line.byte(tick) } else { silence };
        }
    }

    fn run_dry(&mut self) -> Pulled<'_> {
        if self.dry_frames >= CONCEAL_FRAMES { Pulled::Silence } else { self.conceal() }
    }

    fn conceal(&mut self) -> Pulled<'_> {
        self.dry_frames += 1;
        self.stats.lost_frames += 1;
        Pulled::Lost
    }
}

/// G.711 codes (as magnitudes) under which a sample is line noise: 200 of 32768, −44 dB.
const QUIET_ULAW: u8 = 0x14;
const QUIET_ALAW: u8 = 0x0C;

fn ticks(at: Millis) -> i64 {
    i64::try_from(at.0.saturating_mul(TICKS_PER_MS)).unwrap_or(i64::MAX / 2)
}

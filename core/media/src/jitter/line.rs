//! The received bytes, laid out by time: a ring in which a byte's place is its timestamp.
//!
//! All codecs of the line carry one byte per tick of the RTP timestamp, so packets of any length, in any order and twice
//! fall into place by themselves, and 20 ms can be read from anywhere.

/// Ticks that the ring spans: 1,024 ms.
pub const LINE_TICKS: i64 = 8192;

/// What is known of one tick.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mark(u8);

impl Mark {
    pub const EMPTY: Mark = Mark(0);
    /// The sender sent nothing here, and says so by its sequence numbers.
    pub const SILENT: Mark = Mark(255);

    pub fn audio(payload_type: u8) -> Mark {
        Mark((payload_type & 0x7F) + 1)
    }

    /// The payload type, if there is a byte of audio.
    pub fn payload_type(self) -> Option<u8> {
        (self != Mark::EMPTY && self != Mark::SILENT).then(|| self.0 - 1)
    }
}

pub struct Line {
    bytes: Box<[u8]>,
    marks: Box<[Mark]>,
}

impl Line {
    pub fn new() -> Line {
        Line {
            bytes: vec![0; LINE_TICKS as usize].into_boxed_slice(),
            marks: vec![Mark::EMPTY; LINE_TICKS as usize].into_boxed_slice(),
        }
    }

    pub fn clear(&mut self) {
        self.marks.fill(Mark::EMPTY);
    }

    pub fn mark(&self, at: i64) -> Mark {
        self.marks[slot(at)]
    }

    pub fn byte(&self, at: i64) -> u8 {
        self.bytes[slot(at)]
    }

    /// Puts a payload down from `at` on.
    pub fn write(&mut self, at: i64, payload: &[u8], mark: Mark) {
        for (tick, byte) in (at..).zip(payload) {
            self.bytes[slot(tick)] = *byte;
            self.marks[slot(tick)] = mark;
        }
    }

    /// Marks what is empty between `from` and `to` as the sender's silence.
    pub fn write_silence(&mut self, from: i64, to: i64) {
        for tick in from..to {
            let mark = &mut self.marks[slot(tick)];
            if *mark == Mark::EMPTY {
                *mark = Mark::SILENT;
            }
        }
    }

    /// Forgets `from` up to `to`; the ring can be used again there.
    pub fn erase(&mut self, from: i64, to: i64) {
        if to - from >= LINE_TICKS {
            return self.clear();
        }
        for tick in from..to {
            self.marks[slot(tick)] = Mark::EMPTY;
        }
    }
}

fn slot(at: i64) -> usize {
    at.rem_euclid(LINE_TICKS) as usize
}

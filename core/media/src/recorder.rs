//! Recording: both sides on one clock, and a header that says which side is a machine.

use crate::wav;
use closare_terms::Millis;

/// Lays both sides of a call into one stream of stereo samples: the caller left, the agent right.
///
/// A frame's place is its time, not the count of frames before it, so that an hour later the recording is still in time.
/// Ticks come a little early or late; they count as in time while they are within a frame, so that no click is made.
pub struct StereoMixer {
    rate: u32,
    zero: Millis,
    /// Stereo frames that were given out.
    written: u64,
    out: Vec<i16>,
}

impl StereoMixer {
    /// A recording at `rate` samples a second that begins at `zero` on the call's clock.
    pub fn new(rate: u32, zero: Millis) -> StereoMixer {
        StereoMixer { rate, zero, written: 0, out: Vec::new() }
    }

    /// Places a frame of both sides that begins at `at`; the shorter side is filled up with silence. Gives what is to be
    /// written next, interleaved: silence for a gap first. A gap of more than 10 s comes in several pieces, one a call.
    pub fn place(&mut self, at: Millis, caller: &[i16], agent: &[i16]) -> &[i16] {
        self.out.clear();
        let due = at.since(self.zero).0.saturating_mul(u64::from(self.rate)) / 1000;
        let slack = u64::from(self.rate) * crate::FRAME_MS / 1000;
        let length = caller.len().max(agent.len());
        let mut skipped = 0;
        if due > self.written + slack {
            let gap = (due - self.written).min(u64::from(self.rate) * GAP_SECS_MAX);
            self.out.resize(2 * gap as usize, 0);
        } else if due + slack < self.written {
            skipped = length.min((self.written - due) as usize);
        }
        let side = |samples: &[i16], index: usize| samples.get(index).copied().unwrap_or(0);
        for index in skipped..length {
            self.out.push(side(caller, index));
            self.out.push(side(agent, index));
        }
        self.written += self.out.len() as u64 / 2;
        &self.out
    }

    /// Bytes given out so far, as the header wants them.
    pub fn data_bytes(&self) -> u32 {
        u32::try_from(self.written * 4).unwrap_or(u32::MAX)
    }
}

/// What the file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Name and version of the engine.
    pub engine: String,
    pub comment: String,
}

impl Marks {
    /// The mark of a recording whose second channel was made by AI.
    pub fn ai_on_channel_2(engine: &str) -> Marks {
        Marks { engine: engine.to_owned(), comment: "AI-generated speech on channel 2".to_owned() }
    }
}

/// The header of a WAV file of 16-bit samples, marked in `LIST INFO` and, for broadcasters' tools, in `bext`.
///
/// For the same marks it always has the same length: write it again over the old one, with what `data_bytes` has become,
/// each second, and the file can be read also when its writer was killed.
pub fn wav_header(rate: u32, channels: u16, data_bytes: u32, marks: &Marks) -> Vec<u8> {
    let mut chunks = chunk(b"bext", &broadcast_extension(marks));
    chunks.extend(chunk(b"LIST", &info_list(marks)));
    wav::header(rate, channels, data_bytes, &chunks)
}

/// Bounds what one call of `place` gives; a tick can't be that far ahead but after a stall.
const GAP_SECS_MAX: u64 = 10;

fn info_list(marks: &Marks) -> Vec<u8> {
    let text = |value: &str| [value.as_bytes(), b"\0"].concat();
    let mut list = b"INFO".to_vec();
    list.extend(chunk(b"ISFT", &text(&marks.engine)));
    list.extend(chunk(b"ICMT", &text(&marks.comment)));
    list
}

/// EBU Tech 3285: description and originator, the rest empty.
fn broadcast_extension(marks: &Marks) -> Vec<u8> {
    const DESCRIPTION: usize = 256;
    const ORIGINATOR: usize = 32;
    const ALL: usize = 602;
    let mut body = vec![0; ALL];
    put(&mut body[..DESCRIPTION], &marks.comment);
    put(&mut body[DESCRIPTION..DESCRIPTION + ORIGINATOR], &marks.engine);
    body
}

fn put(field: &mut [u8], value: &str) {
    for (place, byte) in field.iter_mut().zip(value.bytes()) {
        *place = byte;
    }
}

/// A RIFF chunk, padded to an even length.
fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = name.to_vec();
    out.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(body);
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

//! What was on the line: both sides for a recording, and the agent's for the caller's ear.

use closare_media::Exact;
use closare_media::recorder::{Marks, StereoMixer, wav_header};
use closare_telephony::{Frame, Tap};
use closare_terms::Millis;
use std::sync::{Arc, Mutex, PoisonError};

/// Cheap to clone; the line writes, others read.
#[derive(Clone, Default)]
pub struct Tape(Arc<Mutex<Reel>>);

#[derive(Default)]
struct Reel {
    rate: u32,
    mixer: Option<StereoMixer>,
    /// The caller left, the agent right.
    both: Vec<i16>,
    /// The agent at 16 kHz.
    heard: Vec<i16>,
    to_heard: Option<Exact>,
    wide: Vec<i16>,
    /// When `heard` begins.
    heard_from: Millis,
}

const FRAME: Millis = Millis(closare_media::FRAME_MS);
const HEARD_RATE: u32 = 16_000;
const HEARD_PER_MS: u64 = 16;

impl Tape {
    /// The audio thread holds the lock for a copy of 20 ms; who reads holds it for a copy of a turn.
    pub fn tap(&self) -> Box<dyn Tap> {
        let tape = self.clone();
        Box::new(move |frame: &Frame<'_>| tape.with(|reel| reel.take(frame)))
    }

    /// What the agent said between two moments, at 16 kHz.
    pub fn heard(&self, from: Millis, to: Millis) -> Vec<i16> {
        self.with(|reel| {
            let place = |at: Millis| (at.since(reel.heard_from).0 * HEARD_PER_MS) as usize;
            let (begin, end) = (place(from).min(reel.heard.len()), place(to).min(reel.heard.len()));
            reel.heard[begin.min(end)..end].to_vec()
        })
    }

    /// A WAV file of both sides. It says that the second was made by AI.
    pub fn wav(&self) -> Vec<u8> {
        self.with(|reel| {
            let marks = Marks::ai_on_channel_2(concat!("Closare ", env!("CARGO_PKG_VERSION")));
            let bytes = u32::try_from(reel.both.len() * 2).unwrap_or(u32::MAX);
            let mut wav = wav_header(reel.rate.max(8_000), 2, bytes, &marks);
            wav.extend(reel.both.iter().flat_map(|sample| sample.to_le_bytes()));
            wav
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Reel) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reel {
    /// Who dials hears the agent as the line's caller, and is itself what the line sends.
    fn take(&mut self, frame: &Frame<'_>) {
        let begin = frame.at.since(FRAME);
        if self.mixer.is_none() {
            (self.rate, self.heard_from) = (frame.rate, begin);
        }
        let mixer = self.mixer.get_or_insert_with(|| StereoMixer::new(frame.rate, begin));
        self.both.extend_from_slice(mixer.place(begin, frame.agent, frame.caller));
        // A frame that was skipped leaves its place silent, so that a place in the list stays a time.
        let due = (begin.since(self.heard_from).0 * HEARD_PER_MS) as usize;
        let slack = (FRAME.0 * HEARD_PER_MS) as usize;
        if due > self.heard.len() + slack {
            self.heard.resize(due, 0);
        }
        let to_heard = self.to_heard.get_or_insert_with(|| Exact::new(frame.rate, HEARD_RATE));
        to_heard.convert(frame.caller, &mut self.wide);
        self.heard.extend_from_slice(&self.wide);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(at: u64, caller: &[i16], agent: &[i16]) -> impl Fn(&mut dyn Tap) {
        let (caller, agent) = (caller.to_vec(), agent.to_vec());
        move |tap| {
            tap.frame(&Frame {
                at: Millis(at),
                rate: 16_000,
                caller: &caller,
                agent: &agent,
                caller_speaking: false,
                key_down: false,
            });
        }
    }

    #[test]
    fn sides_and_times() {
        let tape = Tape::default();
        let mut tap = tape.tap();
        frame(1_020, &[5; 320], &[7; 320])(tap.as_mut());
        frame(1_100, &[6; 320], &[8; 320])(tap.as_mut());
        assert_eq!(tape.heard(Millis(1_000), Millis(1_020)), [5; 320]);
        assert_eq!(tape.heard(Millis(1_080), Millis(9_000)), [6; 320]);
        assert_eq!(tape.heard(Millis(1_040), Millis(1_060)), [0; 320]);
        assert!(tape.heard(Millis(9_000), Millis(1_000)).is_empty());
        let (rate, mixed) = closare_media::wav::read(&tape.wav()).unwrap();
        assert_eq!((rate, mixed.len(), mixed[0]), (16_000, 1_600, 6));
    }
}

//! The end of the ears that the audio thread holds.

use closare_telephony::{Frame, Tap};
use closare_terms::Millis;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Batches that may wait for who hears: three seconds, a pause among them. More are lost, and counted.
const BATCHES_MAX: usize = 50;
/// Frames in a batch: a plugin is called, and a vendor written to, a fifth as often.
const BATCH_FRAMES: usize = 5;
/// Frames that come singly once the caller pauses: half a second, in which most turns are found to be over. The batch under way
/// would be up to 80 ms of the caller's wait.
const PAUSE_FRAMES: usize = 25;
/// Batches that were heard and wait to be filled again; as many are under way, mostly.
const SPENT_MAX: usize = 4;

/// Frames one after the other.
#[derive(Default)]
pub struct Batch {
    rate: u32,
    /// When each frame ends.
    ends: Vec<Millis>,
    caller: Vec<i16>,
    /// As long as `caller`.
    agent: Vec<i16>,
    /// Of each frame: the caller speaks in it.
    speaks: Vec<bool>,
}

/// A frame of a batch.
pub struct One<'a> {
    pub ends: Millis,
    pub caller: &'a [i16],
    pub agent: &'a [i16],
    pub speaks: bool,
}

impl Batch {
    /// The frames that end after this moment: a batch may have begun before somebody was allowed to hear.
    pub fn after(&self, from: Millis) -> Frames<'_> {
        let length = self.caller.len() / self.ends.len().max(1);
        let skipped = self.ends.iter().take_while(|at| **at <= from).count();
        let (caller, agent) = (&self.caller[skipped * length..], &self.agent[skipped * length..]);
        let (ends, speaks) = (&self.ends[skipped..], &self.speaks[skipped..]);
        Frames { rate: self.rate, length, ends, caller, agent, speaks }
    }

    fn add(&mut self, frame: &Frame<'_>) {
        self.rate = frame.rate;
        self.ends.push(frame.at);
        self.caller.extend_from_slice(frame.caller);
        let agent = &frame.agent[..frame.agent.len().min(frame.caller.len())];
        self.agent.extend_from_slice(agent);
        self.agent.resize(self.caller.len(), 0);
        self.speaks.push(frame.caller_speaking);
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.caller.clear();
        self.agent.clear();
        self.speaks.clear();
    }
}

/// Some of a batch.
pub struct Frames<'a> {
    pub rate: u32,
    length: usize,
    pub ends: &'a [Millis],
    pub caller: &'a [i16],
    agent: &'a [i16],
    speaks: &'a [bool],
}

impl<'a> Frames<'a> {
    pub fn each(&self) -> impl Iterator<Item = One<'a>> {
        let length = self.length.max(1);
        let sides = self.caller.chunks(length).zip(self.agent.chunks(length));
        let told = self.ends.iter().zip(self.speaks);
        told.zip(sides).map(|((ends, speaks), (caller, agent))| One {
            ends: *ends,
            caller,
            agent,
            speaks: *speaks,
        })
    }
}

/// Fills batches. Once some have come back, it allocates nothing.
pub struct EarTap {
    batch: Box<Batch>,
    /// Boxes: a channel makes room for many of what it carries.
    batches: mpsc::Sender<Box<Batch>>,
    spent: mpsc::Receiver<Box<Batch>>,
    lost: Arc<AtomicU64>,
    speaking: bool,
    /// Frames of this pause that are still to come singly.
    singly: usize,
}

/// The other end.
pub struct Batches {
    pub filled: mpsc::Receiver<Box<Batch>>,
    spent: mpsc::Sender<Box<Batch>>,
    lost: Arc<AtomicU64>,
}

pub fn tap() -> (EarTap, Batches) {
    let (batches, filled) = mpsc::channel(BATCHES_MAX);
    let (give_back, spent) = mpsc::channel(SPENT_MAX);
    let lost = Arc::new(AtomicU64::new(0));
    let tap =
        EarTap { batch: Box::default(), batches, spent, lost: lost.clone(), speaking: false, singly: 0 };
    (tap, Batches { filled, spent: give_back, lost })
}

impl Batches {
    /// A batch that was heard.
    pub fn give_back(&self, mut batch: Box<Batch>) {
        batch.clear();
        // Without room for it it was one too many.
        let _ = self.spent.try_send(batch);
    }

    /// Frames that there was no room for.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl Tap for EarTap {
    fn frame(&mut self, frame: &Frame<'_>) {
        if self.speaking && !frame.caller_speaking {
            self.singly = PAUSE_FRAMES;
        }
        self.speaking = frame.caller_speaking;
        self.batch.add(frame);
        if self.singly > 0 || self.batch.ends.len() == BATCH_FRAMES {
            self.singly = self.singly.saturating_sub(1);
            self.send();
        }
    }
}

impl EarTap {
    fn send(&mut self) {
        let next = self.spent.try_recv().unwrap_or_default();
        let batch = std::mem::replace(&mut self.batch, next);
        let frames = batch.ends.len() as u64;
        if self.batches.try_send(batch).is_err() {
            self.lost.fetch_add(frames, Ordering::Relaxed);
        }
    }
}

impl Drop for EarTap {
    fn drop(&mut self) {
        if !self.batch.ends.is_empty() {
            self.send();
        }
    }
}

#[cfg(test)]
impl Batch {
    /// Of one frame.
    pub fn of(at: Millis, caller: &[i16], caller_speaking: bool) -> Batch {
        let mut batch = Batch::default();
        batch.add(&Frame { at, rate: 8_000, caller, agent: &[], caller_speaking, key_down: false });
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(tap: &mut EarTap, at: u64, sample: i16) {
        hear_voice(tap, at, sample, false);
    }

    fn hear_voice(tap: &mut EarTap, at: u64, sample: i16, caller_speaking: bool) {
        tap.frame(&Frame {
            at: Millis(at),
            rate: 8_000,
            caller: &[sample; 160],
            agent: &[-sample; 160],
            caller_speaking,
            key_down: false,
        });
    }

    #[test]
    fn frames_come_five_at_a_time_and_the_last_when_the_line_is_gone() {
        let (mut tap, mut batches) = tap();
        for frame in 1..=6 {
            hear(&mut tap, 20 * frame, frame as i16);
        }
        drop(tap);
        let first = batches.filled.try_recv().unwrap();
        assert_eq!((first.rate, &first.ends[..]), (8_000, &[20, 40, 60, 80, 100].map(Millis)[..]));
        assert_eq!((first.caller[0], first.caller[799], first.caller.len()), (1, 5, 800));
        let after = first.after(Millis(80));
        assert_eq!((after.rate, after.ends, after.caller), (8_000, &[Millis(100)][..], &[5; 160][..]));
        let sides: Vec<_> = after.each().map(|one| (one.ends, one.caller, one.agent)).collect();
        assert_eq!(sides, [(Millis(100), &[5; 160][..], &[-5; 160][..])]);
        assert_eq!(first.after(Millis(100)).each().count(), 0);
        assert_eq!(batches.filled.try_recv().unwrap().ends, [Millis(120)]);
        assert!(batches.filled.try_recv().is_err());
    }

    #[test]
    fn a_pause_is_heard_frame_by_frame() {
        let (mut tap, mut batches) = tap();
        let mut heard = |frames: std::ops::Range<u64>, speaking: bool| -> Vec<usize> {
            frames.for_each(|frame| hear_voice(&mut tap, 20 * frame, 1, speaking));
            std::iter::from_fn(|| batches.filled.try_recv().ok()).map(|batch| batch.ends.len()).collect()
        };
        assert_eq!(heard(0..12, true), [5, 5]);
        // What was under way goes with the pause's first frame.
        assert_eq!(heard(12..13, false), [3]);
        assert_eq!(heard(13..37, false), [1; 24]);
        assert_eq!(heard(37..47, false), [5, 5]);
        assert!(heard(47..49, true).is_empty());
        assert_eq!(heard(49..51, false), [3, 1]);
        // Where the caller goes on, the half second does, too.
        assert_eq!(heard(51..53, true), [1, 1]);
    }

    #[test]
    fn a_batch_that_comes_back_is_filled_again() {
        let (mut tap, mut batches) = tap();
        let mut places = Vec::new();
        for frame in 1..=50 {
            hear(&mut tap, 20 * frame, 1);
            if let Ok(batch) = batches.filled.try_recv() {
                places.push(batch.caller.as_ptr());
                batches.give_back(batch);
            }
        }
        assert_eq!((places.len(), &places[2..4]), (10, &places[4..6]));
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let (mut tap, batches) = tap();
        for frame in 1..=(BATCH_FRAMES * (BATCHES_MAX + 2)) as u64 {
            hear(&mut tap, 20 * frame, 1);
        }
        assert_eq!(batches.lost(), 10);
    }
}

//! What is said over a media stream. The other end plays what it gets, one frame after the other, so frames are sent a little ahead
//! of time: its network may hesitate, but what an interruption throws away is short, and `clear` is quick. What the caller heard is
//! known by marks, which come back when all before them was played, and between two marks by the clock. Pure: the time is
//! handed in.

use super::marks::Marks;
use closare_media::{Playout, Tick};
use closare_terms::Millis;
use std::collections::{BTreeMap, VecDeque};

/// How far ahead of its playing a frame is sent: up to `LEAD` once `LEAD_MIN` is left, so that six frames leave together.
const LEAD: Millis = Millis(220);
const LEAD_MIN: Millis = Millis(120);
const FRAME: Millis = Millis(20);
/// Frames between two marks: a second.
const MARK_EVERY: u32 = 50;
/// A mark that isn't back so long after its time won't come: some who speak this protocol send none.
const MARK_MAX: Millis = Millis(2_000);

/// What is to be sent, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Out {
    /// [`Ahead::samples`] hold it.
    Frame,
    Mark(String),
    Clear,
}

/// What became of an utterance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Its first frame is on the wire.
    Playing {
        utterance: u32,
    },
    Played {
        utterance: u32,
        samples: u64,
        complete: bool,
    },
}

pub struct Ahead {
    playout: Playout,
    /// The frame of the last [`Out::Frame`].
    pub samples: Vec<i16>,
    /// Utterances of which nobody was told that they are over, and what of each was surely played.
    open: BTreeMap<u32, u64>,
    /// What was sent, and isn't known to be played.
    sent: VecDeque<Sent>,
    /// When all that was sent will have been played.
    plays_until: Millis,
    /// `LEAD_MIN` was reached, and `LEAD` isn't yet.
    filling: bool,
    marks: Marks,
    since_mark: u32,
    out: VecDeque<Out>,
    told: VecDeque<Told>,
}

/// A frame, or an end.
#[derive(Clone, Copy, Debug)]
struct Sent {
    utterance: u32,
    /// Of the utterance, up to and with this frame.
    samples: u64,
    plays_until: Millis,
    ends: bool,
}

impl Ahead {
    /// For audio at `rate` samples a second.
    pub fn new(rate: u32) -> Ahead {
        Ahead {
            playout: Playout::without_fade(rate),
            samples: vec![0; (rate / 50) as usize],
            open: BTreeMap::new(),
            sent: VecDeque::new(),
            plays_until: Millis::ZERO,
            filling: true,
            marks: Marks::default(),
            since_mark: 0,
            out: VecDeque::new(),
            told: VecDeque::new(),
        }
    }

    pub fn begin(&mut self, utterance: u32) {
        if self.playout.begin(utterance) {
            self.open.insert(utterance, 0);
        }
    }

    pub fn append(&mut self, utterance: u32, samples: &[i16]) {
        self.playout.append(utterance, samples);
    }

    pub fn finish(&mut self, utterance: u32) {
        self.playout.finish(utterance);
    }

    /// Samples of an utterance that were sent.
    pub fn sent_samples(&self, utterance: u32) -> u64 {
        self.playout.played(utterance)
    }

    /// When all that was sent will have been played.
    pub fn plays_until(&self) -> Millis {
        self.plays_until
    }

    /// The next thing to send; `None` if there is none before [`Ahead::wake`].
    pub fn next(&mut self, now: Millis) -> Option<Out> {
        if let Some(out) = self.out.pop_front() {
            return Some(out);
        }
        self.give_marks_up(now);
        self.filling = self.plays_until <= now + if self.filling { LEAD } else { LEAD_MIN };
        if !self.filling || !self.playout.has_next() {
            return None;
        }
        let tick = self.playout.next(&mut self.samples);
        let sounds = !self.playout.is_silent();
        self.note(&tick, sounds, now);
        if sounds { Some(Out::Frame) } else { self.out.pop_front() }
    }

    /// When [`Ahead::next`] has something without anything new coming in.
    pub fn wake(&self) -> Option<Millis> {
        let frame = self.playout.has_next().then(|| self.plays_until.since(LEAD_MIN));
        let end = self.sent.iter().find(|sent| sent.ends);
        [frame, end.map(|end| end.plays_until + MARK_MAX)].into_iter().flatten().min()
    }

    pub fn told(&mut self) -> Option<Told> {
        self.told.pop_front()
    }

    /// A mark has come back: what was sent before it was played.
    pub fn marked(&mut self, name: &str, now: Millis) {
        if let Some(due) = self.marks.came(name, now) {
            self.played_until(due);
        }
    }

    /// Drops these utterances: what the caller heard of them is what was played by now.
    pub fn stop(&mut self, up_to: u32, now: Millis) {
        self.playout.stop(up_to);
        self.played_until(now.since(self.marks.late()));
        let stopped: Vec<(u32, u64)> =
            self.open.range(..=up_to).map(|(id, samples)| (*id, *samples)).collect();
        for (utterance, samples) in stopped {
            self.open.remove(&utterance);
            self.told.push_back(Told::Played { utterance, samples, complete: false });
        }
        let others = self.sent.iter().any(|sent| sent.utterance > up_to);
        self.sent.retain(|sent| sent.utterance > up_to);
        // `clear` drops all that waits there, so what was begun since is left to follow the little that is left.
        if !others && self.plays_until > now {
            self.out.clear();
            self.out.push_back(Out::Clear);
            self.marks.forget();
            self.plays_until = now;
        }
    }

    /// Everything, as at the call's end.
    pub fn stop_all(&mut self, now: Millis) {
        if let Some(last) = self.open.keys().next_back().copied() {
            self.stop(last, now);
        }
    }

    fn note(&mut self, tick: &Tick, sounds: bool, now: Millis) {
        if let Some(utterance) = tick.started {
            self.told.push_back(Told::Playing { utterance });
        }
        if sounds {
            self.plays_until = self.plays_until.max(now) + FRAME;
            self.since_mark += 1;
        }
        if let Some(utterance) = tick.speaking.filter(|_| sounds) {
            self.sent_frame(utterance, self.playout.played(utterance), false);
        }
        for end in tick.ended.iter().filter(|end| end.complete) {
            self.sent_frame(end.utterance, end.samples_played, true);
        }
    }

    fn sent_frame(&mut self, utterance: u32, samples: u64, ends: bool) {
        self.sent.push_back(Sent { utterance, samples, plays_until: self.plays_until, ends });
        if ends || self.since_mark >= MARK_EVERY {
            self.since_mark = 0;
            self.out.push_back(Out::Mark(self.marks.set(utterance, self.plays_until)));
        }
    }

    /// All that ends by this time was played.
    fn played_until(&mut self, until: Millis) {
        while let Some(first) = self.sent.front().copied().filter(|first| first.plays_until <= until) {
            self.sent.pop_front();
            let Some(played) = self.open.get_mut(&first.utterance) else { continue };
            *played = first.samples;
            if first.ends {
                self.open.remove(&first.utterance);
                let Sent { utterance, samples, .. } = first;
                self.told.push_back(Told::Played { utterance, samples, complete: true });
            }
        }
    }

    fn give_marks_up(&mut self, now: Millis) {
        let overdue = |sent: &&Sent| sent.ends && sent.plays_until + MARK_MAX <= now;
        if let Some(end) = self.sent.iter().rfind(overdue) {
            self.played_until(end.plays_until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An utterance of so many frames, whole.
    fn say(ahead: &mut Ahead, utterance: u32, frames: usize) {
        ahead.begin(utterance);
        ahead.append(utterance, &vec![1; frames * 160]);
        ahead.finish(utterance);
    }

    fn all(ahead: &mut Ahead, now: u64) -> Vec<Out> {
        std::iter::from_fn(|| ahead.next(Millis(now))).collect()
    }

    fn told(ahead: &mut Ahead) -> Vec<Told> {
        std::iter::from_fn(|| ahead.told()).collect()
    }

    fn played(utterance: u32, frames: u64, complete: bool) -> Told {
        Told::Played { utterance, samples: frames * 160, complete }
    }

    #[test]
    fn frames_go_ahead_of_their_time_and_an_end_is_known_by_its_mark() {
        let mut ahead = Ahead::new(8_000);
        assert_eq!((ahead.next(Millis(0)), ahead.wake()), (None, None));
        say(&mut ahead, 1, 15);
        // 220 ms ahead, and the frame that is being played.
        assert_eq!(all(&mut ahead, 1_000).len(), 12);
        assert_eq!((ahead.wake(), all(&mut ahead, 1_119)), (Some(Millis(1_120)), vec![]));
        let rest = [Out::Frame, Out::Frame, Out::Frame, Out::Mark("u1.1".to_owned())];
        assert_eq!(all(&mut ahead, 1_120), rest);
        assert_eq!(told(&mut ahead), [Told::Playing { utterance: 1 }]);
        ahead.marked("u9.9", Millis(1_260));
        assert_eq!(told(&mut ahead), []);
        ahead.marked("u1.1", Millis(1_350));
        assert_eq!(told(&mut ahead), [played(1, 15, true)]);
    }

    #[test]
    fn what_was_heard_at_a_stop_goes_by_the_clock() {
        let mut ahead = Ahead::new(8_000);
        say(&mut ahead, 1, 100);
        all(&mut ahead, 0);
        assert_eq!(all(&mut ahead, 120).len(), 6);
        ahead.stop(1, Millis(120));
        assert_eq!(told(&mut ahead), [Told::Playing { utterance: 1 }, played(1, 6, false)]);
        assert_eq!(all(&mut ahead, 120), [Out::Clear]);
        // What comes next begins at once.
        say(&mut ahead, 2, 1);
        assert_eq!(all(&mut ahead, 130), [Out::Frame, Out::Mark("u2.1".to_owned())]);
    }

    #[test]
    fn a_line_that_hesitates_has_played_less() {
        let mut ahead = Ahead::new(8_000);
        say(&mut ahead, 1, 200);
        for now in (0..2_400).step_by(20) {
            all(&mut ahead, now);
        }
        ahead.marked("u1.1", Millis(1_050));
        ahead.marked("u1.2", Millis(2_250));
        told(&mut ahead);
        // The first mark came 50 ms after its time, the second 250: the line is 200 ms behind.
        ahead.stop(1, Millis(2_400));
        assert_eq!(told(&mut ahead), [played(1, 110, false)]);
    }

    #[test]
    fn marks_that_never_come_are_given_up() {
        let mut ahead = Ahead::new(8_000);
        say(&mut ahead, 1, 1);
        all(&mut ahead, 0);
        told(&mut ahead);
        assert_eq!(ahead.wake(), Some(Millis(2_020)));
        assert_eq!((ahead.next(Millis(2_020)), told(&mut ahead)), (None, vec![played(1, 1, true)]));
        assert_eq!(ahead.wake(), None);
    }

    #[test]
    fn an_utterance_without_audio_ends_after_what_was_said_before_it() {
        let mut ahead = Ahead::new(8_000);
        say(&mut ahead, 1, 0);
        assert_eq!(all(&mut ahead, 0), [Out::Mark("u1.1".to_owned())]);
        ahead.marked("u1.1", Millis(90));
        assert_eq!(told(&mut ahead), [played(1, 0, true)]);
    }

    proptest! {
        /// Whatever comes in which order: each utterance is told to be over once, and of none is more told than was said.
        #[test]
        fn every_utterance_is_over_once(steps in prop::collection::vec((0u8..6, 0usize..40, 0u64..400), 1..60)) {
            let mut ahead = Ahead::new(8_000);
            let (mut now, mut utterance) = (0, 0);
            let mut said = BTreeMap::new();
            let mut marks = VecDeque::new();
            let mut over = BTreeMap::new();
            for (kind, frames, later) in steps {
                now += later;
                match kind {
                    0..=2 => {
                        utterance += 1;
                        said.insert(utterance, frames as u64 * 160);
                        say(&mut ahead, utterance, frames);
                    }
                    3 => ahead.stop(utterance.saturating_sub(frames as u32 % 2), Millis(now)),
                    _ => for name in marks.drain(..) { ahead.marked(&String::from(name), Millis(now)) },
                }
                for out in all(&mut ahead, now) {
                    match out {
                        Out::Mark(name) => marks.push_back(name),
                        Out::Clear => marks.clear(),
                        Out::Frame => {}
                    }
                }
                for told in told(&mut ahead) {
                    if let Told::Played { utterance, samples, complete } = told {
                        prop_assert!(samples <= said[&utterance] && (!complete || samples == said[&utterance]));
                        prop_assert!(over.insert(utterance, samples).is_none(), "{utterance} is over twice");
                    }
                }
            }
            for _ in 0..2_000 {
                now += 100;
                all(&mut ahead, now);
            }
            over.extend(told(&mut ahead).into_iter().filter_map(|told| match told {
                Told::Played { utterance, samples, .. } => Some((utterance, samples)),
                Told::Playing { .. } => None,
            }));
            prop_assert_eq!(over.len(), said.len());
        }
    }
}

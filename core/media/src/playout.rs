//! What the agent says, waiting to be sent: utterances in order, a frame at each tick, every sample accounted for.
//!
//! Utterances are numbered upwards. One that was stopped stays stopped: audio that still comes for it is refused by its
//! number. Only samples that went out in time count as played; the short fade after a stop doesn't.

use std::collections::VecDeque;

/// What one frame was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// The utterance that is being said, also while its audio is awaited.
    pub speaking: Option<u32>,
    /// The first frame of this utterance is the one that leaves now.
    pub started: Option<u32>,
    /// Utterances whose last frame is the one that leaves now, or that were stopped since the last tick. More than
    /// four at once wait for the next tick.
    pub ended: EndedList,
    /// An utterance has begun, isn't finished, and has no full frame of audio waiting: silence goes out.
    pub starved: bool,
}

/// How an utterance ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    pub utterance: u32,
    pub samples_played: u64,
    /// It was finished, and every sample of it was played.
    pub complete: bool,
}

/// Up to four `Ended`, without allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndedList {
    items: [Ended; ENDED_MAX],
    len: usize,
}

impl EndedList {
    pub fn as_slice(&self) -> &[Ended] {
        &self.items[..self.len]
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Ended> {
        self.as_slice().iter()
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn take_from(&mut self, waiting: &mut VecDeque<Ended>) {
        while self.len < ENDED_MAX
            && let Some(ended) = waiting.pop_front()
        {
            self.items[self.len] = ended;
            self.len += 1;
        }
    }
}

pub struct Playout {
    queue: VecDeque<Utterance>,
    /// Utterances up to this one are stopped.
    stopped: Option<u32>,
    newest: Option<u32>,
    ended: VecDeque<Ended>,
    /// The last that ended, newest last, for `played`.
    past: VecDeque<Ended>,
    fade: Fade,
    starved_frames: u64,
    /// Samples of a frame: 20 ms.
    frame: usize,
    /// The last frame held no audio.
    silent: bool,
}

impl Playout {
    /// For audio at `rate` samples a second.
    pub fn new(rate: u32) -> Playout {
        Playout::with_fade(rate, Fade::new(rate))
    }

    /// For a line that is cut at its other end: a stop has nothing to fade.
    pub fn without_fade(rate: u32) -> Playout {
        Playout::with_fade(rate, Fade { length: 0, samples: Vec::new() })
    }

    fn with_fade(rate: u32, fade: Fade) -> Playout {
        Playout {
            queue: VecDeque::with_capacity(QUEUE),
            stopped: None,
            newest: None,
            ended: VecDeque::with_capacity(QUEUE),
            past: VecDeque::with_capacity(PAST),
            fade,
            starved_frames: 0,
            frame: (rate / 50) as usize,
            silent: true,
        }
    }

    /// Opens an utterance at the end of the queue. False if its number isn't above all that were opened or stopped.
    pub fn begin(&mut self, utterance: u32) -> bool {
        if self.newest.max(self.stopped).is_some_and(|taken| utterance <= taken) {
            return false;
        }
        self.newest = Some(utterance);
        self.queue.push_back(Utterance::new(utterance));
        true
    }

    /// Adds audio to an open utterance. False if it isn't open (never begun, finished, stopped): the audio is dropped.
    pub fn append(&mut self, utterance: u32, samples: &[i16]) -> bool {
        match self.open(utterance) {
            Some(open) => {
                open.samples.extend(samples);
                true
            }
            None => false,
        }
    }

    /// No more audio comes for this utterance.
    pub fn finish(&mut self, utterance: u32) -> bool {
        match self.open(utterance) {
            Some(open) => {
                open.finished = true;
                true
            }
            None => false,
        }
    }

    /// Drops this utterance and all older ones; the next frame has no audio of them but a fade of 5 ms.
    pub fn stop(&mut self, utterance: u32) {
        self.stopped = self.stopped.max(Some(utterance));
        while let Some(front) = self.queue.front_mut()
            && front.id <= utterance
        {
            self.fade.catch(front);
            let ended = Ended { utterance: front.id, samples_played: front.played, complete: false };
            self.queue.pop_front();
            self.end(ended);
        }
    }

    /// Drops all that waits.
    pub fn stop_all(&mut self) {
        if let Some(newest) = self.newest {
            self.stop(newest);
        }
    }

    /// Fills one frame with audio or silence. At most one utterance has audio in a frame; its last frame is padded.
    pub fn next(&mut self, out: &mut [i16]) -> Tick {
        let mut tick = Tick::default();
        let mut filled = self.fade.give(out);
        if filled == 0 {
            filled = self.fill(out, &mut tick);
        }
        self.silent = filled == 0;
        out[filled..].fill(0);
        tick.ended.take_from(&mut self.ended);
        tick
    }

    /// Samples of this utterance that have been played; 0 for one that isn't known, or ended long ago.
    pub fn played(&self, utterance: u32) -> u64 {
        let waiting = self.queue.iter().find(|known| known.id == utterance).map(|known| known.played);
        let past =
            || self.past.iter().find(|ended| ended.utterance == utterance).map(|ended| ended.samples_played);
        waiting.or_else(past).unwrap_or(0)
    }

    /// Samples that wait, over all utterances.
    pub fn waiting(&self) -> usize {
        self.queue.iter().map(|utterance| utterance.samples.len()).sum()
    }

    /// Nothing waits and nothing is open.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// The last frame held no audio of any utterance.
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// The next frame has audio, or an end to tell.
    pub fn has_next(&self) -> bool {
        !self.ended.is_empty() || self.queue.front().is_some_and(|front| front.is_ready(self.frame))
    }

    /// The last frame was silence, and the next would not be.
    pub fn is_eager(&self) -> bool {
        let next = self.queue.iter().find(|utterance| !utterance.is_done());
        self.silent && next.is_some_and(|next| next.is_ready(self.frame))
    }

    /// Frames of silence that went out in the middle of an utterance.
    pub fn starved_frames(&self) -> u64 {
        self.starved_frames
    }

    fn open(&mut self, utterance: u32) -> Option<&mut Utterance> {
        self.queue.iter_mut().find(|known| known.id == utterance && !known.finished)
    }

    fn fill(&mut self, out: &mut [i16], tick: &mut Tick) -> usize {
        while let Some(front) = self.queue.front_mut() {
            if front.is_done() {
                self.complete_front();
                continue;
            }
            if !front.is_ready(out.len()) {
                tick.starved = front.played > 0;
                tick.speaking = tick.starved.then_some(front.id);
                self.starved_frames += u64::from(tick.starved);
                return 0;
            }
            tick.speaking = Some(front.id);
            tick.started = (front.played == 0).then_some(front.id);
            let filled = front.take(out);
            if front.is_done() {
                self.complete_front();
            }
            return filled;
        }
        0
    }

    fn complete_front(&mut self) {
        if let Some(front) = self.queue.pop_front() {
            self.end(Ended { utterance: front.id, samples_played: front.played, complete: true });
        }
    }

    fn end(&mut self, ended: Ended) {
        self.ended.push_back(ended);
        if self.past.len() == PAST {
            self.past.pop_front();
        }
        self.past.push_back(ended);
    }
}

/// What a tick can report at once; a stop rarely ends more.
const ENDED_MAX: usize = 4;
/// Room for the clauses of a long answer.
const QUEUE: usize = 16;
/// Ended utterances that `played` still knows.
const PAST: usize = 32;
/// Short enough to be heard as a stop, long enough not to click.
const FADE_MS: u32 = 5;

struct Utterance {
    id: u32,
    samples: VecDeque<i16>,
    played: u64,
    finished: bool,
}

impl Utterance {
    fn new(id: u32) -> Utterance {
        Utterance { id, samples: VecDeque::new(), played: 0, finished: false }
    }

    /// There is a whole frame, or no more comes.
    fn is_ready(&self, frame: usize) -> bool {
        self.finished || self.samples.len() >= frame
    }

    fn is_done(&self) -> bool {
        self.finished && self.samples.is_empty()
    }

    fn take(&mut self, out: &mut [i16]) -> usize {
        let filled = out.len().min(self.samples.len());
        for (place, sample) in out.iter_mut().zip(self.samples.drain(..filled)) {
            *place = sample;
        }
        self.played += filled as u64;
        filled
    }
}

/// The few samples after a stop, fading out.
struct Fade {
    length: usize,
    samples: Vec<i16>,
}

impl Fade {
    fn new(rate: u32) -> Fade {
        let length = (rate * FADE_MS / 1000) as usize;
        Fade { length, samples: Vec::with_capacity(length) }
    }

    /// Takes what would have been heard next of an utterance that is being stopped.
    fn catch(&mut self, utterance: &Utterance) {
        if utterance.played == 0 {
            return;
        }
        let length = self.length.max(1) as i32;
        self.samples.clear();
        self.samples.extend(utterance.samples.iter().take(self.length).zip(0..).map(|(sample, at)| {
            let gain = length - at - 1;
            (i32::from(*sample) * gain / length) as i16
        }));
    }

    /// Gives the fade, once.
    fn give(&mut self, out: &mut [i16]) -> usize {
        let given = self.samples.len().min(out.len());
        out[..given].copy_from_slice(&self.samples[..given]);
        self.samples.clear();
        given
    }
}

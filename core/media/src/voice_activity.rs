//! When the caller speaks: a small neural detector, an energy floor under it, and hysteresis over it.
//!
//! The detector judges 16 ms, the line brings 20: what is left over waits. A time is therefore counted back from the last
//! sample that was fed, never taken from the call of `feed`.

use crate::Exact;
use closare_terms::Millis;
use std::collections::VecDeque;

/// A change in whether the caller speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Speech began at `at`; it is known some 100 ms later.
    Started { at: Millis },
    /// The last sample of speech was at `at`; it is known after the pause.
    Ended { at: Millis },
}

/// When speech counts as begun and as ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoiceConfig {
    /// Milliseconds of speech that make a beginning.
    pub start_ms: u64,
    /// Milliseconds without speech that make an end.
    pub pause_ms: u64,
    /// Score of the detector, 0 to 1, from which a chunk is speech.
    pub threshold: f32,
    /// RMS of a chunk, of 32768, under which it is never speech: −50 dB, between line noise and a quiet caller.
    pub floor_rms: f64,
}

impl Default for VoiceConfig {
    fn default() -> VoiceConfig {
        VoiceConfig { start_ms: 100, pause_ms: 200, threshold: 0.5, floor_rms: 104.0 }
    }
}

pub struct VoiceActivity {
    config: VoiceConfig,
    detector: Detector,
    /// Samples at the line's rate.
    chunk: usize,
    per_ms: u64,
    noise: NoiseFloor,
    waiting: Vec<i16>,
    /// What the detector hasn't seen: whole chunks that were too quiet to be speech, the latest alone.
    unseen: VecDeque<i16>,
    /// Begin of the stretch that stands out of the noise, and its last end.
    loud: Option<(Millis, Millis)>,
    phase: Phase,
    events: VecDeque<Voice>,
}

impl VoiceActivity {
    /// For a line of `rate` samples a second, a multiple of 1000.
    pub fn new(rate: u32, config: VoiceConfig) -> VoiceActivity {
        let per_ms = u64::from(rate / 1000).max(1);
        let chunk = (per_ms * CHUNK_LENGTH.0) as usize;
        VoiceActivity {
            config,
            detector: Detector::new(rate),
            chunk,
            per_ms,
            noise: NoiseFloor::new(),
            waiting: Vec::with_capacity(chunk),
            unseen: VecDeque::with_capacity(UNSEEN_CHUNKS * chunk),
            loud: None,
            phase: Phase::Quiet,
            events: VecDeque::with_capacity(EVENTS),
        }
    }

    /// Takes samples, of which the last was heard at `at_end`. A long piece can hold several changes: feed
    /// nothing to get the next.
    pub fn feed(&mut self, samples: &[i16], at_end: Millis) -> Option<Voice> {
        let mut rest = samples;
        while !rest.is_empty() {
            let taken = rest.len().min(self.chunk - self.waiting.len());
            self.waiting.extend_from_slice(&rest[..taken]);
            rest = &rest[taken..];
            if self.waiting.len() == self.chunk {
                self.judge(at_end.since(Millis(rest.len() as u64 / self.per_ms)));
                self.waiting.clear();
            }
        }
        self.events.pop_front()
    }

    /// Whether the caller is in a stretch of speech, its pauses included.
    pub fn is_speaking(&self) -> bool {
        matches!(self.phase, Phase::Speaking { .. })
    }

    /// Begins anew, as for a new stream: no speech is under way, none is reported as ended.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.noise = NoiseFloor::new();
        self.waiting.clear();
        self.unseen.clear();
        self.loud = None;
        self.phase = Phase::Quiet;
        self.events.clear();
    }

    /// Changes how long a pause ends speech.
    pub fn set_pause(&mut self, pause: Millis) {
        self.config.pause_ms = pause.0;
    }

    fn judge(&mut self, end: Millis) {
        let speech = if self.stands_out(end) {
            self.score() >= self.threshold()
        } else {
            self.pass_over();
            false
        };
        self.phase = match self.phase {
            Phase::Quiet if speech => self.begin(end),
            Phase::Quiet => Phase::Quiet,
            Phase::Maybe { began, heard, .. } if speech => self.maybe(began, heard + CHUNK_LENGTH, end),
            Phase::Maybe { last, .. } if end.since(last) > GAP => Phase::Quiet,
            Phase::Speaking { .. } if speech => Phase::Speaking { last: end },
            Phase::Speaking { last } if end.since(last).0 >= self.config.pause_ms => {
                self.events.push_back(Voice::Ended { at: last });
                Phase::Quiet
            }
            Phase::Maybe { .. } | Phase::Speaking { .. } => self.phase,
        };
    }

    /// The detector remembers, so it first gets what was passed over.
    fn score(&mut self) -> f32 {
        for chunk in self.unseen.make_contiguous().chunks_exact(self.chunk) {
            self.detector.score(chunk);
        }
        self.unseen.clear();
        self.detector.score(&self.waiting)
    }

    /// Most of a call is too quiet to be speech, and the detector is the dearest part of hearing.
    fn pass_over(&mut self) {
        if self.unseen.len() == UNSEEN_CHUNKS * self.chunk {
            self.unseen.drain(..self.chunk);
        }
        self.unseen.extend(&self.waiting);
    }

    /// Whether the chunk is louder than the floor and the noise; takes note of where that began.
    fn stands_out(&mut self, end: Millis) -> bool {
        let level = crate::rms(&self.waiting);
        let noise = self.noise.note(level);
        let loud = level >= self.config.floor_rms && level >= OVER_NOISE * noise;
        if loud {
            let began = match self.loud {
                Some((began, last)) if end.since(last) <= GAP => began,
                Some(_) | None => end.since(CHUNK_LENGTH),
            };
            self.loud = Some((began, end));
        }
        loud
    }

    /// The first chunk that the detector calls speech: it is some 60 ms slow, so what stood out before it counts.
    fn begin(&mut self, end: Millis) -> Phase {
        let began = self.loud.map_or(end.since(CHUNK_LENGTH), |(began, _)| began);
        let began = began.max(end.since(DETECTOR_LAG + CHUNK_LENGTH));
        self.maybe(began, end.since(began), end)
    }

    /// What may be speech has lasted for `heard`.
    fn maybe(&mut self, began: Millis, heard: Millis, end: Millis) -> Phase {
        if heard.0 + CHUNK_LENGTH.0 / 2 < self.config.start_ms {
            return Phase::Maybe { began, heard, last: end };
        }
        self.events.push_back(Voice::Started { at: began });
        Phase::Speaking { last: end }
    }

    /// Speech under way is held on to by a lower score than it takes to begin.
    fn threshold(&self) -> f32 {
        match self.phase {
            Phase::Speaking { .. } => self.config.threshold * 0.7,
            Phase::Quiet | Phase::Maybe { .. } => self.config.threshold,
        }
    }
}

/// The neural part, at its own rate.
struct Detector {
    inner: Box<earshot::Detector>,
    to_wide: Exact,
    wide: Vec<i16>,
}

impl Detector {
    fn new(rate: u32) -> Detector {
        let to_wide = Exact::new(rate, DETECTOR_RATE);
        Detector { inner: earshot::Detector::default_boxed(), to_wide, wide: Vec::new() }
    }

    /// 0 to 1.
    fn score(&mut self, chunk: &[i16]) -> f32 {
        self.to_wide.convert(chunk, &mut self.wide);
        self.inner.predict_i16(&self.wide)
    }

    fn reset(&mut self) {
        self.inner.reset();
    }
}

#[derive(Clone, Copy)]
enum Phase {
    Quiet,
    /// Speech for `heard` since `began`, too short to count.
    Maybe {
        began: Millis,
        heard: Millis,
        last: Millis,
    },
    /// `last` is the end of the last chunk of speech.
    Speaking {
        last: Millis,
    },
}

/// The quietest chunk of the last 3 s. A voice has dips, a steady noise hasn't: on a telephone line the detector takes
/// loud hiss for speech, but hiss never stands out of itself.
struct NoiseFloor {
    levels: [f64; NOISE_CHUNKS],
    next: usize,
}

impl NoiseFloor {
    fn new() -> NoiseFloor {
        NoiseFloor { levels: [f64::INFINITY; NOISE_CHUNKS], next: 0 }
    }

    /// Takes a chunk's level; gives the floor. Digital silence says nothing of the line's noise.
    fn note(&mut self, level: f64) -> f64 {
        if level >= DIGITAL_SILENCE_RMS {
            self.levels[self.next] = level;
            self.next = (self.next + 1) % NOISE_CHUNKS;
        }
        self.levels.iter().copied().fold(f64::INFINITY, f64::min).min(level)
    }
}

/// 3 s: longer than anyone holds a tone.
const NOISE_CHUNKS: usize = 188;
const DIGITAL_SILENCE_RMS: f64 = 2.0;
/// 4 dB: more than the level of noise varies from chunk to chunk, less than a voice does within a word.
const OVER_NOISE: f64 = 1.6;
const DETECTOR_RATE: u32 = 16_000;
/// How long after its beginning the detector sees speech.
const DETECTOR_LAG: Millis = Millis(64);
/// What the detector takes: 256 samples at 16 kHz.
const CHUNK_LENGTH: Millis = Millis(16);
/// A gap within a beginning: the stop of a consonant lasts up to 50 ms.
const GAP: Millis = Millis(50);
/// 192 ms: with so much before it the detector judges a beginning as if it had heard all.
const UNSEEN_CHUNKS: usize = 12;
/// Room for the events of one call of `feed`; more only for pieces of many seconds.
const EVENTS: usize = 8;

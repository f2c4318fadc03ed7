//! A call as the rest of the engine sees it: events come, voice goes, control is small.

use crate::media::line::Line;
use crate::signalling::Signalling;
use closare_terms::Millis;
use std::sync::Arc;
use tokio::sync::mpsc;

/// One end of a call that is up.
#[derive(Debug)]
pub struct Leg {
    /// Bounded: a reader that is too slow loses events, and [`crate::Counters::lost_events`] says so. Ends after
    /// [`LegEvent::Ended`].
    pub events: mpsc::Receiver<LegEvent>,
    pub voice: Voice,
    pub control: LegControl,
}

/// What happened on the line. Times are since the epoch that the leg was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LegEvent {
    VoiceStarted {
        at: Millis,
    },
    /// `at` is when the last speech was on the wire, `noticed` when its end was certain.
    VoiceEnded {
        at: Millis,
        noticed: Millis,
    },
    Key {
        at: Millis,
        key: char,
    },
    /// The first packet of an utterance is on the wire.
    Playing {
        utterance: u32,
        at: Millis,
    },
    /// `samples` of the utterance were sent, at the leg's rate. Complete: all of it, and it was finished.
    Played {
        utterance: u32,
        samples: u64,
        complete: bool,
        at: Millis,
    },
    /// The peer put us on hold, or took us back. On hold nothing is heard and no voice is sent.
    Hold {
        on: bool,
        at: Millis,
    },
    Transfer {
        at: Millis,
        outcome: TransferOutcome,
    },
    Ended {
        at: Millis,
        by: Party,
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferOutcome {
    Trying,
    Ringing,
    /// The caller talks to someone else. Whether our leg is hung up then is for who asked.
    Done,
    Failed {
        status: u16,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Who is at the other end, also of a call that we made.
    Caller,
    Us,
    Network,
}

/// Hears and sees each frame of 20 ms. Called on the audio thread: it must not block, and hardly ever allocate.
pub trait Tap: Send {
    fn frame(&mut self, frame: &Frame<'_>);
}

impl<F: FnMut(&Frame<'_>) + Send> Tap for F {
    fn frame(&mut self, frame: &Frame<'_>) {
        self(frame);
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its end, since the epoch.
    pub at: Millis,
    /// Of `caller` and `agent`, in samples a second.
    pub rate: u32,
    pub caller: &'a [i16],
    /// What was sent.
    pub agent: &'a [i16],
    pub caller_speaking: bool,
    /// A key is down, and the caller's audio is muted.
    pub key_down: bool,
}

/// Plays utterances to the line, in the order of their begin. Cheap to clone; never waits.
#[derive(Clone, Debug)]
pub struct Voice {
    call: Signalling,
    line: Arc<Line>,
}

impl Voice {
    pub(crate) fn new(call: Signalling, line: Arc<Line>) -> Voice {
        Voice { call, line }
    }

    /// Samples a second of what is appended; the same for the whole call.
    pub fn rate(&self) -> u32 {
        self.line.rate()
    }

    /// Numbers grow by the call.
    pub fn begin(&self, utterance: u32) {
        self.line.begin(utterance);
    }

    pub fn append(&self, utterance: u32, samples: Vec<i16>) {
        self.line.append(utterance, samples);
    }

    pub fn finish(&self, utterance: u32) {
        self.line.finish(utterance);
    }

    /// Drops all utterances up to this number, also what of them is still to come; silence from the next frame on.
    pub fn stop(&self, up_to_utterance: u32) {
        self.line.stop(up_to_utterance);
    }

    /// `0` to `9`, `*`, `#`, `A` to `D`; others are left out. By RTP where the peer takes that, else by INFO.
    pub fn send_keys(&self, keys: &str) {
        let keys: String =
            keys.chars().filter(|key| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')).collect();
        if self.line.takes_keys() {
            self.line.send_keys(keys);
        } else {
            self.call.send_keys(keys);
        }
    }

    /// Milliseconds of an utterance's audio that aren't sent yet.
    pub fn queued(&self, utterance: u32) -> u64 {
        self.line.queued_ms(utterance)
    }
}

/// Hang up, hand over, look. Cheap to clone; never waits.
#[derive(Clone, Debug)]
pub struct LegControl {
    call: Signalling,
    line: Arc<Line>,
}

impl LegControl {
    pub(crate) fn new(call: Signalling, line: Arc<Line>) -> LegControl {
        LegControl { call, line }
    }

    /// `reason` goes into the `Reason` header and the event: a word for engineers, nothing of the call's content.
    pub fn hangup(&self, reason: &str) {
        self.call.hang_up(reason);
    }

    /// Asks the peer to call `to` (a SIP or `tel` URI, or a number at the peer's own host) in our place. What comes of it
    /// are events, the last within 30 s; a peer that hangs up meanwhile did it.
    pub fn transfer(&self, to: &str, referred_by: Option<&str>) {
        self.call.transfer(to, referred_by);
    }

    pub fn stats(&self) -> Stats {
        self.line.stats()
    }
}

/// The audio's packets so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub packets_out: u64,
    pub packets_in: u64,
    /// Never came, by the gaps in their numbers.
    pub lost: u64,
    /// Came when their time was over.
    pub late: u64,
    /// RFC 3550 A.8.
    pub jitter_ms: u32,
}

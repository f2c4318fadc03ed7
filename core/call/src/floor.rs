//! Who speaks. The agent's speech waits here in order; the caller's turn grows here until it is over.

mod barge_in;
mod known;
mod listening;
mod silence;
mod speaking;

pub use listening::{Answer, ListenFor, Listener, TakeKeys};
pub use speaking::{Purpose, Speech, stall_max};

use crate::event::Utterance;
use closare_terms::Millis;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Floor {
    last: Utterance,
    /// The agent's speech that isn't over: the first is being played, or will be.
    pub queue: VecDeque<Speech>,
    /// What the step that listens wants to hear.
    pub listener: Option<Listener>,
    pub caller: Caller,
    /// Words that came while no step listened.
    early: Vec<Early>,
    /// Keys that came while no step took them.
    pub early_keys: String,
    /// Speech that an interruption cut off, in order, until it is known whether the caller said anything.
    cut: Vec<Speech>,
    /// The agent fell silent without a word from the pacer: what waited was dropped.
    dropped: bool,
    /// Finals in a row that speech-to-text owed and did not give.
    overdue: u32,
    /// The caller's audio has been handed to a speech-to-text before.
    has_heard: bool,
    pub on_hold: bool,
    /// The last moment at which either side was heard; a key counts, too.
    last_sound: Millis,
    /// How much of the last utterance was played.
    pub last_played: Millis,
    /// All of the last utterance was played.
    pub last_whole: bool,
    /// The caller's last stretch of speech, from the first to the last of it, until its words have come.
    last_voice: Option<(Millis, Millis)>,
    /// What was said by then is known.
    #[serde(default)]
    pub known_until: Millis,
}

/// The caller's turn as far as it has come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Caller {
    /// Speaks now, since.
    pub speaking: Option<Millis>,
    /// When this turn's first speech began.
    pub began: Option<Millis>,
    /// The last speech, and when the pause was noticed.
    pub paused: Option<(Millis, Millis)>,
    /// Finals of this turn.
    words: Vec<String>,
    /// It began, or words of it came, where a secret is asked for.
    #[serde(default)]
    pub secret: bool,
    confidence: Option<f32>,
    words_final: Option<Millis>,
    /// A final is owed since.
    flushed: Option<Millis>,
    /// Keys of a number that is being pressed.
    keys: String,
}

impl Caller {
    /// What of its words is told. A secret is for the step that asks for it: neither who reads the call nor a model gets it.
    fn told<'a>(&self, text: &'a str) -> &'a str {
        if self.secret { "••••" } else { text }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Early {
    /// From when on it ages.
    since: Millis,
    heard: Heard,
}

/// A turn of the caller that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub text: String,
    pub confidence: f32,
    /// When the first of it was said.
    pub began: Millis,
}

impl Floor {
    pub fn agent_speaks(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The caller speaks, or has just spoken and it is not known yet what.
    pub fn caller_has_turn(&self) -> bool {
        self.caller.began.is_some()
    }

    fn next_utterance(&mut self) -> Utterance {
        self.last += 1;
        self.last
    }
}

//! What is still to happen, in order of time; at one moment, in the order in which it was put down.

use crate::caller::Doing;
use closare_call::{Event, Utterance};
use closare_terms::{Held, Millis};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub enum Todo {
    /// The machine is told.
    Tell(Event),
    /// Audio of an utterance comes from the voice.
    Audio {
        utterance: Utterance,
        piece: Piece,
    },
    /// If nothing has changed by then, the utterance is played through.
    EndOf(Utterance),
    /// The caller looks at what has happened.
    Look,
    Do(Doing),
    /// The caller's sound ends; the words are complete.
    Pause,
    /// Speech-to-text answers a flush that was asked for at this moment.
    Flushed {
        asked: Millis,
        session: u32,
    },
    Key(Held),
    /// What is being said is lost on its way.
    Lose,
    /// A model's word, unless its job was cancelled.
    FromModel {
        job: u32,
        event: Event,
    },
}

#[derive(Clone, Debug)]
pub struct Piece {
    pub text: String,
    pub length: Millis,
    pub last: bool,
}

#[derive(Debug, Default)]
pub struct Line {
    todo: BTreeMap<(Millis, u64), Todo>,
    count: u64,
}

impl Line {
    pub fn put(&mut self, at: Millis, todo: Todo) {
        self.count += 1;
        self.todo.insert((at, self.count), todo);
    }

    pub fn tell(&mut self, at: Millis, event: Event) {
        self.put(at, Todo::Tell(event));
    }

    pub fn next_at(&self) -> Option<Millis> {
        self.todo.keys().next().map(|(at, _)| *at)
    }

    pub fn take(&mut self) -> Option<(Millis, Todo)> {
        self.todo.pop_first().map(|((at, _), todo)| (at, todo))
    }
}

//! How long a caller had to wait in silence.

use crate::world::{Logged, Moment};
use closare_call::{Effect, Event, TransferOutcome, Utterance};
use closare_terms::Millis;
use std::collections::BTreeSet;

/// The longest stretch in which the caller heard nothing and said nothing. Ringing, a hold and the taking of a message don't
/// count.
pub fn longest_silence(log: &[Moment]) -> Millis {
    let mut line = Line::default();
    for moment in log {
        match &moment.what {
            Logged::Event(event) => line.event(moment.at, event),
            Logged::Effect(effect) => line.effect(moment.at, effect),
        }
        if line.over {
            break;
        }
    }
    line.longest
}

#[derive(Default)]
struct Line {
    longest: Millis,
    quiet_since: Option<Millis>,
    agent: bool,
    caller: bool,
    rings: bool,
    on_hold: bool,
    message: bool,
    tones: BTreeSet<Utterance>,
    over: bool,
}

impl Line {
    fn event(&mut self, at: Millis, event: &Event) {
        match event {
            Event::Playing { .. } => self.agent = true,
            Event::Played { utterance, .. } => {
                self.agent = false;
                self.message |= self.tones.contains(utterance);
            }
            Event::VoiceStarted { .. } => self.caller = true,
            Event::VoiceEnded { .. } => self.caller = false,
            Event::Transfer { outcome: TransferOutcome::Trying | TransferOutcome::Ringing } => {}
            Event::Transfer { .. } => self.rings = false,
            Event::Hold { on } => self.on_hold = *on,
            // A key is a word, too.
            Event::Key { .. } => self.end(at),
            Event::LegEnded { .. } => self.over = true,
            Event::Answered => {}
            _ => return,
        }
        self.note(at);
    }

    fn effect(&mut self, at: Millis, effect: &Effect) {
        match effect {
            Effect::Beep { utterance } => {
                self.tones.insert(*utterance);
            }
            Effect::Transfer { .. } => self.rings = true,
            Effect::Hangup { .. } | Effect::Closed { .. } => self.over = true,
            _ => return,
        }
        self.note(at);
    }

    fn note(&mut self, at: Millis) {
        if self.over || self.agent || self.caller || self.rings || self.on_hold || self.message {
            self.end(at);
        } else {
            self.quiet_since.get_or_insert(at);
        }
    }

    fn end(&mut self, at: Millis) {
        if let Some(since) = self.quiet_since.take() {
            self.longest = self.longest.max(at.since(since));
        }
    }
}

//! The caller speaks, or presses a key, while the agent speaks.

use crate::context::Context;
use crate::event::Utterance;
use crate::floor::{Purpose, Speech};
use crate::timers::Reason;
use closare_terms::Millis;
use closare_workflow::BargeIn;

impl Context {
    /// Lets the agent fall silent, as far as its speech may be interrupted. True if anything was stopped.
    pub fn interrupt(&mut self) -> bool {
        match self.interruptible() {
            Interruptible::UpTo(utterance) => {
                self.clear(Reason::BargeIn);
                self.stop_up_to(utterance);
                true
            }
            Interruptible::In(span) => {
                self.after(Reason::BargeIn, span);
                false
            }
            Interruptible::No => false,
        }
    }

    /// Lets the agent fall silent for a caller who asks for something else: a question of consent, too, which is asked again
    /// when the caller comes back to it.
    pub fn interrupt_for_branch(&mut self) {
        let may = |speech: &&Speech| speech.barge_in != BargeIn::No || speech.purpose == Purpose::Question;
        let last = self.state.floor.queue.iter().take_while(may).last().map(|speech| speech.utterance);
        if let Some(utterance) = last {
            self.stop_up_to(utterance);
        }
    }

    /// The speech at the front that may be cut off, up to the first that may not.
    fn interruptible(&self) -> Interruptible {
        let mut found = Interruptible::No;
        for speech in self.state.floor.queue.iter() {
            match speech.barge_in {
                BargeIn::Yes => found = Interruptible::UpTo(speech.utterance),
                BargeIn::No => break,
                BargeIn::After(span) => match speech.playing {
                    Some(playing) if self.now.since(playing) >= span => {
                        found = Interruptible::UpTo(speech.utterance)
                    }
                    Some(playing) => return found.or(Interruptible::In(span - self.now.since(playing))),
                    None => break,
                },
            }
        }
        found
    }
}

enum Interruptible {
    No,
    UpTo(Utterance),
    In(Millis),
}

impl Interruptible {
    fn or(self, other: Interruptible) -> Interruptible {
        match self {
            Interruptible::No => other,
            Interruptible::UpTo(_) | Interruptible::In(_) => self,
        }
    }
}

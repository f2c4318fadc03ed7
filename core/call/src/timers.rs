//! One timer per reason. The earliest comes with its reason, so that a log says why the machine woke.

use closare_terms::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The whole call.
    CallLimit,
    /// The caller says nothing.
    Silence,
    /// The pause after the caller's speech is long enough.
    EndOfTurn,
    /// Speech-to-text owes a final.
    FinalDue,
    /// The caller talks on and on.
    TurnLimit,
    /// No further key comes.
    KeyPause,
    /// The caller still speaks, and from now on may interrupt.
    BargeIn,
    /// The voice, or the pacer, owes something.
    SpeechDue,
    /// A model owes its answer.
    ModelDue,
    /// It has been quiet too long while a model works.
    Filler,
    /// The other side owes an answer to a transfer.
    TransferDue,
    /// A step's own: a wait, a message's length.
    Step,
    /// What is left to do after the call.
    Closing,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Timers(BTreeMap<Reason, Millis>);

impl Timers {
    pub fn set(&mut self, reason: Reason, at: Millis) {
        self.0.insert(reason, at);
    }

    pub fn clear(&mut self, reason: Reason) {
        self.0.remove(&reason);
    }

    pub fn is_set(&self, reason: Reason) -> bool {
        self.0.contains_key(&reason)
    }

    pub fn earliest(&self) -> Option<(Millis, Reason)> {
        self.0.iter().map(|(&reason, &at)| (at, reason)).min()
    }

    /// Takes the earliest timer that is due.
    pub fn take_due(&mut self, now: Millis) -> Option<Reason> {
        let (at, reason) = self.earliest()?;
        (at <= now).then(|| {
            self.0.remove(&reason);
            reason
        })
    }

    pub fn clear_all(&mut self) {
        self.0.clear();
    }
}

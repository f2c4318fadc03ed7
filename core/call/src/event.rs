//! What can happen on a call. Each variant says who tells it; the time it happened is handed in beside it.

use closare_policy::Verdict;
use closare_terms::{Held, Millis, Role, Unit};
use serde::{Deserialize, Serialize};

/// One stretch of the agent's speech. Numbers rise over a call.
pub type Utterance = u32;
/// One task of a language model. Numbers rise over a call.
pub type Job = u32;
/// One question to the policies. Numbers rise over a call.
pub type AskId = u32;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The leg: somebody calls, nothing is accepted yet.
    Offered,
    /// The leg: the call is up, audio flows both ways.
    Answered,
    /// The leg: it is over.
    LegEnded { by: Party },
    /// The leg: put on hold, or taken back.
    Hold { on: bool },
    /// The policies answer [`crate::Effect::Ask`].
    Verdict { ask: AskId, verdict: Verdict },

    /// Voice activity: the caller began to speak at this moment, noticed now.
    VoiceStarted { at: Millis },
    /// Voice activity: the last speech was at this moment, noticed now.
    VoiceEnded { at: Millis },
    /// The leg: a key went down.
    Key { key: Held },

    /// Speech-to-text: words that may still change.
    Interim { text: Held },
    /// Speech-to-text: words that stay. Empty where there was no speech.
    Final { text: Held, starts: Millis, ends: Millis, confidence: Option<f32> },
    /// Speech-to-text: the vendor says that the turn is over.
    TurnEnded { sure: f32 },

    /// The voice: its first audio of this utterance has come.
    FirstAudio { utterance: Utterance },
    /// The voice: by this many ms of the utterance, this many characters of its text were spoken.
    Spoken { utterance: Utterance, chars: u32, ends: Millis },
    /// The voice: the utterance's audio is this long in all.
    Voiced { utterance: Utterance, length: Millis },
    /// The pacer: the utterance's first packet is on the wire.
    Playing { utterance: Utterance },
    /// The pacer: the utterance is over; so much of it was played.
    Played { utterance: Utterance, played: Millis, complete: bool },

    /// The language model: a piece of its answer.
    Token { job: Job, text: Held },
    /// The language model: it invokes a tool. Arguments are JSON.
    Invoked { job: Job, id: String, name: String, arguments: Held },
    /// The language model: what an extraction found. A field's value is JSON.
    Found { job: Job, intent: Option<(String, f32)>, fields: Vec<(String, Held, f32)> },
    /// The language model: the job is over.
    JobDone { job: Job, ending: Ending },
    /// The language model: the job came to nothing; the session lives.
    JobFailed { job: Job },

    /// A vendor counted this much, since it last said so. Decides nothing yet.
    Used { role: Role, index: usize, unit: Unit, amount: u64 },
    /// What a vendor calls a request in its own books: for its support, and for an erasure there. Decides nothing.
    Requested { role: Role, index: usize, id: Held },
    /// A session is over, or never began: the next plugin of the chain takes over.
    VendorFailed { role: Role, index: usize, reason: String },
    /// The leg: how a transfer goes.
    Transfer { outcome: TransferOutcome },
    /// The operator stops the agent: end politely, at once.
    Stop,
    /// The time that [`crate::Call::wake`] named has come.
    Woke,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Caller,
    Us,
    Network,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    Complete,
    Cut,
    Refused,
    Tools,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferOutcome {
    Trying,
    Ringing,
    Done,
    Busy,
    NoAnswer,
    Declined,
    Failed,
}

impl Event {
    /// The content in it, in a fixed order: what the log keeps apart from the skeleton.
    pub fn contents(&self) -> Vec<&Held> {
        match self {
            Event::Key { key } => vec![key],
            Event::Interim { text } | Event::Final { text, .. } | Event::Token { text, .. } => vec![text],
            Event::Invoked { arguments, .. } => vec![arguments],
            Event::Requested { id, .. } => vec![id],
            Event::Found { fields, .. } => fields.iter().map(|(_, value, _)| value).collect(),
            Event::Offered
            | Event::Answered
            | Event::LegEnded { .. }
            | Event::Hold { .. }
            | Event::Verdict { .. }
            | Event::VoiceStarted { .. }
            | Event::VoiceEnded { .. }
            | Event::TurnEnded { .. }
            | Event::FirstAudio { .. }
            | Event::Spoken { .. }
            | Event::Voiced { .. }
            | Event::Playing { .. }
            | Event::Played { .. }
            | Event::JobDone { .. }
            | Event::JobFailed { .. }
            | Event::Used { .. }
            | Event::VendorFailed { .. }
            | Event::Transfer { .. }
            | Event::Stop
            | Event::Woke => Vec::new(),
        }
    }
}

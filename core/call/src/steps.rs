//! The steps as states: what each does when it is entered, what it makes of what happens, and what comes next.

mod ask;
mod collect;
mod consent;
mod converse;
mod disclose;
mod extract;
mod hangup;
mod simple;
mod transfer;
mod voicemail;
mod wait;

pub use extract::ANYTIME;
pub use simple::stop_recording;
pub use transfer::Transferring;

use crate::context::Context;
use crate::effect::Ended;
use crate::event::{Ending, Job, TransferOutcome, Utterance};
use crate::floor::Heard;
use crate::gate::Want;
use closare_workflow::{BlockId, Do, Keys, Step, Target};
use serde::{Deserialize, Serialize};

/// The step that waits for something. A step that waits for nothing has no state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Active {
    Disclose(disclose::Disclosing),
    Consent(consent::Consenting),
    Ask(ask::Asking),
    Collect(collect::Collecting),
    Extract(extract::Extracting),
    Converse(converse::Conversing),
    Transfer(Transferring),
    Voicemail(voicemail::Voicemail),
    Hangup(hangup::HangingUp),
    Wait(wait::Waiting),
}

/// What happened, as a step sees it.
#[derive(Clone, Debug)]
pub enum Input {
    /// An utterance is over; all of it was heard, or not.
    Spoken {
        utterance: Utterance,
        complete: bool,
    },
    /// The agent has nothing more to say for now.
    SpeechDone,
    /// The caller cut the agent's speech off.
    Interrupted,
    Heard(Heard),
    Keys(String),
    NoInput,
    /// No speech-to-text is left: words will never come.
    Deaf,
    Token {
        job: Job,
        text: String,
    },
    Invoked {
        job: Job,
        name: String,
        arguments: String,
    },
    Found {
        job: Job,
        intent: Option<(String, f32)>,
        fields: Vec<(String, String, f32)>,
    },
    JobDone {
        job: Job,
        ending: Ending,
    },
    /// A model has failed, and the next has its job.
    JobBegunAgain {
        job: Job,
    },
    /// No model of the chain could do it.
    JobFailed {
        job: Job,
    },
    Allowed(Want),
    Denied(Want),
    Transfer(TransferOutcome),
    /// The step's own timer.
    Timer,
    /// The other side took too long to answer a transfer.
    TransferDue,
}

/// What comes after a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    Stay,
    Done(Outcome),
    /// Runs these steps, then goes on after this one.
    Branch(Outcome, BlockId),
    /// The step's `give_up`, or the file's help, or the way out.
    GiveUp(Outcome, Option<BlockId>),
    Goto(Target),
    End(Ended, String),
    LastExit(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    NoInput,
    NoMatch,
    Failed,
    Refused,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::NoInput => "no_input",
            Outcome::NoMatch => "no_match",
            Outcome::Failed => "failed",
            Outcome::Refused => "refused",
        }
    }
}

/// Enters a step. `again` says that an anytime branch came back to it: what it had gathered stands.
pub fn enter(context: &mut Context, step: &Step, again: bool) -> (Option<Active>, Next) {
    fn waits<T>(wrap: fn(T) -> Active, (state, next): (T, Next)) -> (Option<Active>, Next) {
        (Some(wrap(state)), next)
    }
    match &step.does {
        Do::Disclose(disclose) => waits(Active::Disclose, disclose::enter(context, disclose)),
        Do::Consent(consent) => waits(Active::Consent, consent::enter(context, consent)),
        Do::Ask(ask) => waits(Active::Ask, ask::enter(context, ask)),
        Do::Collect(collect) => waits(Active::Collect, collect::enter(context, collect)),
        Do::Extract(extract) => waits(Active::Extract, extract::enter(context, extract, again)),
        Do::Converse(converse) => waits(Active::Converse, converse::enter(context, converse)),
        Do::Transfer(transfer) => waits(Active::Transfer, transfer::enter(context, transfer)),
        Do::Voicemail(voicemail) => waits(Active::Voicemail, voicemail::enter(context, voicemail)),
        Do::Hangup(hangup) => waits(Active::Hangup, hangup::enter(context, hangup)),
        Do::Wait(span) => waits(Active::Wait, wait::enter(context, *span)),
        Do::Greet(phrase) => (None, simple::greet(context, phrase)),
        Do::Say(say) => (None, simple::say(context, say)),
        Do::Decide(decide) => (None, simple::decide(context, decide)),
        Do::Route(route) => (None, simple::route(context, step, route)),
        Do::Summarize(summarize) => (None, simple::summarize(context, summarize)),
        Do::Set(values) => (None, simple::set(context, values)),
        Do::Record(on) => (None, simple::record(context, *on)),
        Do::Flow(name) => (None, simple::flow(context, name)),
        Do::Goto(target) => (None, Next::Goto(target.clone())),
    }
}

/// Hangs up as soon as what is being said was heard.
pub fn hang_up_when_silent(context: &mut Context) -> (Active, Next) {
    let nothing = closare_workflow::Hangup { say: None, reason: None };
    let (state, next) = hangup::enter(context, &nothing);
    (Active::Hangup(state), next)
}

/// Takes a correction of a value that one of these slots holds. True if there was one.
pub fn correct(context: &mut Context, slots: &[closare_workflow::Slot], text: &str) -> bool {
    collect::correct(context, slots, None, text)
}

/// Whether the caller's message is being taken.
pub fn takes_message(active: &Active) -> bool {
    matches!(active, Active::Voicemail(state) if state.taking())
}

/// Whether the other side is being called: nothing that the caller says or presses starts anything else.
pub fn connects(active: &Active) -> bool {
    matches!(active, Active::Transfer(state) if state.rings())
}

/// Whether these keys may be an answer to the step that waits.
pub fn takes_keys(context: &Context, step: Option<&Step>, active: &Active, keys: &str) -> bool {
    match (active, step.map(|step| &step.does)) {
        // It keeps words, or a number: a key alone is neither, unless keys are all that it wants.
        (Active::Ask(_), Some(Do::Ask(ask))) => keys.len() > 1 || ask.listen.keys == Keys::Only,
        (Active::Collect(state), Some(Do::Collect(collect))) => {
            state.takes_keys(context, &collect.slots, keys)
        }
        (Active::Extract(state), Some(Do::Extract(extract))) => state.takes_keys(context, extract, keys),
        _ => true,
    }
}

/// Hands the step that waits what happened.
pub fn handle(context: &mut Context, step: Option<&Step>, active: &mut Active, input: &Input) -> Next {
    match (active, step.map(|step| &step.does)) {
        (Active::Disclose(state), Some(Do::Disclose(disclose))) => state.handle(context, disclose, input),
        (Active::Consent(state), Some(Do::Consent(consent))) => state.handle(context, consent, input),
        (Active::Ask(state), Some(Do::Ask(ask))) => state.handle(context, ask, input),
        (Active::Collect(state), Some(Do::Collect(collect))) => {
            state.handle(context, &collect.slots, collect.confirm, collect.give_up, input)
        }
        (Active::Extract(state), Some(Do::Extract(extract))) => state.handle(context, extract, input),
        (Active::Converse(state), Some(Do::Converse(converse))) => state.handle(context, converse, input),
        (Active::Voicemail(state), Some(Do::Voicemail(voicemail))) => state.handle(context, voicemail, input),
        (Active::Transfer(state), _) => state.handle(context, input),
        (Active::Hangup(state), _) => state.handle(context, input),
        (Active::Wait(state), _) => state.handle(input),
        (active, _) => Next::LastExit(format!("a step's state does not fit its step: {active:?}")),
    }
}

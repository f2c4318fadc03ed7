//! Connects the caller to somebody: blind, by REFER. Each target in turn, until one takes the call.

use super::{Input, Next, Outcome};
use crate::context::Context;
use crate::effect::{Effect, Ended};
use crate::event::TransferOutcome;
use crate::gate::Want;
use crate::timers::Reason;
use closare_terms::{Held, Kind, Millis};
use closare_workflow::{BargeIn, BlockId, Transfer};
use serde::{Deserialize, Serialize};

/// What the other side may take beyond the ringing to say what became of it.
const ANSWER_MAX: Millis = Millis(10_000);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transferring {
    to: Vec<String>,
    next: usize,
    ring: Millis,
    asked: bool,
    busy: Option<BlockId>,
    no_answer: Option<BlockId>,
    declined: Option<BlockId>,
    failed: Option<BlockId>,
    /// There is no way on where nobody answers.
    last: bool,
}

pub fn enter(context: &mut Context, transfer: &Transfer) -> (Transferring, Next) {
    if let Some(phrase) = &transfer.say {
        context.say(phrase, BargeIn::No, crate::floor::Purpose::Plain);
    }
    let state = Transferring {
        to: transfer.to.clone(),
        next: 0,
        ring: transfer.ring,
        asked: false,
        busy: transfer.busy,
        no_answer: transfer.no_answer,
        declined: transfer.declined,
        failed: transfer.failed,
        last: false,
    };
    start(context, state)
}

impl Transferring {
    /// To a contact, without a step: the way out of a step that gave up.
    pub fn to_contact(context: &mut Context, to: &str, ring: Millis, last: bool) -> (Transferring, Next) {
        let state = Transferring {
            to: vec![to.to_owned()],
            next: 0,
            ring,
            asked: false,
            busy: None,
            no_answer: None,
            declined: None,
            failed: None,
            last,
        };
        start(context, state)
    }

    pub fn rings(&self) -> bool {
        self.asked
    }

    pub fn handle(&mut self, context: &mut Context, input: &Input) -> Next {
        match input {
            Input::SpeechDone if !self.asked => self.ask(context),
            Input::Allowed(Want::Transfer) => self.refer(context),
            Input::Denied(Want::Transfer) => self.over(context, TransferOutcome::Failed),
            // One that is done ends the call, whatever the step.
            Input::Transfer(TransferOutcome::Trying | TransferOutcome::Ringing | TransferOutcome::Done) => {
                Next::Stay
            }
            Input::Transfer(outcome) => self.over(context, *outcome),
            Input::TransferDue => self.over(context, TransferOutcome::NoAnswer),
            _ => Next::Stay,
        }
    }

    fn ask(&mut self, context: &mut Context) -> Next {
        self.asked = true;
        context.ask(Want::Transfer);
        Next::Stay
    }

    fn refer(&mut self, context: &mut Context) -> Next {
        let (Some(to), Some(permit)) =
            (self.to.get(self.next).cloned(), context.state.gate.permit(&Want::Transfer))
        else {
            return self.over(context, TransferOutcome::Failed);
        };
        context.emit(Effect::Transfer { permit, to: Held::new(Kind::Number, to), ring: self.ring });
        context.after(Reason::TransferDue, self.ring + ANSWER_MAX);
        Next::Stay
    }

    fn over(&mut self, context: &mut Context, outcome: TransferOutcome) -> Next {
        context.clear(Reason::TransferDue);
        self.next += 1;
        if self.next < self.to.len() && outcome != TransferOutcome::Declined {
            return self.ask(context);
        }
        let branch = match outcome {
            TransferOutcome::Busy => self.busy,
            TransferOutcome::NoAnswer => self.no_answer,
            TransferOutcome::Declined => self.declined,
            TransferOutcome::Failed
            | TransferOutcome::Trying
            | TransferOutcome::Ringing
            | TransferOutcome::Done => None,
        };
        match branch.or(self.failed) {
            None if self.last => Next::End(Ended::Failed, "nobody could take the call".to_owned()),
            Some(block) => Next::Branch(Outcome::Failed, block),
            None => Next::GiveUp(Outcome::Failed, None),
        }
    }
}

fn start(context: &mut Context, mut state: Transferring) -> (Transferring, Next) {
    context.stop_listening();
    let next = if context.state.floor.agent_speaks() { Next::Stay } else { state.ask(context) };
    (state, next)
}

//! Says good-bye if given, and ends once it was heard.

use super::{Input, Next};
use crate::context::Context;
use crate::effect::Ended;
use crate::floor::Purpose;
use closare_workflow::{BargeIn, Hangup};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HangingUp {
    reason: String,
}

pub fn enter(context: &mut Context, hangup: &Hangup) -> (HangingUp, Next) {
    context.stop_listening();
    if let Some(phrase) = &hangup.say {
        context.say(phrase, BargeIn::No, Purpose::Plain);
    }
    let state = HangingUp { reason: hangup.reason.clone().unwrap_or_else(|| "the workflow hung up".to_owned()) };
    let next = if context.state.floor.agent_speaks() { Next::Stay } else { state.end() };
    (state, next)
}

impl HangingUp {
    pub fn handle(&mut self, _context: &mut Context, input: &Input) -> Next {
        match input {
            Input::SpeechDone => self.end(),
            _ => Next::Stay,
        }
    }

    fn end(&self) -> Next {
        Next::End(Ended::HungUp, self.reason.clone())
    }
}

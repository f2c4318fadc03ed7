//! Says good-bye if given, and ends once it was heard.

use super::{Input, Next};
use crate::context::Context;
use crate::effect::Ended;
use crate::floor::Purpose;
use crate::timers::Reason;
use closare_terms::Millis;
use closare_workflow::{BargeIn, Hangup};
use serde::{Deserialize, Serialize};

/// Longer than speech-to-text may take for a short sentence; a caller who talks on has hung up or will.
const HEARD_OUT_MAX: Millis = Millis(8_000);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HangingUp {
    reason: String,
}

pub fn enter(context: &mut Context, hangup: &Hangup) -> (HangingUp, Next) {
    context.stop_listening();
    if let Some(phrase) = &hangup.say {
        context.say(phrase, BargeIn::No, Purpose::Plain);
    }
    let state =
        HangingUp { reason: hangup.reason.clone().unwrap_or_else(|| "the workflow hung up".to_owned()) };
    let next = if context.state.floor.agent_speaks() { Next::Stay } else { state.end() };
    (state, next)
}

impl HangingUp {
    pub fn handle(&mut self, context: &mut Context, input: &Input) -> Next {
        match input {
            // Who has interrupted the last words is heard out first: it may be a correction.
            Input::SpeechDone if context.caller_has_the_floor() => {
                context.after(Reason::Step, HEARD_OUT_MAX);
                Next::Stay
            }
            Input::SpeechDone | Input::Timer => self.end(),
            _ => Next::Stay,
        }
    }

    fn end(&self) -> Next {
        Next::End(Ended::HungUp, self.reason.clone())
    }
}

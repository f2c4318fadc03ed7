//! A bounded pause.

use super::{Input, Next, Outcome};
use crate::context::Context;
use crate::timers::Reason;
use closare_terms::Millis;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Waiting;

pub fn enter(context: &mut Context, span: Millis) -> (Waiting, Next) {
    context.after(Reason::Step, span);
    (Waiting, Next::Stay)
}

impl Waiting {
    pub fn handle(&mut self, input: &Input) -> Next {
        match input {
            Input::Timer => Next::Done(Outcome::Done),
            _ => Next::Stay,
        }
    }
}

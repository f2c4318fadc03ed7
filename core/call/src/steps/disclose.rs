//! Tells the caller that an AI speaks. It counts only when every sample was played; cut off, it plays again.

use super::{Input, Next, Outcome};
use crate::context::Context;
use crate::effect::Effect;
use crate::event::Utterance;
use crate::floor::Purpose;
use closare_workflow::{BargeIn, Disclose};
use serde::{Deserialize, Serialize};

/// A line on which the disclosure can't be played through this often is no line to talk on.
const TRIES_MAX: u32 = 3;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Disclosing {
    utterance: Option<Utterance>,
    tries: u32,
}

pub fn enter(context: &mut Context, disclose: &Disclose) -> (Disclosing, Next) {
    let utterance = context.say(&disclose.say, BargeIn::No, Purpose::Disclosure);
    let next = if utterance.is_some() {
        Next::Stay
    } else {
        Next::LastExit("the disclosure can't be put into words".into())
    };
    (Disclosing { utterance, tries: 1 }, next)
}

impl Disclosing {
    pub fn handle(&mut self, context: &mut Context, disclose: &Disclose, input: &Input) -> Next {
        match input {
            Input::Spoken { utterance, complete: true } if Some(*utterance) == self.utterance => {
                context.refresh_early();
                disclosed(context, *utterance);
                Next::Done(Outcome::Done)
            }
            Input::Spoken { utterance, complete: false } if Some(*utterance) == self.utterance => {
                if self.tries == TRIES_MAX {
                    return Next::LastExit("the disclosure could not be played through".into());
                }
                self.tries += 1;
                self.utterance = context.say(&disclose.say, BargeIn::No, Purpose::Disclosure);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }
}

fn disclosed(context: &mut Context, utterance: Utterance) {
    let length = context.state.floor.last_played;
    let language = context.language();
    context.emit(Effect::Disclosed { utterance, length, language });
    if !context.state.dues.disclosed {
        context.state.dues.disclosed = true;
        context.dues_changed();
    }
}

//! Says, listens, keeps the words.

use super::{Input, Next, Outcome};
use crate::context::Context;
use crate::floor::{Answer, ListenFor, Purpose, TakeKeys};
use crate::wording::Wording;
use closare_workflow::{Ask, BargeIn, Datum};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asking {
    tries: u32,
}

pub fn enter(context: &mut Context, ask: &Ask) -> (Asking, Next) {
    context.say(&ask.say, BargeIn::Yes, Purpose::Plain);
    let mut state = Asking { tries: 1 };
    let next = state.listen(context, ask);
    (state, next)
}

impl Asking {
    fn listen(&mut self, context: &mut Context, ask: &Ask) -> Next {
        let keys = TakeKeys::Many { most: 32, finish: ask.listen.finish_key.unwrap_or('#') };
        let wants = ListenFor::new(context, &ask.listen, keys);
        match context.listen(wants) {
            Some(Answer::Words(heard)) => self.keep(context, ask, heard.text),
            Some(Answer::Keys(keys)) => self.keep(context, ask, keys),
            None => Next::Stay,
        }
    }

    pub fn handle(&mut self, context: &mut Context, ask: &Ask, input: &Input) -> Next {
        match input {
            Input::Heard(heard) => self.keep(context, ask, heard.text.clone()),
            Input::Keys(keys) => self.keep(context, ask, keys.clone()),
            Input::NoInput if self.tries > context.workflow.limits.tries => {
                Next::GiveUp(Outcome::NoInput, ask.give_up)
            }
            Input::NoInput => {
                self.tries += 1;
                context.say_wording(Wording::NoInput, Purpose::Plain);
                context.say(&ask.say, BargeIn::Yes, Purpose::Plain);
                self.listen(context, ask)
            }
            _ => Next::Stay,
        }
    }

    fn keep(&mut self, context: &mut Context, ask: &Ask, words: String) -> Next {
        context.stop_listening();
        if let Some(name) = &ask.to {
            context.state.memory.variables.insert(name.clone(), Datum::Text(crate::mask::mask(&words)));
        }
        Next::Done(Outcome::Done)
    }
}

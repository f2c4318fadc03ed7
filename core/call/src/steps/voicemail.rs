//! Takes a message after a tone, and ends.

use super::{Input, Next};
use crate::context::Context;
use crate::effect::{Ended, RecordingPurpose};
use crate::event::Utterance;
use crate::floor::{ListenFor, Purpose, TakeKeys};
use crate::gate::Want;
use crate::timers::Reason;
use closare_terms::Millis;
use closare_workflow::{BargeIn, Listen, Voicemail as Settings};
use serde::{Deserialize, Serialize};

/// A pause in a message is thinking; this long a one is its end.
const PAUSE: Millis = Millis(1_500);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Voicemail {
    tone: Option<Utterance>,
    taking: bool,
}

pub fn enter(context: &mut Context, settings: &Settings) -> (Voicemail, Next) {
    context.stop_listening();
    context.say(&settings.say, BargeIn::No, Purpose::Plain);
    let tone = Some(context.beep());
    (Voicemail { tone, taking: false }, Next::Stay)
}

impl Voicemail {
    pub fn handle(&mut self, context: &mut Context, settings: &Settings, input: &Input) -> Next {
        match input {
            Input::Spoken { utterance, .. } if Some(*utterance) == self.tone => {
                self.taking = true;
                context.ask(Want::Record(RecordingPurpose::Voicemail));
                context.after(Reason::Step, settings.longest);
                self.listen(context)
            }
            // A message may have pauses: each stretch of it is a turn, and the next is waited for.
            Input::Heard(_) if self.taking => self.listen(context),
            Input::Keys(_) | Input::NoInput | Input::Timer if self.taking => self.over(context),
            _ => Next::Stay,
        }
    }

    pub fn taking(&self) -> bool {
        self.taking
    }

    fn listen(&mut self, context: &mut Context) -> Next {
        let listen = Listen { end_after: Some(PAUSE), ..Listen::default() };
        let wants = ListenFor::new(context, &listen, TakeKeys::One);
        // What was pressed before the tone ends no message.
        context.listen_anew(wants);
        Next::Stay
    }

    fn over(&mut self, context: &mut Context) -> Next {
        context.clear(Reason::Step);
        context.stop_listening();
        Next::End(Ended::Voicemail, "a message was left".to_owned())
    }
}

//! Understands what the caller has said since the last time, listening first if that is nothing; then asks for what is missing.

use super::collect::Collecting;
use super::{Input, Next, Outcome};
use crate::context::Context;
use crate::event::Job;
use crate::floor::{Answer, ListenFor, Purpose};
use crate::jobs::Plan;
use crate::slot;
use crate::wording::Wording;
use closare_slots::Value;
use closare_workflow::{Confirm, Extract};
use serde::{Deserialize, Serialize};

/// Before a field's examples of an `anytime` among the intents of an extraction.
pub const ANYTIME: &str = "anytime.";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Extracting {
    tries: u32,
    job: Option<Job>,
    /// What the job understands was said before the question that the caller hears now.
    before: bool,
    /// What is missing is asked for.
    asking: Option<Collecting>,
}

pub fn enter(context: &mut Context, extract: &Extract, again: bool) -> (Extracting, Next) {
    let mut state = Extracting { tries: 0, job: None, before: false, asking: None };
    let settled = again && (extract.intents.is_empty() || context.state.memory.intent.is_some());
    let next = if settled { state.ask_for_rest(context, extract) } else { state.listen(context, extract) };
    (state, next)
}

impl Extracting {
    /// Words that are there already are understood at once; those that come while the agent still speaks interrupt it.
    fn listen(&mut self, context: &mut Context, extract: &Extract) -> Next {
        if context.deaf() && !context.state.memory.fresh() {
            return Next::GiveUp(Outcome::Failed, extract.give_up);
        }
        let wants = ListenFor::usual(context);
        let early = context.listen(wants);
        match early {
            Some(Answer::Words(_)) => self.understand(context, extract),
            Some(Answer::Keys(_)) | None if context.state.memory.fresh() => self.understand(context, extract),
            Some(Answer::Keys(_)) | None => Next::Stay,
        }
    }

    pub fn handle(&mut self, context: &mut Context, extract: &Extract, input: &Input) -> Next {
        if let Some(asking) = &mut self.asking {
            return asking.handle(context, &extract.fields, Confirm::WhenUnsure, extract.give_up, input);
        }
        match input {
            Input::Heard(_) => self.understand(context, extract),
            Input::Keys(_) => self.unclear(context, extract, Outcome::NoMatch),
            Input::NoInput => self.unclear(context, extract, Outcome::NoInput),
            Input::Deaf if self.job.is_none() => Next::GiveUp(Outcome::Failed, extract.give_up),
            Input::Found { job, intent, fields } if Some(*job) == self.job => {
                self.found(context, extract, intent, fields)
            }
            Input::JobDone { job, .. } if Some(*job) == self.job => {
                context.finish_job(*job);
                self.job = None;
                self.unclear(context, extract, Outcome::NoMatch)
            }
            Input::JobFailed { job } if Some(*job) == self.job => {
                Next::GiveUp(Outcome::Failed, extract.give_up)
            }
            _ => Next::Stay,
        }
    }

    pub fn takes_keys(&self, context: &Context, extract: &Extract, keys: &str) -> bool {
        self.asking.as_ref().is_none_or(|asking| asking.takes_keys(context, &extract.fields, keys))
    }

    fn understand(&mut self, context: &mut Context, extract: &Extract) -> Next {
        if let Some(job) = self.job.take() {
            context.cancel_job(job);
        }
        context.stop_listening();
        self.before = context.state.memory.has_asked();
        if let Some(draft) = &mut context.state.latency {
            draft.model_asked = Some(context.now);
        }
        self.job = context.start_job(plan(context, extract));
        match self.job {
            Some(_) => Next::Stay,
            None => Next::GiveUp(Outcome::Failed, extract.give_up),
        }
    }

    fn found(
        &mut self,
        context: &mut Context,
        extract: &Extract,
        intent: &Option<(String, f32)>,
        fields: &[(String, String, f32)],
    ) -> Next {
        if let Some(job) = self.job.take() {
            context.finish_job(job);
        }
        if let Some(draft) = &mut context.state.latency {
            draft.first_token = Some(context.now);
        }
        self.keep_fields(context, extract, fields);
        let sure = intent.clone().filter(|(name, confidence)| {
            *confidence >= extract.confidence && extract.intents.iter().any(|intent| intent.name == *name)
        });
        if let Some(found) = sure {
            context.state.memory.intent = Some(found);
        } else if !extract.intents.is_empty() {
            context.state.memory.mark_understood();
            return self.unclear(context, extract, Outcome::NoMatch);
        }
        context.state.memory.mark_understood();
        context.tell_understood();
        self.ask_for_rest(context, extract)
    }

    /// What the model found, checked by type; what it did not find, the recognisers may.
    fn keep_fields(&mut self, context: &mut Context, extract: &Extract, fields: &[(String, String, f32)]) {
        for slot in &extract.fields {
            let found = fields
                .iter()
                .find(|(name, _, _)| *name == slot.name)
                .and_then(|(_, json, _)| Value::from_json(&slot.kind, &serde_json::from_str(json).ok()?));
            if let Some(value) = found
                && slot::valid(context, slot, &value)
            {
                slot::keep(context, slot, value);
            }
        }
    }

    fn ask_for_rest(&mut self, context: &mut Context, extract: &Extract) -> Next {
        let mut asking = Collecting::default();
        let askable: Vec<_> = extract.fields.iter().filter(|slot| slot.ask.is_some()).collect();
        if askable.iter().all(|slot| slot::known(context, slot)) {
            context.stop_listening();
            return Next::Done(Outcome::Done);
        }
        let next = asking.begin(context, &extract.fields, Confirm::WhenUnsure, extract.give_up);
        self.asking = Some(asking);
        next
    }

    fn unclear(&mut self, context: &mut Context, extract: &Extract, why: Outcome) -> Next {
        // It was no answer to the question, which now gets its own.
        if std::mem::take(&mut self.before) {
            context.state.memory.mark_understood();
            return self.listen(context, extract);
        }
        if let (Some(block), Outcome::NoMatch) = (extract.unclear, why) {
            context.stop_listening();
            return Next::Branch(why, block);
        }
        self.tries += 1;
        if self.tries > context.workflow.limits.tries {
            return Next::GiveUp(why, extract.give_up);
        }
        let wording = if why == Outcome::NoInput { Wording::NoInput } else { Wording::NoMatch };
        context.say_wording(wording, Purpose::Plain);
        context.repeat_question();
        self.listen(context, extract)
    }
}

/// The file's intents and fields, and the examples of its `anytime`, so that a caller who asks for a person in other words is
/// understood, too.
fn plan(context: &Context, extract: &Extract) -> Plan {
    let anytime = context.workflow.anytime.branches.iter();
    let intents = extract
        .intents
        .iter()
        .map(|intent| (intent.name.clone(), intent.examples.clone()))
        .chain(anytime.map(|branch| (format!("{ANYTIME}{}", branch.name), branch.examples.clone())));
    let language = context.language();
    let fields = extract.fields.iter().filter(|slot| !slot.secret).map(|slot| {
        let about = slot
            .ask
            .as_ref()
            .and_then(|phrase| phrase.fixed(&language))
            .and_then(|all| all.into_iter().next());
        (slot.name.clone(), about.unwrap_or_default(), slot.kind.schema())
    });
    Plan::Extract { intents: intents.collect(), fields: fields.collect() }
}

//! Open dialogue by a language model inside bounds: a goal, a number of turns, and exits that the model names.

use super::{Input, Next, Outcome};
use crate::clauses::Clauses;
use crate::context::Context;
use crate::event::{Ending, Job, Utterance};
use crate::floor::{Answer, ListenFor, Purpose, TakeKeys};
use crate::jobs::Plan;
use crate::slot;
use crate::wording::Wording;
use closare_slots::Value;
use closare_workflow::Converse;
use serde::{Deserialize, Serialize};

/// Long enough for three spoken sentences.
const ANSWER_TOKENS_MAX: u32 = 160;
/// The tool by which a model names an exit.
const EXIT: &str = "exit_";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Conversing {
    turns: u32,
    unheard: u32,
    job: Option<Job>,
    /// The answer that the running job speaks.
    utterance: Option<Utterance>,
    clauses: Clauses,
    exit: Option<usize>,
}

pub fn enter(context: &mut Context, converse: &Converse) -> (Conversing, Next) {
    let mut state = Conversing::default();
    // Where the file has greeted the caller already it is the caller's turn; else the model opens the talk.
    let greeted = context.state.memory.has_asked() && !context.state.memory.fresh();
    let next = if greeted { state.listen(context, converse) } else { state.answer(context, converse) };
    (state, next)
}

impl Conversing {
    /// Asks the model for its next words; the caller may already speak into them.
    fn answer(&mut self, context: &mut Context, converse: &Converse) -> Next {
        self.stop(context);
        if let Some(draft) = &mut context.state.latency {
            draft.model_asked = Some(context.now);
        }
        context.state.memory.mark_understood();
        self.job = context.start_job(plan(context, converse));
        if self.job.is_none() {
            return failed(converse);
        }
        self.listen(context, converse)
    }

    fn listen(&mut self, context: &mut Context, converse: &Converse) -> Next {
        if context.deaf() {
            self.stop(context);
            return failed(converse);
        }
        let wants = ListenFor::new(context, &converse.listen, TakeKeys::One);
        match context.listen(wants) {
            Some(Answer::Words(_)) => self.heard(context, converse),
            Some(Answer::Keys(_)) | None => Next::Stay,
        }
    }

    pub fn handle(&mut self, context: &mut Context, converse: &Converse, input: &Input) -> Next {
        match input {
            Input::Token { job, text } if Some(*job) == self.job => self.token(context, converse, text),
            Input::Invoked { job, name, arguments } if Some(*job) == self.job => {
                self.invoked(context, converse, name, arguments)
            }
            Input::JobDone { job, ending } if Some(*job) == self.job => self.done(context, converse, *ending),
            Input::JobBegunAgain { job } if Some(*job) == self.job => {
                self.clauses = Clauses::default();
                self.exit = None;
                Next::Stay
            }
            Input::JobFailed { job } if Some(*job) == self.job => {
                self.job = None;
                match self.utterance.take() {
                    // What was said so far stands, and the caller answers it.
                    Some(utterance) => {
                        context.close_speech(utterance);
                        Next::Stay
                    }
                    None => failed(converse),
                }
            }
            Input::Deaf => {
                self.stop(context);
                failed(converse)
            }
            // The answer is cut; an exit that was named stands until it is known whether the caller said anything.
            Input::Interrupted => {
                self.hush(context);
                Next::Stay
            }
            Input::SpeechDone => self.speech_done(context, converse),
            Input::Heard(_) => self.heard(context, converse),
            Input::NoInput => self.no_input(context, converse),
            _ => Next::Stay,
        }
    }

    fn token(&mut self, context: &mut Context, converse: &Converse, text: &str) -> Next {
        let Some(job) = self.job else { return Next::Stay };
        if let Some(draft) = &mut context.state.latency {
            draft.first_token.get_or_insert(context.now);
        }
        for clause in self.clauses.push(text) {
            self.speak(context, converse, job, &clause);
        }
        Next::Stay
    }

    fn speak(&mut self, context: &mut Context, converse: &Converse, job: Job, clause: &str) {
        let model = context.job_model(job);
        let utterance = *self.utterance.get_or_insert_with(|| context.begin_answer(converse.barge_in, model));
        context.add_clause(utterance, clause);
        context.job_progress(job, true);
    }

    fn invoked(&mut self, context: &mut Context, converse: &Converse, name: &str, arguments: &str) -> Next {
        let exit =
            name.strip_prefix(EXIT).and_then(|name| converse.exits.iter().position(|exit| exit.name == name));
        let gathered: serde_json::Value = serde_json::from_str(arguments).unwrap_or_default();
        for slot in converse.collect.iter().filter(|slot| !slot.secret) {
            if let Some(value) = gathered.get(&slot.name).and_then(|json| Value::from_json(&slot.kind, json))
                && slot::valid(context, slot, &value)
            {
                slot::keep(context, slot, value);
            }
        }
        self.exit = self.exit.or(exit);
        Next::Stay
    }

    fn done(&mut self, context: &mut Context, converse: &Converse, ending: Ending) -> Next {
        let Some(job) = self.job else { return Next::Stay };
        if let Some(rest) = self.clauses.finish() {
            self.speak(context, converse, job, &rest);
        }
        context.finish_job(job);
        self.job = None;
        match self.utterance.take() {
            Some(utterance) => {
                context.close_speech(utterance);
                Next::Stay
            }
            None if self.exit.is_some() => self.leave(context, converse),
            None if ending == Ending::Refused => failed(converse),
            None => self.no_input(context, converse),
        }
    }

    fn speech_done(&mut self, context: &mut Context, converse: &Converse) -> Next {
        if self.job.is_some() || context.caller_has_the_floor() {
            return Next::Stay;
        }
        let done = converse.done_when.as_ref().is_some_and(|condition| condition.holds(context));
        if self.exit.is_some() {
            return self.leave(context, converse);
        }
        if done {
            context.stop_listening();
            return Next::Done(Outcome::Done);
        }
        context.mind_silence();
        Next::Stay
    }

    fn leave(&mut self, context: &mut Context, converse: &Converse) -> Next {
        context.stop_listening();
        match self.exit.and_then(|index| converse.exits.get(index)) {
            Some(exit) => {
                let (name, block) = (exit.name.clone(), exit.then);
                context.took_exit(&name);
                Next::Branch(Outcome::Done, block)
            }
            None => Next::Done(Outcome::Done),
        }
    }

    fn heard(&mut self, context: &mut Context, converse: &Converse) -> Next {
        self.turns += 1;
        self.unheard = 0;
        if self.turns > converse.turns {
            self.stop(context);
            return failed(converse);
        }
        self.answer(context, converse)
    }

    fn no_input(&mut self, context: &mut Context, converse: &Converse) -> Next {
        self.unheard += 1;
        if self.unheard > context.workflow.limits.tries {
            self.stop(context);
            return Next::GiveUp(Outcome::NoInput, converse.failed);
        }
        context.say_wording(Wording::NoInput, Purpose::Plain);
        context.repeat_question();
        self.listen(context, converse)
    }

    /// The running answer is no longer wanted, nor what it would have led to.
    fn stop(&mut self, context: &mut Context) {
        self.hush(context);
        self.exit = None;
    }

    fn hush(&mut self, context: &mut Context) {
        if let Some(job) = self.job.take() {
            context.cancel_job(job);
        }
        if let Some(utterance) = self.utterance.take() {
            context.close_speech(utterance);
        }
        self.clauses = Clauses::default();
    }
}

fn failed(converse: &Converse) -> Next {
    match converse.failed {
        Some(block) => Next::Branch(Outcome::Failed, block),
        None => Next::GiveUp(Outcome::Failed, None),
    }
}

fn plan(context: &Context, converse: &Converse) -> Plan {
    let tools = converse
        .exits
        .iter()
        .map(|exit| (format!("{EXIT}{}", exit.name), exit.about.clone(), schema(converse)));
    Plan::Chat {
        instructions: instructions(context, converse),
        tools: tools.collect(),
        longest_tokens: ANSWER_TOKENS_MAX,
    }
}

fn schema(converse: &Converse) -> serde_json::Value {
    let properties: serde_json::Map<String, serde_json::Value> = converse
        .collect
        .iter()
        .filter(|slot| !slot.secret)
        .map(|slot| (slot.name.clone(), slot.kind.schema()))
        .collect();
    serde_json::json!({"type": "object", "properties": properties})
}

fn instructions(context: &Context, converse: &Converse) -> String {
    let mut lines = vec![
        "You are an AI voice assistant on a phone call. Speak in short, plain sentences, at most two at a time. No lists, no markup."
            .to_owned(),
        format!("Speak {}.", context.language()),
        format!("Your goal: {}", converse.goal),
    ];
    lines.extend(converse.instructions.clone());
    if !converse.know.is_empty() {
        lines.push("What you know:".to_owned());
        lines.extend(converse.know.iter().cloned());
    }
    for never in &converse.never {
        lines.push(format!("Never {never}."));
    }
    if !converse.collect.is_empty() {
        let names: Vec<&str> = converse.collect.iter().map(|slot| slot.name.as_str()).collect();
        lines.push(format!("Find out: {}.", names.join(", ")));
    }
    if !converse.exits.is_empty() {
        lines.push("As soon as one of these is true, call its function:".to_owned());
        lines.extend(converse.exits.iter().map(|exit| format!("{EXIT}{}: {}", exit.name, exit.about)));
    }
    lines.push("If you are asked whether you are a person, say that you are an AI.".to_owned());
    lines.join("\n")
}

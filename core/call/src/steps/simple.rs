//! The steps that wait for nothing.

use super::{Next, Outcome};
use crate::context::{Context, SummaryWanted};
use crate::dues::Consent;
use crate::effect::{ConsentAnswer, ConsentMeans, ConsentRecord, Effect};
use crate::floor::Purpose as Speaking;
use crate::wording::Wording;
use closare_terms::Purpose;
use closare_workflow::{BargeIn, Datum, Decide, Expression, Phrase, Route, Say, Step, Summarize};
use std::collections::BTreeMap;

pub fn greet(context: &mut Context, phrase: &Phrase) -> Next {
    let said = context.say(phrase, BargeIn::Yes, Speaking::Plain).is_some();
    context.state.memory.awaits_caller = said;
    done(said)
}

pub fn say(context: &mut Context, say: &Say) -> Next {
    done(context.say(&say.phrase, say.barge_in, Speaking::Plain).is_some())
}

fn done(well: bool) -> Next {
    Next::Done(if well { Outcome::Done } else { Outcome::Failed })
}

pub fn decide(context: &mut Context, decide: &Decide) -> Next {
    let branch =
        decide.branches.iter().find(|(condition, _)| condition.holds(context)).map(|(_, block)| *block);
    branch.or(decide.otherwise).map_or(Next::Done(Outcome::Done), |block| Next::Branch(Outcome::Done, block))
}

pub fn route(context: &mut Context, step: &Step, route: &Route) -> Next {
    let value = route.on.evaluate(context).ok().and_then(|datum| text(&datum));
    let taken = value.and_then(|value| route.to.get(&value).map(|block| (value, *block)));
    let (name, block) = match (taken, route.otherwise) {
        (Some((name, block)), _) => (name, Some(block)),
        (None, otherwise) => ("else".to_owned(), otherwise),
    };
    context.state.memory.routes.push(name.clone());
    context.emit(Effect::Routed { step: step.id.clone(), route: name });
    block.map_or(Next::Done(Outcome::Done), |block| Next::Branch(Outcome::Done, block))
}

/// A value as the name of a branch.
fn text(datum: &Datum) -> Option<String> {
    Some(match datum {
        Datum::Text(text) => text.clone(),
        Datum::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        Datum::Int(value) => value.to_string(),
        Datum::Float(value) => value.to_string(),
        Datum::Slot(closare_slots::Value::YesNo(value)) => if *value { "yes" } else { "no" }.to_owned(),
        Datum::Slot(value) => match value.to_json() {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        },
        Datum::Nothing | Datum::List(_) | Datum::Map(_) => return None,
    })
}

/// Notes that a summary is wanted. It is made when the call is over, of the whole of it, so that it never makes a caller wait.
pub fn summarize(context: &mut Context, summarize: &Summarize) -> Next {
    let language = summarize.language.clone().unwrap_or_else(|| context.workflow.main_language().clone());
    context.state.summary_wanted = Some(SummaryWanted {
        style: summarize.style.clone().unwrap_or_default(),
        language,
        longest_words: summarize.longest_words,
    });
    Next::Done(Outcome::Done)
}

pub fn set(context: &mut Context, values: &BTreeMap<String, Expression>) -> Next {
    let mut outcome = Outcome::Done;
    for (name, expression) in values {
        match expression.evaluate(context) {
            Ok(datum) => {
                context.state.memory.variables.insert(name.clone(), datum);
            }
            Err(_) => outcome = Outcome::Failed,
        }
    }
    Next::Done(outcome)
}

/// `off` holds within one frame, and until `on`, which asks the policies again.
pub fn record(context: &mut Context, on: bool) -> Next {
    context.state.recording_paused = !on;
    if on {
        context.ask(crate::gate::Want::Record(crate::effect::RecordingPurpose::Call));
    } else {
        close_recorder(context);
    }
    Next::Done(Outcome::Done)
}

fn close_recorder(context: &mut Context) {
    if std::mem::take(&mut context.state.recording) {
        context.emit(Effect::StopRecording);
    }
}

/// The caller takes the consent back.
pub fn stop_recording(context: &mut Context) {
    close_recorder(context);
    let language = context.language();
    context.state.dues.set(Purpose::Recording, Consent::Withdrawn);
    context.emit(Effect::Consented(ConsentRecord {
        purpose: Purpose::Recording,
        wording: String::new(),
        wording_id: String::new(),
        language,
        asked: context.now,
        fully_played: None,
        answer: ConsentAnswer::Withdrawn,
        means: ConsentMeans::Voice,
        confidence: 1.0,
        answered: context.now,
    }));
    context.dues_changed();
    if context.state.dues.disclosed {
        context.say_wording(Wording::RecordingStopped, Speaking::Plain);
    }
}

pub fn flow(context: &mut Context, name: &str) -> Next {
    match context.workflow.flows.get(name) {
        Some(block) => Next::Branch(Outcome::Done, *block),
        None => Next::LastExit(format!("no flow `{name}`")),
    }
}

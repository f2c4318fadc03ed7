//! What an expression of the workflow can name.

use crate::context::Context;
use closare_slots::Value;
use closare_workflow::{Datum, Scope};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

impl Scope for Context {
    fn get(&self, name: &str) -> Option<Datum> {
        let memory = &self.state.memory;
        match name {
            "intent" => {
                Some(memory.intent.as_ref().map_or(Datum::Nothing, |(name, _)| Datum::Text(name.clone())))
            }
            "summary" => Some(memory.summary.clone().map_or(Datum::Nothing, Datum::Text)),
            "turns" => Some(Datum::Int(i64::from(memory.turns))),
            "now" => Some(Datum::Slot(Value::DateTime(local_now(self)))),
            "today" => Some(Datum::Slot(Value::Date(local_now(self).date()))),
            "call" => Some(call(self)),
            name => memory
                .variables
                .get(name)
                .cloned()
                .or_else(|| {
                    self.workflow
                        .variables
                        .get(name)
                        .map(|v| v.first.clone().map_or(Datum::Nothing, Datum::Slot))
                })
                .or_else(|| memory.outcomes.get(name).map(|outcome| outcome_map(outcome))),
        }
    }
}

/// The moment, in the workflow's time zone.
pub fn local_now(context: &Context) -> DateTime {
    let millis = context.setup.wall.0.saturating_add(context.now.0.min(i64::MAX as u64) as i64);
    let zone = TimeZone::get(&context.workflow.timezone).unwrap_or(TimeZone::UTC);
    zone.to_datetime(Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn call(context: &Context) -> Datum {
    let setup = &context.setup;
    let text = |value: &str| Datum::Text(value.to_owned());
    Datum::Map(BTreeMap::from([
        ("id".to_owned(), text(setup.call.as_str())),
        ("from".to_owned(), setup.from.as_ref().map_or(Datum::Nothing, |from| text(from.as_str()))),
        ("to".to_owned(), text(setup.to.as_str())),
        ("language".to_owned(), text(context.language().as_str())),
        ("headers".to_owned(), Datum::Map(setup.headers.iter().map(|(k, v)| (k.clone(), text(v))).collect())),
    ]))
}

fn outcome_map(outcome: &str) -> Datum {
    let all = ["done", "no_input", "no_match", "failed", "refused", "interrupted"];
    Datum::Map(all.iter().map(|name| ((*name).to_owned(), Datum::Bool(*name == outcome))).collect())
}

//! What the policies are told when they are asked: facts about the call, never its words.

use crate::context::Context;
use crate::gate::Want;
use crate::vendors::Vendor;
use closare_policy::{Fact, Facts};
use closare_terms::{Kind, Point, Purpose, Role};
use std::collections::BTreeMap;

/// The decision point of a want, and the facts it is decided by.
pub fn question(context: &Context, want: &Want) -> (Point, Facts) {
    let mut facts = common(context);
    let point = match want {
        Want::Answer => {
            put(&mut facts, "blocked", Fact::Bool(context.setup.blocked));
            put(&mut facts, "hour", Fact::Int(local_hour(context)));
            Point::Answer
        }
        Want::Disclose => {
            put(&mut facts, "language", text(context.language().as_str()));
            put(&mut facts, "wording_version", text(&context.workflow.version));
            put(&mut facts, "names_ai", Fact::Bool(true));
            Point::Disclose
        }
        Want::Record(purpose) => {
            put(&mut facts, "channels", Fact::Int(2));
            let purpose = match purpose {
                crate::effect::RecordingPurpose::Call => "recording",
                crate::effect::RecordingPurpose::Voicemail => "voicemail",
            };
            put(&mut facts, "purpose", text(purpose));
            put(&mut facts, "consent", text(context.state.dues.consent(Purpose::Recording).as_str()));
            Point::Record
        }
        Want::Hear(index) => plugin(&mut facts, context, Role::SpeechToText, *index, &[Kind::Audio]),
        Want::Model(index) => {
            plugin(&mut facts, context, Role::LanguageModel, *index, &[Kind::Transcript, Kind::Field])
        }
        Want::Voice(index) => plugin(&mut facts, context, Role::TextToSpeech, *index, &[]),
        Want::PersonalVoice(index) => plugin(&mut facts, context, Role::TextToSpeech, *index, &[Kind::Field]),
        Want::Keep(kind) => {
            put(&mut facts, "kind", text(kind.as_str()));
            put(&mut facts, "encrypted", Fact::Bool(true));
            put(&mut facts, "retention_days", Fact::Int(i64::from(retention_days(context))));
            Point::Store
        }
        Want::Transfer => {
            put(&mut facts, "recorded", Fact::Bool(context.state.recording));
            put(&mut facts, "mode", text("blind"));
            put(&mut facts, "to", text("contact"));
            Point::Transfer
        }
    };
    (point, facts)
}

/// Days that this call's content is kept: the file's, at most the plan's.
pub fn retention_days(context: &Context) -> u32 {
    let plan = context.setup.plan_days;
    context.workflow.data.keep_for.map_or(plan, |days| days.min(plan))
}

fn plugin(facts: &mut Facts, context: &Context, role: Role, index: usize, kinds: &[Kind]) -> Point {
    put(facts, "role", text(role.as_str()));
    put(facts, "kinds", Fact::List(kinds.iter().map(|kind| kind.as_str().to_owned()).collect()));
    let Some(vendor) = context.state.vendors.chain(role).get(index) else { return Point::Send };
    sending(facts, vendor);
    if vendor.networked { Point::Send } else { Point::Understand }
}

fn sending(facts: &mut Facts, vendor: &Vendor) {
    put(facts, "vendor", text(&vendor.plugin));
    put(facts, "region", text(&vendor.region));
    put(facts, "trains_on_data", Fact::Bool(vendor.trains_on_data));
    put(facts, "retention", text(&vendor.retention));
    put(facts, "contract", text(&vendor.contract));
    put(facts, "outside_eu", text(&vendor.outside_eu));
}

fn common(context: &Context) -> Facts {
    let setup = &context.setup;
    let mut facts = Facts::default();
    let call = BTreeMap::from([
        ("id".to_owned(), text(setup.call.as_str())),
        ("from_country".to_owned(), text(setup.from_country.as_deref().unwrap_or(""))),
        ("to_country".to_owned(), text(setup.to_country.as_deref().unwrap_or(""))),
        ("language".to_owned(), text(context.language().as_str())),
        ("direction".to_owned(), text("in")),
    ]);
    let of = |value: &dyn Fn(Purpose) -> &'static str| {
        Fact::Map(
            Purpose::ALL.iter().map(|&purpose| (purpose.as_str().to_owned(), text(value(purpose)))).collect(),
        )
    };
    put(&mut facts, "call", Fact::Map(call));
    put(&mut facts, "tenant", text(&setup.tenant));
    put(&mut facts, "agent", text(&setup.agent));
    put(&mut facts, "workflow", text(&context.workflow.name));
    put(&mut facts, "workflow_version", text(&context.workflow.version));
    put(&mut facts, "plan_days", Fact::Int(i64::from(setup.plan_days)));
    put(&mut facts, "disclosed", Fact::Bool(context.state.dues.disclosed));
    put(&mut facts, "consents", of(&|purpose| context.state.dues.consent(purpose).as_str()));
    put(&mut facts, "basis", of(&|purpose| setup.basis(purpose).as_str()));
    put(&mut facts, "minor", Fact::Bool(false));
    put(&mut facts, "topic", text(""));
    put(&mut facts, "now", Fact::Int(setup.wall.0 + context.now.0 as i64));
    facts
}

fn local_hour(context: &Context) -> i64 {
    i64::from(crate::scope::local_now(context).hour())
}

fn put(facts: &mut Facts, name: &str, fact: Fact) {
    facts.insert(name.to_owned(), fact);
}

fn text(value: &str) -> Fact {
    Fact::Text(value.to_owned())
}

//! Names: known, set before they are used, of a kind that fits.

use super::walk::{Fact, Visit};
use crate::expression::{Expression, Kind};
use crate::finding::Finding;
use crate::phrase::Phrase;
use crate::reader::Reader;
use crate::scalar;
use crate::workflow::{Do, Slot, Step, Workflow};
use std::collections::{BTreeMap, BTreeSet};

/// Names that every call has.
const READY: [(&str, Kind); 6] = [
    ("call", Kind::Map),
    ("now", Kind::DateTime),
    ("today", Kind::Date),
    ("intent", Kind::Text),
    ("summary", Kind::Text),
    ("turns", Kind::Number),
];

/// Words of the expression language, and a name that the engine sets.
const RESERVED: [&str; 9] = ["yes", "no", "true", "false", "nothing", "and", "or", "not", "pace"];

/// `var-4`: reserved names, names used for two kinds of things; `var-2`: a variable that nobody reads.
pub(super) fn declared(workflow: &Workflow, reader: &mut Reader) {
    for used in workflow.steps().flat_map(uses).filter(|used| used.name == "summary") {
        let sentence =
            "`summary` is made when the call is over: using it in the call comes in a later version";
        reader.error(
            "read-9",
            used.place,
            sentence.to_owned(),
            "say the fields themselves, such as `{name}`",
        );
    }
    let used: BTreeSet<String> = workflow.steps().flat_map(uses).map(|used| used.name).collect();
    let mut kinds: BTreeMap<String, (Kind, crate::Place)> = BTreeMap::new();
    for one in std::mem::take(&mut reader.declared) {
        let ready = READY.iter().any(|(name, _)| *name == one.name) || RESERVED.contains(&one.name.as_str());
        if ready {
            let sentence = format!("`{}` is a name that every call has already", one.name);
            reader.error("var-4", one.place, sentence, "take another name");
        } else if let Some(step) = workflow.labels.get(&one.name).and_then(|at| workflow.step(*at)) {
            let finding =
                Finding::error("var-4", one.place, format!("`{}` is also the `id` of a step", one.name));
            reader
                .findings
                .push(finding.help("give one of the two another name").related(step.place, "the step"));
        }
        let known =
            kinds.get(&one.name).copied().filter(|(kind, _)| *kind != Kind::Any && one.kind != Kind::Any);
        if let Some((kind, place)) = known.filter(|(kind, _)| *kind != one.kind) {
            let sentence = format!("expected `{}` to be {kind} everywhere, found {}", one.name, one.kind);
            reader.findings.push(
                Finding::error("var-4", one.place, sentence)
                    .help("use two names")
                    .related(place, "the other one"),
            );
        }
        if !one.field && !used.contains(&one.name) {
            let finding = Finding::warning("var-2", one.place, format!("nothing uses `{}`", one.name));
            reader.findings.push(finding.help("remove it, or use it in a phrase or a condition"));
        }
        let entry = kinds.entry(one.name.clone()).or_insert((one.kind, one.place));
        if entry.0 == Kind::Any {
            entry.0 = one.kind;
        }
        reader.declared.push(crate::reader::Declared { kind: entry.0, ..one });
    }
}

/// `var-3`: kinds that don't fit; `say-2`, `var-1`: a name that nothing gives a value.
pub(super) fn kinds(workflow: &Workflow, reader: &mut Reader) {
    let mut known: BTreeMap<String, Kind> =
        READY.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
    known.extend(workflow.labels.keys().map(|id| (id.clone(), Kind::Map)));
    known.extend(reader.declared.iter().map(|one| (one.name.clone(), one.kind)));
    let steps: Vec<&Step> = workflow.steps().collect();
    for step in &steps {
        for used in uses(step).into_iter().filter(|used| !known.contains_key(&used.name)) {
            let near = scalar::nearest(&used.name, known.keys().map(String::as_str));
            let help = near
                .map_or("a slot, `set`, `ask` or `vars` gives a name its value".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
            let code = if used.said { "say-2" } else { "var-1" };
            reader.error(code, used.place, format!("nothing gives `{}` a value", used.name), help);
        }
        for (expression, wanted) in conditions(step) {
            let kind = expression.kind(&|name| known.get(name).copied().unwrap_or(Kind::Any));
            let inside = |range: std::ops::Range<usize>| {
                let begin = expression.place().begin;
                reader.lines.at(begin + range.start, begin + range.end)
            };
            match kind {
                Ok(found) if wanted == Kind::Any || found == Kind::Any || found == wanted => {}
                Ok(found) => {
                    let sentence = format!("expected {wanted}, found {found}");
                    reader.findings.push(
                        Finding::error("var-3", expression.place(), sentence)
                            .help("compare it, such as `x > 3`"),
                    );
                }
                Err(error) => {
                    let finding = Finding::error("var-3", inside(error.range), error.sentence);
                    reader.findings.push(
                        finding.help("compare values of one kind; dates move by days, such as `today + 7`"),
                    );
                }
            }
        }
    }
}

/// `var-1`: a name without a value on some path.
pub(super) fn set_before_use(visit: &Visit, reader: &mut Reader) {
    let own: BTreeSet<&str> = slots(visit.step).map(|slot| slot.name.as_str()).collect();
    for used in uses(visit.step) {
        let name = used.name.as_str();
        let always =
            READY.iter().any(|(ready, _)| *ready == name) || visit.workflow.labels.contains_key(name);
        let first = visit.workflow.variables.get(name).is_some_and(|variable| variable.first.is_some());
        let known = reader.declared.iter().any(|one| one.name == name);
        if always
            || first
            || !known
            || own.contains(name)
            || visit.facts.contains(&Fact::Set(used.name.clone()))
        {
            continue;
        }
        let mut finding =
            Finding::error("var-1", used.place, format!("`{name}` has no value yet on some path"));
        finding.related = visit.path();
        reader.findings.push(finding.help("ask for it before, or give it a first value in `vars`"));
    }
}

/// What a step that does what it does gives a value.
pub(super) fn sets(step: &Step) -> Vec<String> {
    match &step.does {
        Do::Ask(ask) => ask.to.iter().cloned().collect(),
        Do::Set(values) => values.keys().cloned().collect(),
        _ => slots(step).map(|slot| slot.name.clone()).collect(),
    }
}

pub(super) fn slots(step: &Step) -> impl Iterator<Item = &Slot> {
    match &step.does {
        Do::Collect(collect) => collect.slots.as_slice(),
        Do::Extract(extract) => extract.fields.as_slice(),
        Do::Converse(converse) => converse.collect.as_slice(),
        _ => &[],
    }
    .iter()
}

struct Used {
    name: String,
    place: crate::Place,
    /// In a phrase, not in a condition.
    said: bool,
}

fn uses(step: &Step) -> Vec<Used> {
    let mut all = Vec::new();
    let mut add = |expression: &Expression, said| {
        all.extend(expression.names().into_iter().map(|name| Used {
            name: name.to_owned(),
            place: expression.place(),
            said,
        }));
    };
    conditions(step).into_iter().for_each(|(expression, _)| add(expression, false));
    phrases(step).into_iter().flat_map(Phrase::expressions).for_each(|expression| add(expression, true));
    all
}

/// The expressions of a step that aren't said, each with the kind that it must have.
fn conditions(step: &Step) -> Vec<(&Expression, Kind)> {
    let mut all: Vec<(&Expression, Kind)> = step.when.iter().map(|when| (when, Kind::Bool)).collect();
    all.extend(slots(step).filter_map(|slot| slot.check.as_ref()).map(|check| (check, Kind::Bool)));
    match &step.does {
        Do::Decide(decide) => all.extend(decide.branches.iter().map(|(when, _)| (when, Kind::Bool))),
        Do::Route(route) => all.push((&route.on, Kind::Any)),
        Do::Set(values) => all.extend(values.values().map(|value| (value, Kind::Any))),
        Do::Converse(converse) => all.extend(converse.done_when.iter().map(|when| (when, Kind::Bool))),
        _ => {}
    }
    all
}

/// Every phrase that a step says.
pub(super) fn phrases(step: &Step) -> Vec<&Phrase> {
    let mut all: Vec<&Phrase> =
        slots(step).flat_map(|slot| [&slot.ask, &slot.again, &slot.sorry]).flatten().collect();
    match &step.does {
        Do::Disclose(disclose) => all.push(&disclose.say),
        Do::Consent(consent) => all.push(&consent.ask),
        Do::Greet(phrase) => all.push(phrase),
        Do::Say(say) => all.push(&say.phrase),
        Do::Ask(ask) => all.push(&ask.say),
        Do::Transfer(transfer) => all.extend(&transfer.say),
        Do::Voicemail(voicemail) => all.push(&voicemail.say),
        Do::Hangup(hangup) => all.extend(&hangup.say),
        Do::Collect(_)
        | Do::Extract(_)
        | Do::Decide(_)
        | Do::Route(_)
        | Do::Converse(_)
        | Do::Summarize(_) => {}
        Do::Set(_) | Do::Record(_) | Do::Wait(_) | Do::Flow(_) | Do::Goto(_) => {}
    }
    all
}

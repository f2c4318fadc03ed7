//! What the law and the policies ask of a file, proven over its paths.

use super::walk::{Fact, Visit};
use crate::catalog::Rule;
use crate::finding::Finding;
use crate::reader::Reader;
use crate::workflow::{Do, Keep, Step, Workflow};
use closare_terms::Purpose;

/// `law-1`: words, questions or a recording before the disclosure.
pub(super) fn disclosed_first(visit: &Visit, reader: &mut Reader) {
    if visit.facts.contains(&Fact::Disclosed) {
        return;
    }
    let Some(what) = before_disclosure(visit.step) else { return };
    let mut finding =
        Finding::error("law-1", visit.place(), format!("{what} before the caller knows that an AI speaks"));
    finding.related = visit.path();
    reader.findings.push(finding.help("begin the flow with `- disclose`"));
}

fn before_disclosure(step: &Step) -> Option<&'static str> {
    match &step.does {
        Do::Consent(_) | Do::Ask(_) | Do::Collect(_) | Do::Extract(_) | Do::Converse(_) => {
            Some("this asks the caller something")
        }
        Do::Greet(_) | Do::Say(_) | Do::Voicemail(_) => Some("this speaks"),
        Do::Transfer(transfer) => transfer.say.as_ref().map(|_| "this speaks"),
        Do::Hangup(hangup) => hangup.say.as_ref().map(|_| "this speaks"),
        Do::Record(on) => on.then_some("this records"),
        Do::Disclose(_) | Do::Decide(_) | Do::Route(_) | Do::Summarize(_) | Do::Set(_) => None,
        Do::Wait(_) | Do::Flow(_) | Do::Goto(_) => None,
    }
}

/// `law-3`: a recording that the policies never allow, or without the consent that they need being asked for anywhere.
pub(super) fn recording(workflow: &Workflow, reader: &mut Reader) {
    let place = reader.recording_place;
    if workflow.data.recording != Keep::Always {
        return;
    }
    match &reader.catalog.recording {
        Rule::Allowed => {}
        Rule::Needs(purpose) => {
            let asked = workflow
                .steps()
                .any(|step| matches!(&step.does, Do::Consent(consent) if consent.purpose == *purpose));
            if !asked {
                let sentence = format!(
                    "`recording: always` needs the caller's consent for {purpose}, and no step asks for it"
                );
                let help = format!(
                    "add `- consent: {{for: {purpose}}}` after `disclose`, or write `recording: with_consent`"
                );
                reader.error("law-3", place, sentence, help);
            }
        }
        Rule::Denied(reason) => {
            let sentence = format!("the policies deny every recording: {reason}");
            reader.error("law-3", place, sentence, "write `recording: never`");
        }
    }
}

/// `law-3` on paths: a recording that is switched on, or a vendor that hears the caller, before the consent that it needs.
pub(super) fn consent_first(visit: &Visit, reader: &mut Reader) {
    let missing = |purpose: &Purpose| !visit.facts.contains(&Fact::Asked(*purpose));
    if let (Do::Record(true), Rule::Needs(purpose)) = (&visit.step.does, &reader.catalog.recording)
        && missing(purpose)
    {
        push(
            visit,
            format!("this records before the caller was asked for consent to {purpose}"),
            *purpose,
            reader,
        );
    }
    let listens = matches!(visit.step.does, Do::Ask(_) | Do::Collect(_) | Do::Extract(_) | Do::Converse(_));
    if let Some(purpose) = purpose_of_every_ear(reader).filter(|purpose| listens && missing(purpose)) {
        let sentence = format!(
            "every speech-to-text of this file needs consent for {purpose}, which was not asked for yet"
        );
        push(visit, sentence, purpose, reader);
    }
}

fn push(visit: &Visit, sentence: String, purpose: Purpose, reader: &mut Reader) {
    let mut finding = Finding::error("law-3", visit.place(), sentence);
    finding.related = visit.path();
    reader.findings.push(finding.help(format!("add `- consent: {{for: {purpose}}}` before it")));
}

/// The consent without which nothing in the chain may hear the caller.
fn purpose_of_every_ear(reader: &Reader) -> Option<Purpose> {
    let rules = reader
        .uses
        .stt
        .iter()
        .filter_map(|used| Some(reader.catalog.plugins.get(&used.plugin)?.rule_with(&used.options)));
    let mut needed = None;
    for rule in rules {
        match rule {
            Rule::Allowed => return None,
            Rule::Needs(purpose) => needed = Some(*purpose),
            Rule::Denied(_) => {}
        }
    }
    needed
}

use crate::Target;
use crate::phone_call::PhoneCall;
use closare_terms::{Language, Role};
use closare_workflow::{Catalog, Finding, Installed, Place, Severity, Workflow, codes, read, render};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const TARGET: Target = Target { name: "workflow", check, cases: 750, length_max: 16_384 };

/// Reading ends, every finding lies in the file at the line and column that it tells, and there is a workflow exactly where
/// nothing is an error. That workflow can be called.
fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let reading = read(text, &catalog());
    let errors = reading.findings.iter().any(|finding| finding.severity == Severity::Error);
    assert_eq!(reading.workflow.is_none(), errors, "a workflow exactly where nothing is an error");
    let begins: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    for finding in &reading.findings {
        lies_within(finding, text, &begins);
    }
    if let Some(finding) = reading.findings.first() {
        assert!(render(finding, text, "file.yaml").ends_with('\n'));
    }
    if let Some(workflow) = reading.workflow {
        called(workflow);
    }
}

fn lies_within(finding: &Finding, text: &str, begins: &[usize]) {
    assert!(codes().any(|code| code == finding.code), "{} has no page", finding.code);
    assert!(!finding.sentence.is_empty());
    for place in finding.related.iter().map(|(place, _)| place).chain([&finding.place]) {
        assert!(text.get(place.begin..place.end).is_some(), "{finding:?} lies outside of the file");
        let line = begins.partition_point(|begin| *begin <= place.begin);
        let column = text[begins[line - 1]..place.begin].chars().count() + 1;
        let told = (place.line as usize, place.column as usize);
        assert!(told == (line, column) || *place == Place::default(), "{finding:?} is at {line}:{column}");
    }
}

/// A caller who says nothing, then hangs up: whatever the file holds, the machine takes it.
fn called(workflow: Workflow) {
    let mut call = PhoneCall::new(Arc::new(workflow), 7);
    call.offered();
    for _ in 0..40 {
        call.play_on();
        call.wait(500);
    }
    call.hang_up();
}

/// A machine with the offline plugins and a vendor for each role.
pub fn catalog() -> Catalog {
    let plugins = [
        ("offline-stt", plugin(&[Role::SpeechToText], &["en"], false, true)),
        ("offline-tts", plugin(&[Role::TextToSpeech], &["en"], false, true)),
        ("offline-nlu", plugin(&[Role::LanguageModel], &["en"], true, true)),
        ("openai", plugin(&[Role::LanguageModel, Role::TextToSpeech], &[], true, false)),
        ("deepgram", plugin(&[Role::SpeechToText], &[], false, false)),
    ];
    let offline = [
        (Role::SpeechToText, "offline-stt"),
        (Role::TextToSpeech, "offline-tts"),
        (Role::LanguageModel, "offline-nlu"),
    ];
    Catalog {
        plugins: plugins.into_iter().map(|(name, plugin)| (name.to_owned(), plugin)).collect(),
        sets: BTreeMap::from([(
            "offline".to_owned(),
            offline.map(|(role, name)| (role, name.to_owned())).into(),
        )]),
        plan_days: 90,
        timezone: "Europe/London".to_owned(),
        ..Catalog::default()
    }
}

fn plugin(roles: &[Role], languages: &[&str], chats: bool, local: bool) -> Installed {
    let languages: Vec<Language> = languages.iter().map(|tag| Language::from(*tag)).collect();
    let options = ["base_url", "model", "voice"];
    Installed {
        roles: roles.to_vec(),
        languages: roles.iter().map(|role| (*role, languages.clone())).collect(),
        options: options.map(|name| (name.to_owned(), serde_json::json!({"type": "string"}))).into(),
        chats,
        local,
        ..Installed::default()
    }
}

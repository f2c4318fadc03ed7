//! What every test needs: a catalog, workflows from text, a call from a talk.

use closare_policy::{Policies, eu_default};
use closare_simulate::{Report, Scenarios, run};
use closare_terms::{Purpose, Role};
use closare_workflow::{Catalog, Installed, Rule, Workflow, read};
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn policies() -> Policies {
    Policies::new(vec![eu_default()])
}

pub fn workflow(text: &str) -> Arc<Workflow> {
    let reading = read(text, &catalog());
    let findings: Vec<String> =
        reading.findings.iter().map(|finding| closare_workflow::render(finding, text, "test.yaml")).collect();
    Arc::new(reading.workflow.unwrap_or_else(|| panic!("{}", findings.join("\n"))))
}

/// Plays the calls of a test file.
pub fn play(workflow_text: &str, calls: &str) -> Vec<Report> {
    let workflow = workflow(workflow_text);
    let scenarios = Scenarios::read(calls).unwrap_or_else(|error| panic!("{error}"));
    scenarios.calls.iter().map(|scenario| run(scenario, &workflow, &policies())).collect()
}

/// Plays one call: `talk` and what stands beside it, as in a test file.
pub fn call(workflow_text: &str, call: &str) -> Report {
    let indented: String = call.lines().map(|line| format!("    {line}\n")).collect();
    let text =
        format!("workflow: x.yaml\nnow: 2026-03-02T10:15:00+00:00\ncalls:\n  - name: a call\n{indented}");
    play(workflow_text, &text).remove(0)
}

pub fn catalog() -> Catalog {
    let offline = [
        (Role::SpeechToText, "offline-stt"),
        (Role::TextToSpeech, "offline-tts"),
        (Role::LanguageModel, "offline-nlu"),
    ];
    let mut plugins: BTreeMap<String, Installed> =
        offline.iter().map(|(role, name)| ((*name).to_owned(), plugin(&[*role], false, true))).collect();
    let all = [Role::LanguageModel, Role::TextToSpeech, Role::SpeechToText];
    for name in ["openai", "second"] {
        plugins.insert(name.to_owned(), plugin(&all, true, false));
    }
    Catalog {
        plugins,
        sets: BTreeMap::from([(
            "offline".to_owned(),
            offline.map(|(role, name)| (role, name.to_owned())).into(),
        )]),
        recording: Rule::Needs(Purpose::Recording),
        plan_days: 90,
        timezone: "Europe/London".to_owned(),
    }
}

fn plugin(roles: &[Role], chats: bool, local: bool) -> Installed {
    let options =
        ["base_url", "model", "voice"].map(|name| (name.to_owned(), serde_json::json!({"type": "string"})));
    Installed {
        roles: roles.to_vec(),
        languages: roles.iter().map(|role| (*role, Vec::new())).collect(),
        chats,
        local,
        options: options.into_iter().collect(),
        ..Installed::default()
    }
}

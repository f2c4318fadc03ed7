//! What the random calls stand on: a workflow with a step of most kinds, and two vendors for each role.

use closare_call::{Basis, Chain, Setup, Vendor, Vendors};
use closare_terms::{CallId, PhoneNumber, Purpose, Role, UnixMillis};
use closare_workflow::{Catalog, Installed, Workflow, read};
use std::collections::BTreeMap;
use std::sync::Arc;

const WORKFLOW: &str = r#"
closare: 1
name: random
languages: [en]
contacts: {desk: {to: "+44 20 7946 0000", ring: 20s}}
steps:
  - disclose
  - consent: {for: recording}
  - greet: "How can I help?"
  - extract:
      intents:
        book: ["I'd like an appointment", "can I see the dentist", "I need a check-up"]
        talk: ["I have a question", "I want to know something", "tell me about it"]
      fields:
        name: {type: name, ask: "May I have your name?"}
  - summarize
  - route:
      on: intent
      to:
        book: {flow: booking}
        talk: {flow: talking}
      else: {voicemail: "Please leave a message after the tone."}
flows:
  booking:
    - collect:
        day: {type: date, ask: "Which day?", check: "day >= today", sorry: "That day has passed."}
        sure: {type: yes_no, ask: "Are you sure?"}
    - say: "Thank you, {name}. See you on {day}."
    - hangup: "Good-bye."
  talking:
    - converse:
        goal: "Answer the question."
        turns: 3
        exits: {done: {about: "all is said", do: [{hangup: "Good-bye."}]}}
        failed: [{transfer: desk}]
"#;

pub fn workflow() -> Arc<Workflow> {
    workflow_of(WORKFLOW)
}

pub fn workflow_of(text: &str) -> Arc<Workflow> {
    let plugin =
        |role: Role, chats: bool| Installed { roles: vec![role], chats, local: true, ..Installed::default() };
    let plugins = [
        ("offline-stt", plugin(Role::SpeechToText, false)),
        ("offline-tts", plugin(Role::TextToSpeech, false)),
        ("offline-nlu", plugin(Role::LanguageModel, true)),
    ];
    let set = plugins.iter().map(|(name, plugin)| (plugin.roles[0], (*name).to_owned())).collect();
    let catalog = Catalog {
        plugins: plugins.into_iter().map(|(name, plugin)| (name.to_owned(), plugin)).collect(),
        sets: BTreeMap::from([("offline".to_owned(), set)]),
        plan_days: 30,
        timezone: "UTC".to_owned(),
        ..Catalog::default()
    };
    let reading = read(text, &catalog);
    Arc::new(reading.workflow.unwrap_or_else(|| panic!("{:?}", reading.findings)))
}

pub fn setup(seed: u64) -> Setup {
    let vendor = |plugin: &str| Vendor {
        plugin: plugin.to_owned(),
        networked: false,
        region: "local".to_owned(),
        trains_on_data: false,
        retention: String::new(),
        contract: String::new(),
        outside_eu: String::new(),
        chats: true,
    };
    let chain = |name: &str| Chain::new(vec![vendor(name), vendor("second")]);
    Setup {
        call: CallId::from("random"),
        tenant: "default".to_owned(),
        agent: "random".to_owned(),
        from: Some(PhoneNumber::from("+447700900123")),
        to: PhoneNumber::from("100"),
        from_country: None,
        to_country: None,
        language: None,
        headers: BTreeMap::new(),
        blocked: false,
        wall: UnixMillis(1_772_446_500_000),
        seed,
        plan_days: 30,
        basis: BTreeMap::from([(Purpose::Vendor, Basis::Contract), (Purpose::Storage, Basis::Contract)]),
        vendors: Vendors { stt: chain("offline-stt"), llm: chain("offline-nlu"), tts: chain("offline-tts") },
    }
}

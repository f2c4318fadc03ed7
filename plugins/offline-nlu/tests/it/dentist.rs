//! A dentist's workflow, and a talk with it.

use closare_plugin::Opening;
use closare_plugin::language_model::{
    Extraction, Field, Found, Intent, LanguageModel, Message, Output, Part, Speaker, Task,
};
use offline_nlu::Mind;
use serde_json::json;

pub fn mind() -> Mind {
    let languages = vec!["en-GB".to_owned()];
    Mind::open(Opening { at: 0, wall: 0, seed: 1, options: "{}".into(), languages }).unwrap().0
}

pub fn intents() -> Vec<Intent> {
    let intent = |name: &str, examples: &[&str]| Intent {
        name: name.into(),
        examples: examples.iter().map(|example| (*example).to_owned()).collect(),
    };
    vec![
        intent("book", &["I'd like an appointment", "can I see the dentist on Friday", "I need a check-up"]),
        intent(
            "cancel",
            &["I can't come tomorrow", "please cancel my appointment", "I have to call off my visit"],
        ),
        intent("emergency", &["my tooth broke", "I'm in a lot of pain", "my gum is bleeding"]),
        intent("hours", &["when are you open", "are you open on Saturday", "what are your opening hours"]),
        intent(
            "billing",
            &["I have a question about my invoice", "how much does it cost", "I was charged twice"],
        ),
    ]
}

pub fn fields() -> Vec<Field> {
    let field = |name: &str, about: &str, slot: serde_json::Value| Field {
        name: name.into(),
        about: about.into(),
        schema: json!({"type": "string", "x-slot": slot}).to_string(),
    };
    vec![
        field("name", "May I have your name?", json!({"type": "name"})),
        field("day", "Which day suits you?", json!({"type": "date"})),
        field("phone", "What is your phone number?", json!({"type": "phone"})),
        field("swollen", "Is your face swollen?", json!({"type": "yes_no"})),
    ]
}

/// `A: …` is the agent, `C: …` the caller, anything else instructions.
pub fn talk(lines: &[&str]) -> Vec<Message> {
    let message = |line: &&str| {
        let (speaker, text) = match line.split_once(": ") {
            Some(("A", text)) => (Speaker::Agent, text),
            Some(("C", text)) => (Speaker::Caller, text),
            _ => (Speaker::Instructions, *line),
        };
        Message { speaker, parts: vec![Part::Text(text.to_owned())] }
    };
    lines.iter().map(message).collect()
}

/// A Friday.
pub fn extract(lines: &[&str]) -> Found {
    let extraction = Extraction {
        messages: talk(lines),
        intents: intents(),
        fields: fields(),
        today: "2026-02-27T10:00:00".into(),
        timezone: "Europe/London".into(),
    };
    match &mind().start(0, 3, Task::Extract(extraction))[..] {
        [Output::Found((3, found)), Output::Done((3, _))] => found.clone(),
        other => panic!("expected what was found, found {other:?}"),
    }
}

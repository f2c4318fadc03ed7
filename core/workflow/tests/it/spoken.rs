//! Phrases by what a voice gets.

use crate::catalog::catalog;
use closare_slots::Value;
use closare_terms::Language;
use closare_workflow::{Datum, Do, Phrase, Scope, read};

struct Names;

impl Scope for Names {
    fn get(&self, name: &str) -> Option<Datum> {
        match name {
            "today" => Some(Datum::Slot(Value::Date("2026-03-04".parse().expect("a date")))),
            "turns" => Some(Datum::Int(3)),
            "call" => Some(Datum::Map([("to".to_owned(), Datum::Text("B7".to_owned()))].into())),
            _ => None,
        }
    }
}

fn phrase(yaml: &str) -> Phrase {
    let head = "closare: 1\nname: example\nlanguages: [en, de]\nuse: {stt: deepgram, tts: openai, llm: openai}\nsteps:\n- disclose\n";
    let reading = read(&format!("{head}- greet: {yaml}\n- hangup\n"), &catalog());
    let workflow = reading.workflow.unwrap_or_else(|| panic!("{:#?}", reading.findings));
    let Do::Greet(phrase) = &workflow.blocks[0][1].does else { panic!("expected `greet`") };
    phrase.clone()
}

fn said(yaml: &str, language: &str, pick: usize) -> String {
    let pieces =
        phrase(yaml).render(&Language::from(language), pick, &Names).expect("a value for each brace");
    let show = |piece: closare_workflow::Piece| {
        let slow = if piece.slow { " (slow)" } else { "" };
        let pause =
            if piece.pause_after.0 > 0 { format!(" ({} pause)", piece.pause_after) } else { String::new() };
        format!("{}{slow}{pause}", piece.text)
    };
    pieces.into_iter().map(show).collect::<Vec<_>>().join(" | ")
}

#[test]
fn what_a_voice_gets() {
    let pauses = r#"{en: "Wait. [pause 300ms] Now [slow]listen well[/slow] please.", de: "Ja."}"#;
    assert_eq!(said(pauses, "en", 0), "Wait. (300 ms pause) | Now | listen well (slow) | please.");
    let variants = r#"{en: ["One.", "Two."], de: "Eins."}"#;
    assert_eq!((0..3).map(|pick| said(variants, "en", pick)).collect::<Vec<_>>(), ["One.", "Two.", "One."]);
    assert_eq!(said(variants, "de-AT", 5), "Eins.");
    assert_eq!(
        said(variants, "fr", 0),
        "Eins.",
        "a language that the file hasn't is spoken in one that it has"
    );
    assert_eq!(said(r#"{en: "A \\{brace\\} and \\[this].", de: "-"}"#, "en", 0), "A {brace} and [this].");
    assert_eq!(
        said(r#"{en: "It is {today}.", de: "Es ist {today}."}"#, "en", 0),
        "It is Wednesday the fourth of March."
    );
    assert_eq!(
        said(r#"{en: "Turn {turns:ordinal}, {call.gone} over.", de: "-"}"#, "en", 0),
        "Turn third, over."
    );
}

#[test]
fn what_is_spoken_before_a_call() {
    let fixed = phrase(r#"{en: ["One. [pause 1s] Two.", "Three."], de: "Es ist {today}."}"#);
    assert_eq!(
        fixed.fixed(&Language::from("en")),
        Some(vec!["One.".to_owned(), "Two.".to_owned(), "Three.".to_owned()])
    );
    assert_eq!(fixed.fixed(&Language::from("de")), None);
}

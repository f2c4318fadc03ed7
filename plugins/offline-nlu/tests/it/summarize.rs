use crate::dentist::{mind, talk};
use closare_plugin::Failure;
use closare_plugin::language_model::{LanguageModel, Output, Summary, Task};

const TALK: [&str; 6] = [
    "intent: book\nname: Ann Reed\nday: Tuesday the third of March\nphone: +44 20 7946 0958\noutcome: booked",
    "A: Harbour Dental. How can I help?",
    "C: Hello there. I'd like an appointment, because one of my fillings came out.",
    "A: May I have your name?",
    "C: Ann Reed.",
    "C: Next Tuesday would be best.",
];

fn summary(lines: &[&str], longest_words: u32) -> String {
    let what = Summary { messages: talk(lines), language: "en".into(), style: String::new(), longest_words };
    match &mind().start(0, 1, Task::Summarize(what))[..] {
        [Output::Token((1, text)), Output::Done(_)] => text.clone(),
        other => panic!("expected a text, found {other:?}"),
    }
}

#[test]
fn who_what_and_how_it_ended() {
    assert_eq!(
        summary(&TALK, 80),
        "Ann Reed called about: book. In the caller's words: “I'd like an appointment, because one of my fillings came out.” \
         Noted: day Tuesday the third of March; phone +44 20 7946 0958. Outcome: booked."
    );
}

#[test]
fn within_its_words() {
    for longest in 1..60 {
        let text = summary(&TALK, longest);
        assert!(text.split_whitespace().count() <= longest as usize, "{longest}: {text}");
    }
    assert_eq!(summary(&TALK, 10), "Ann Reed called about: book. Outcome: booked.");
}

#[test]
fn little_is_known() {
    assert_eq!(summary(&[], 80), "The caller said nothing.");
    assert_eq!(
        summary(&["You are a friendly assistant. Note: be brief", "C: Can you tell me when you open?"], 80),
        "The caller called. In the caller's words: “Can you tell me when you open?”"
    );
}

#[test]
fn another_language_is_refused() {
    let what =
        Summary { messages: talk(&TALK), language: "de".into(), style: String::new(), longest_words: 80 };
    let outputs = mind().start(0, 1, Task::Summarize(what));
    assert!(matches!(outputs[..], [Output::Failed((Some(1), Failure::Unsupported(_)))]));
}

use crate::dentist::{extract, mind, talk};
use closare_plugin::Failure;
use closare_plugin::language_model::{Chat, Choice, LanguageModel, Output, Task};

#[test]
fn an_intent_by_its_meaning() {
    let cases = [
        ("book", "Hello, could I come in for a check up some time next week?"),
        ("book", "I want to make an appointment with the doctor."),
        ("book", "Hello, my name is Ann Reed. I'd like to come in next Tuesday."),
        ("book", "Is there a free slot with the hygienist on Monday?"),
        ("cancel", "I won't be able to make it on Thursday, sorry."),
        ("cancel", "I need to cancel, something came up."),
        ("emergency", "I fell off my bike and knocked out a front tooth."),
        ("emergency", "It hurts so badly I couldn't sleep."),
        ("emergency", "There is blood everywhere after the extraction."),
        ("hours", "Until what time is the practice open today?"),
        ("hours", "Do you work on weekends?"),
        ("billing", "You sent me a bill that I don't understand."),
        ("billing", "What would a crown cost me?"),
    ];
    let (mut right, began) = (0, std::time::Instant::now());
    for (expected, said) in &cases {
        let found = extract(&["A: Harbour Dental. How can I help?", &format!("C: {said}")]).intent;
        println!("{expected:10} {found:?} {said}");
        let (intent, confidence) = found.unwrap();
        right += usize::from(intent == *expected);
        assert!(intent == *expected || confidence < 0.6, "sure of `{intent}`: {said}");
    }
    println!("{} ms for each", began.elapsed().as_millis() / cases.len() as u128);
    // Three examples an intent: what is further from them is asked again, never taken for another intent.
    assert!(right >= 10, "{right} of {}", cases.len());
}

#[test]
fn what_is_none_of_them_is_not_sure() {
    for said in ["The weather is lovely.", "Hello?", "Do you sell bicycles?", "Uh, well, you know."] {
        let found = extract(&[&format!("C: {said}")]).intent;
        println!("{found:?} {said}");
        assert!(found.is_none_or(|(_, confidence)| confidence < 0.6), "{said}");
    }
}

#[test]
fn the_latest_plain_answer_counts() {
    let found = extract(&[
        "A: How can I help?",
        "C: When are you open?",
        "A: From nine to five. Anything else?",
        "C: Yes, I'd like an appointment.",
        "A: Fine.",
        "C: Thanks.",
    ]);
    assert_eq!(found.intent.unwrap().0, "book");
}

#[test]
fn fields_out_of_the_talk() {
    let found = extract(&[
        "A: Harbour Dental. How can I help?",
        "C: Hi, my name is Ann Reed. I'd like to come next Tuesday.",
        "A: Is your face swollen?",
        "C: No.",
        "A: What is your phone number?",
        "C: It's oh two oh, seven nine four six, oh nine five eight. And can we make it Wednesday?",
    ]);
    let value = |name: &str| found.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str());
    assert_eq!(value("name"), Some("\"Ann Reed\""));
    assert_eq!(value("day"), Some("\"2026-03-04\""));
    assert_eq!(value("phone"), Some("\"+442079460958\""));
    assert_eq!(value("swollen"), Some("false"));
    assert!(found.fields.iter().all(|field| field.2 >= 0.6), "{:?}", found.fields);
}

#[test]
fn a_yes_to_another_question_is_not_sure() {
    let found = extract(&["A: Would you like an appointment?", "C: Yes, please."]);
    let swollen = found.fields.iter().find(|field| field.0 == "swollen");
    assert!(swollen.is_none_or(|field| field.2 < 0.6), "{swollen:?}");
}

#[test]
fn it_says_that_it_cannot_chat() {
    let chat = Chat {
        messages: talk(&["C: Hello"]),
        tools: Vec::new(),
        choice: Choice::Free,
        answer_schema: None,
        longest_tokens: 100,
    };
    let outputs = mind().start(0, 1, Task::Chat(chat));
    assert!(matches!(outputs[..], [Output::Failed((Some(1), Failure::Unsupported(_)))]), "{outputs:?}");
}

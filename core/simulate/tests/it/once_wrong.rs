//! Calls that once went wrong.

use crate::calls::{DIALOGUE, RECORDED, check};
use crate::kit::call;

/// What was said before the question was asked is no answer to it.
#[test]
fn a_yes_before_the_question_is_no_consent() {
    let report = call(
        RECORDED,
        "talk: [{interrupt: {after: 200ms, say: yes}}, {hear: disclosure}, {silence: 60s}]\n\
         expect: {consent: {recording: refused}, stored: {recording: no}}",
    );
    assert!(report.failures.is_empty(), "{report}");
}

#[test]
fn a_cough_is_no_interruption() {
    check(
        "cough",
        DIALOGUE,
        r#"
talk:
  - hear: "What happened?"
  - say: "It is wet in here."
    means: {say: "Thank you for telling me. I will send the plumber to you as soon as he is free.", exit: water, flat: 12B}
  - hear: "telling me"
  - interrupt: {after: 200ms, say: ""}
  - hear: "as soon as he is free"
  - hear: "The plumber comes to flat"
expect: {route: water, ended: hangup}
"#,
    );
}

#[test]
fn keys_while_it_rings_start_nothing() {
    check(
        "keys_while_it_rings",
        RECORDED,
        r#"
transfers: [busy]
talk:
  - hear: disclosure
  - press: "0"
  - press: "00"
  - hear: "after the tone"
  - silence: 2s
  - hangup
expect: {ended: voicemail}
"#,
    );
}

#[test]
fn what_was_refused_is_not_asked_again() {
    let again = RECORDED.replace("  - ask:", "  - consent: {for: recording}\n  - ask:");
    check(
        "refused_once",
        &again,
        r#"
talk:
  - hear: disclosure
  - press: "2"
  - hear: "What can I do"
  - say: "Call me back."
expect: {consent: {recording: refused}, stored: {recording: no}, ended: hangup}
"#,
    );
}

#[test]
fn says_two_things_at_once_and_corrects_one() {
    let file = r#"
closare: 1
name: books
languages: [en]
steps:
  - disclose
  - collect:
      name: {type: name, ask: "What is your name?"}
      day: {type: date, ask: "Which day?"}
      patient: {type: yes_no, ask: "Have you been here before?"}
  - hangup: "See you on {day}, {name}."
"#;
    check(
        "two_things_at_once",
        file,
        r#"
talk:
  - hear: "What is your name?"
  - say: "I'd like to come on Tuesday."
  - hear: "What is your name?"
  - say: "Ann Reed."
  - hear: "Have you been here before?"
  - say: "No, I meant Wednesday."
  - hear: "Have you been here before?"
  - say: "Yes."
  - hear: "See you on Wednesday"
expect: {fields: {name: Ann Reed, day: 2026-03-04, patient: yes}, ended: hangup}
"#,
    );
}

/// Each dead voice had the whole of the wait to itself.
#[test]
fn two_dead_voices_leave_no_long_silence() {
    let three = DIALOGUE.replace("tts: [openai, second]", "tts: [openai, second, offline-tts]");
    for (workflow, dead, ended) in [
        (three.as_str(), "2", "caller_hung_up"),
        (three.as_str(), "always", "transferred"),
        (DIALOGUE, "always", "transferred"),
    ] {
        let report = call(
            workflow,
            &format!(
                "faults: {{tts: {{times_out: {dead}}}}}\n\
                 talk: [{{hear: What happened}}, {{say: It is wet in here.}}, {{silence: 20s}}, hangup]\n\
                 expect: {{silence_at_most: 6s, ended: {ended}}}"
            ),
        );
        assert!(report.passed(), "{report}");
    }
}

#[test]
fn a_call_has_an_end() {
    let endless = r#"
closare: 1
name: endless
languages: [en]
limits: {call: 2m}
contacts: {desk: "+442079460000"}
steps:
  - disclose
  - id: again
    ask: "And what else?"
  - goto: again
"#;
    let talk: String = (0..60).map(|_| "  - say: \"One thing more.\"\n").collect();
    let report =
        call(endless, &format!("talk:\n{talk}expect: {{within: 140s, transferred_to: \"+442079460000\"}}"));
    assert!(report.passed(), "{report}");
}

const LINE: &str = r#"
closare: 1
name: line
languages: [en]
data: {recording: with_consent}
contacts: {desk: "+442079460000"}
steps:
  - disclose
  - consent: {for: recording}
  - greet: "How can I help?"
  - extract:
      intents: {book: ["I'd like an appointment"], bill: ["I have a question about my bill"]}
  - collect: {patient: {type: yes_no, ask: "Have you been here before?"}}
  - hangup: "Good-bye."
"#;

/// A yes to the recording is no answer to the greeting after it, nor to any question of yes or no.
#[test]
fn a_consent_by_voice_answers_nothing_else() {
    let begin =
        "talk:\n  - hear: \"two for no\"\n  - say: \"Yes, that's fine.\"\n  - hear: \"How can I help?\"\n";
    check(
        "consent_by_voice_then_extract",
        LINE,
        &format!(
            "{begin}  - say: \"I'd like an appointment.\"
    means: {{intent: book}}
  - hear: \"been here\"
  - say: \"No.\"
expect: {{consent: {{recording: granted}}, fields: {{patient: no}}, ended: hangup}}"
        ),
    );
}

/// What was said to the consent's question besides is understood at once; where it is nothing, the greeting's answer is waited for.
#[test]
fn what_was_said_before_the_greeting_is_tried_in_silence() {
    let said = "Yes you can do that if you really have to, it makes no difference to me whatsoever.";
    let report = call(
        LINE,
        &format!(
            "talk:\n  - hear: \"two for no\"\n  - say: \"{said}\"\n  - hear: \"How can I help?\"
  - say: \"I'd like an appointment.\"
    means: {{intent: book}}
  - hear: \"been here\"
  - say: \"No.\"
expect: {{ended: hangup}}"
        ),
    );
    assert!(report.failures.is_empty(), "{report}");
    let (talk, greeting) = (&report.transcript, "How can I help?");
    assert!(talk.matches(greeting).count() == 1 && !talk.contains("didn't get that"), "{talk}");
}

/// "Press zero for a person" holds wherever it is pressed: at a name, which no key says, and at a number that it can't be.
#[test]
fn a_key_alone_is_for_its_branch_where_it_is_no_answer() {
    let asked = |slot: &str| {
        let flow = format!("  - collect: {{it: {{{slot}, ask: \"What is it?\"}}}}\n");
        LINE.replace("  - greet: \"How can I help?\"\n", &flow)
    };
    for slot in ["type: name", "type: phone", "type: digits, length: 6"] {
        let report = call(
            &asked(slot),
            "transfers: [done]\ntalk:\n  - hear: disclosure\n  - press: \"2\"\n  - hear: \"What is it?\"\n  - press: \"0\"\n\
             expect: {ended: transferred}",
        );
        assert!(report.failures.is_empty(), "{slot}: {report}");
    }
    let report = call(
        &asked("type: digits, length: 1"),
        "talk:\n  - hear: disclosure\n  - press: \"2\"\n  - hear: \"What is it?\"\n  - press: \"0\"\n  - hangup\n\
         expect: {fields: {it: \"0\"}}",
    );
    assert!(report.failures.is_empty(), "{report}");
}

/// A yes that begins with the value that is read back can't be meant for it: it is read back once more.
#[test]
fn a_yes_to_what_was_not_heard_confirms_nothing() {
    let phone = "  - collect: {phone: {type: phone, ask: \"Which number?\", confirm: always}}\n";
    check(
        "confirms_what_was_not_heard",
        &LINE.replace("  - greet", &format!("{phone}  - greet")),
        r#"
talk:
  - hear: disclosure
  - press: "2"
  - hear: "Which number?"
  - press: "02079460018#"
  - interrupt: {after: 100ms, say: "Yes."}
  - hear: "Is that right?"
  - say: "Yes."
  - hear: "How can I help?"
expect: {fields: {phone: "02079460018"}}
"#,
    );
}

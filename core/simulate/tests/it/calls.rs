//! One call each: what the caller does, and the call as it was.

use crate::kit::call;

/// Plays the call on the workflow, and compares its transcript with the snapshot of this name. Expectations must hold, too.
#[track_caller]
pub fn check(name: &str, workflow: &str, steps: &str) {
    let report = call(workflow, steps);
    assert!(report.passed(), "{report}");
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, report.transcript);
    });
}

/// The smallest useful file.
const DESK: &str = r#"
closare: 1
name: front-desk
languages: [en]
contacts: {desk: {to: "+44 20 7946 0000", ring: 20s}}
steps:
  - disclose
  - greet: "Harbour Dental. How can I help?"
  - extract:
      intents:
        book: ["I'd like an appointment", "can I see the dentist on Friday", "could I come in"]
        cancel: ["I can't come tomorrow", "I need to cancel my appointment", "take me off the list"]
        emergency: ["my tooth broke", "I'm in a lot of pain", "it hurts"]
      fields:
        name: {type: name, ask: "May I have your name?"}
  - summarize
  - route:
      on: intent
      to:
        emergency: {transfer: "+44 20 7946 0000"}
        book: {flow: booking}
      else: {voicemail: "Please leave a message after the tone."}
flows:
  booking:
    - collect:
        day: {type: date, ask: "Which day suits you?", check: "day >= today", sorry: "That day has passed."}
    - say: "Thank you, {name}. We'll confirm {day} by text message."
    - hangup
"#;

#[test]
fn books_in_one_sentence_and_corrects_the_day() {
    check(
        "books_and_corrects",
        DESK,
        r#"
talk:
  - hear: disclosure
  - hear: "How can I help?"
  - say: "It's Ann Reed, could I come tomorrow morning?"
    means: {intent: book, name: Ann Reed}
  - hear: {matches: "Tuesday"}
  - interrupt: {after: 400ms, say: "no, Wednesday"}
    means: {day: 2026-03-04}
  - hear: "Wednesday"
expect: {route: booking, fields: {name: Ann Reed, day: 2026-03-04}, ended: hangup, within: 90s}
"#,
    );
}

#[test]
fn says_nothing_at_all() {
    check(
        "says_nothing",
        DESK,
        "talk: [{silence: 60s}]\nexpect: {silence_at_most: 6s, stored: {recording: no}}",
    );
}

#[test]
fn the_model_is_down_and_the_caller_is_in_pain() {
    check(
        "model_is_down",
        DESK,
        r#"
faults: {llm: {times_out: always}}
talk: [{say: "my tooth broke, it hurts"}]
expect: {transferred_to: "+442079460000", said: {not: ["error", "problem with our system"]}}
"#,
    );
}

pub const RECORDED: &str = r#"
closare: 1
name: recorded
languages: [en]
data: {recording: with_consent}
contacts: {desk: "+442079460000"}
steps:
  - disclose
  - consent: {for: recording}
  - ask: {say: "What can I do for you?", as: wish}
  - hangup: "Thank you. Good-bye."
"#;

#[test]
fn talks_over_the_disclosure_and_refuses_recording() {
    check(
        "talks_over_disclosure",
        RECORDED,
        r#"
talk:
  - interrupt: {after: 200ms, say: "book me in"}
  - hear: disclosure
  - press: "2"
expect: {consent: {recording: refused}, stored: {recording: no}, disclosed: in_full}
"#,
    );
}

#[test]
fn consents_by_voice() {
    check(
        "consent_by_voice",
        RECORDED,
        r#"
talk:
  - hear: "yes or two for no"
  - say: "Yes, that's fine."
  - hear: "What can I do"
  - say: "Please call me back."
expect: {consent: {recording: granted}, stored: {recording: yes}, ended: hangup}
"#,
    );
}

#[test]
fn silence_is_no_consent() {
    check(
        "consent_by_silence",
        RECORDED,
        r#"
talk:
  - hear: "yes or two for no"
  - hear: "What can I do"
  - say: "Please call me back."
expect: {consent: {recording: refused}, stored: {recording: no}, ended: hangup}
"#,
    );
}

#[test]
fn an_unclear_answer_is_asked_once_more() {
    check(
        "consent_unclear",
        RECORDED,
        r#"
talk:
  - hear: "yes or two for no"
  - say: "Well, what do you mean by that?"
  - hear: "Please say yes or no"
  - hear: "two for no"
  - say: "My dog is called Rex."
  - hear: "What can I do"
expect: {consent: {recording: refused}, stored: {recording: no}}
"#,
    );
}

#[test]
fn takes_the_consent_back() {
    check(
        "withdraws",
        RECORDED,
        r#"
talk:
  - hear: disclosure
  - press: "1"
  - hear: "What can I do"
  - say: "Please stop recording this."
  - hear: "recording has stopped"
  - hear: "What can I do"
  - say: "Call me back."
expect: {consent: {recording: withdrawn}, ended: hangup}
"#,
    );
}

#[test]
fn hold_in_the_disclosure() {
    check(
        "hold",
        RECORDED,
        r#"
talk:
  - silence: 1s
  - hold: 20s
  - hear: disclosure
  - press: "2"
  - hear: "What can I do"
  - say: "Call me back."
expect: {disclosed: in_full, ended: hangup}
"#,
    );
}

#[test]
fn anytime() {
    check(
        "anytime",
        RECORDED,
        r#"
talk:
  - hear: disclosure
  - press: "2"
  - hear: "What can I do for you"
  - say: "Are you a machine?"
  - hear: "an AI"
  - hear: "What can I do for you"
  - say: "Could you say that again?"
  - hear: "What can I do for you"
  - say: "A bit slower please."
  - hear: "What can I do for you"
  - say: "Can I talk to a person please?"
expect: {transferred_to: "+442079460000", ended: transferred}
"#,
    );
    check("goodbye", DESK, "talk: [{hear: How can I help}, {say: \"Goodbye.\"}]\nexpect: {ended: hangup}");
}

const TRANSFER: &str = r#"
closare: 1
name: connects
languages: [en]
steps:
  - disclose
  - transfer:
      to: "+442079460000"
      say: "I'm connecting you."
      busy: {voicemail: "The line is busy. Please leave a message after the tone."}
      no_answer: [{say: "Nobody is there."}, {hangup: "Good-bye."}]
      declined: {hangup: "They can't talk now."}
      failed: {hangup: "That did not work."}
"#;

#[test]
fn transfers() {
    check(
        "transfer_busy",
        TRANSFER,
        r#"
transfers: [busy]
talk:
  - hear: "after the tone"
  - silence: 1s
  - say: "This is Ann Reed, please call me."
  - say: "My number is on your list."
  - hangup
expect: {ended: voicemail, route: null}
"#,
    );
    check(
        "transfer_no_answer",
        TRANSFER,
        "transfers: [no_answer]\nexpect: {ended: hangup, said: {all: [Nobody is there]}}",
    );
    check(
        "transfer_declined",
        TRANSFER,
        "transfers: [declined]\nexpect: {ended: hangup, said: {all: [They can't talk now]}}",
    );
}

pub const DIALOGUE: &str = r#"
closare: 1
name: night-line
languages: [en]
use: {llm: [openai, second], tts: [openai, second], stt: [openai, second]}
contacts: {on_call: "+14155550101"}
steps:
  - disclose
  - greet: "This is the night line. What happened?"
  - converse:
      goal: Find out what it is.
      collect: {flat: {type: text}, phone: {type: phone}}
      turns: 4
      exits:
        water: {about: water is running, do: [{say: "The plumber comes to flat {flat}."}, {hangup: "Good night."}]}
      failed: [{transfer: on_call}]
"#;

#[test]
fn an_open_dialogue() {
    check(
        "dialogue",
        DIALOGUE,
        r#"
talk:
  - hear: "What happened?"
  - say: "It is wet in here."
    means: {say: "I'm sorry to hear that. Is water running right now, or is it only damp? Please tell me as much as you can about where it comes from."}
  - hear: "only damp"
  - interrupt: {after: 300ms, say: "it is running from the ceiling, in twelve B"}
    means: {say: "Thank you, I'll see to it.", exit: water, flat: 12B}
  - hear: "The plumber comes to flat"
expect: {route: water, fields: {flat: 12B}, ended: hangup}
"#,
    );
}

#[test]
fn too_many_turns() {
    check(
        "too_many_turns",
        DIALOGUE,
        r#"
talk: [{say: One.}, {say: Two.}, {say: Three.}, {say: Four.}, {say: Five.}, {say: Six.}]
expect: {transferred_to: "+14155550101"}
"#,
    );
}

#[test]
fn vendors_fail_in_the_middle_of_a_turn() {
    let talk = r#"
talk:
  - hear: "What happened?"
  - say: "It is wet in here."
    means: {say: "I'm sorry to hear that. Is water running right now, or is it only damp?"}
  - hear: "only damp"
  - say: "It runs."
    means: {exit: water, flat: 12B}
  - hear: "Good night"
expect: {ended: hangup}
"#;
    for (name, faults) in [
        ("llm_fails", "llm: {fails: always, plugin: openai}"),
        ("llm_times_out", "llm: {times_out: always, plugin: openai}"),
        ("stt_fails", "stt: {fails: always, plugin: openai}"),
        ("tts_fails", "tts: {fails: always, plugin: openai}"),
        ("tts_times_out", "tts: {times_out: always, plugin: openai}"),
    ] {
        check(name, DIALOGUE, &format!("faults: {{{faults}}}{talk}"));
    }
}

#[test]
fn nothing_works() {
    for (name, faults) in [
        ("all_llm_fail", "llm: {fails: always}"),
        ("all_stt_fail", "stt: {fails: always}"),
        ("all_stt_time_out", "stt: {times_out: always}"),
    ] {
        let talk = "talk: [{hear: What happened}, {say: It is wet in here.}, {say: Hello?}, {say: Is anybody there?}]";
        check(name, DIALOGUE, &format!("faults: {{{faults}}}\n{talk}\nexpect: {{disclosed: in_full}}"));
    }
}

#[test]
fn a_dead_voice_still_says_what_was_rendered() {
    let talk = "faults: {tts: {fails: always}}\ntalk: [{hear: disclosure}, {silence: 20s}]";
    check(
        "all_tts_fail",
        DIALOGUE,
        &format!("{talk}\nexpect: {{disclosed: in_full, transferred_to: \"+14155550101\"}}"),
    );
}

#[test]
#[ignore = "for looking at a call's log"]
fn look() {
    let report = call(
        TRANSFER,
        "transfers: [busy]\ntalk: [{hear: after the tone}, {silence: 1s}, {say: \"This is Ann Reed, please call me.\"}, {say: My number is on your list.}, hangup]",
    );
    for moment in &report.log {
        println!("{:>6} {:?}", moment.at.0, moment.what);
    }
}

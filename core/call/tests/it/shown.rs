//! What may be shown of a call while it goes on.

use crate::heard::Heard;
use closare_call::{Effect, Event, Party};
use closare_terms::{Held, Kind};

const WORKFLOW: &str = r#"
closare: 1
name: line
languages: [en]
steps:
  - disclose
  - ask: {say: "What happened?", as: story}
  - collect: {pin: {type: digits, length: 4, secret: yes, ask: "Your PIN, please?"}}
  - ask: {say: "Where are you?", as: place}
  - hangup: "Good-bye."
"#;

#[test]
fn a_secret_that_is_spoken_is_in_no_turn_and_in_no_history() {
    let workflow =
        WORKFLOW.replace("steps:", "data: {transcript: always, summary: always}\nsteps:\n  - summarize");
    for hangs_up_meanwhile in [false, true] {
        let mut heard = Heard::new(&workflow);
        heard.happen(Event::Offered);
        let mut all = heard.says("There is water in the kitchen.");
        all.extend(heard.says(if hangs_up_meanwhile { "It is 47 11 or so" } else { "4711" }));
        all.extend(heard.happen(Event::LegEnded { by: Party::Caller }));
        let contents = || all.iter().flat_map(Effect::contents).map(Held::words);
        assert!(all.iter().any(|effect| matches!(effect, Effect::Generate { .. })), "a model is asked");
        assert!(contents().any(|words| words == "••••"), "the turn is told");
        assert!(!contents().any(|words| words.contains("11")), "{:?}", contents().collect::<Vec<_>>());
    }
}

#[test]
fn a_secret_stays_one_where_its_words_come_in_the_next_step() {
    let mut heard = Heard::new(WORKFLOW);
    heard.happen(Event::Offered);
    heard.says("There is water in the kitchen.");
    heard.happen(Event::VoiceStarted { at: heard.now });
    for key in ["4", "7", "1", "1"] {
        heard.happen(Event::Key { key: Held::new(Kind::Digits, key) });
    }
    assert!(!heard.call.hides_keys() && heard.call.hides_speech(), "the next step has begun");
    heard.happen(Event::VoiceEnded { at: heard.now });
    let told = heard.says("4711");
    let contents = told.iter().flat_map(Effect::contents).map(Held::words);
    assert!(!contents.into_iter().any(|words| words.contains("4711")), "{told:?}");
}

#[test]
fn words_are_hidden_while_a_secret_is_asked_for_and_where_none_become_a_turn() {
    let mut heard = Heard::new(WORKFLOW);
    assert!(heard.call.hides_words(), "there is no talk yet");
    heard.happen(Event::Offered);
    assert!(!heard.call.hides_words());
    heard.says("There is water in the kitchen.");
    assert!(heard.call.hides_words());
    heard.says("4711");
    assert!(!heard.call.hides_words());
    heard.happen(Event::VoiceStarted { at: heard.now });
    assert!(heard.call.caller_has_turn());
    heard.happen(Event::LegEnded { by: Party::Caller });
    assert!(heard.call.hides_words());
}

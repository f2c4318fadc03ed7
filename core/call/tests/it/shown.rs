//! What may be shown of a call while it goes on.

use crate::heard::Heard;
use closare_call::{Event, Party};

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

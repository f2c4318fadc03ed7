//! A spoken call from its first word to its last row: baresip calls the front desk, which runs on the offline plugins.

use crate::house::{Baresip, Setup, likeness};
use crate::workflows::FRONT_DESK;
use closare_store::Speaker;

const WISH: &str = "Hello, I would like to make an appointment, please.";
const NAME: &str = "My name is Anna Reed.";
const DAY: &str = "Next Tuesday, please.";

#[tokio::test(flavor = "multi_thread")]
async fn a_spoken_booking() {
    let setup = Setup::new().answers("100", FRONT_DESK).caller_says(WISH).caller_says(NAME).caller_says(DAY);
    let Some(mut engine) = setup.start().await else { return };
    let Some(mut caller) = Baresip::start(engine.folder.path()).await else { return };
    caller.dial("100", engine.addr()).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "How can I help?").await;
    caller.say(&engine.speech(WISH)).await;
    engine.agent_said(&id, "your name").await;
    caller.say(&engine.speech(NAME)).await;
    engine.agent_said(&id, "which day").await;
    caller.say(&engine.speech(DAY)).await;
    assert_eq!(engine.ended(&id).await, "hung_up", "{}", engine.story());

    let call = engine.kept(&id).await;
    let story = engine.story();
    assert_eq!(call.call.intent.as_deref(), Some("book"), "{story}");
    assert_eq!(call.call.route.as_deref(), Some("book"), "{story}");
    let understood = call.extraction.unwrap();
    assert!(understood.ai_generated && understood.ai_system.unwrap().plugin == "offline-nlu");
    assert!(understood.fields["name"].as_str().unwrap().contains("Reed"), "{story}");
    let summary = call.summary.unwrap();
    assert!(summary.ai_generated && summary.ai_system.unwrap().plugin == "offline-nlu");
    assert!(!summary.text.is_empty());

    // The disclosure is the first turn, and the first sound: before it the line is silent.
    let disclosure = engine.disclosure("100");
    assert_eq!(call.turns[0].heard.as_deref(), Some(disclosure.as_str()));
    for turn in &call.turns {
        assert_eq!(turn.ai_generated, turn.speaker == Speaker::Agent);
    }
    let heard = caller.heard().await;
    let like = likeness(&heard, &engine.phrase("100", &disclosure));
    assert!(like > 0.8, "the first that was heard is the disclosure only by {like:.2}");
    engine.stop().await;
}

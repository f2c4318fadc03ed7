//! What may be recorded is what the caller agreed to, by key.

use crate::house::{Baresip, Engine, Setup, Sound};
use closare_terms::CallId;

const ASKS: &str = r#"
closare: 1
name: asks
languages: [en]
steps:
  - disclose
  - consent: {for: recording}
  - ask: {say: "What happened?", as: story}
  - hangup: "Good-bye."
"#;
const STORY: &str = "There is water in the kitchen.";

/// A call in which the caller answers the question of consent with this key, and tells a story.
async fn call(key: char) -> Option<(Engine, CallId)> {
    let mut engine = Setup::new().answers("100", ASKS).caller_says(STORY).start().await?;
    let mut caller = Baresip::start(engine.folder.path()).await?;
    caller.dial("100", engine.addr()).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "record this call").await;
    caller.press(key).await;
    engine.agent_said(&id, "What happened?").await;
    caller.say(&engine.speech(STORY)).await;
    engine.caller_said(&id, "kitchen").await;
    assert_eq!(engine.ended(&id).await, "hung_up", "{}", engine.story());
    Some((engine, id))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_a_yes_and_both_sides_are_recorded() {
    let Some((mut engine, id)) = call('1').await else { return };
    let call = engine.kept(&id).await;
    assert_eq!(call.consents.len(), 1);
    assert_eq!(serde_json::to_value(&call.consents[0]).unwrap()["answer"], "granted");
    let recordings = engine.runtime.store.recordings(&id).await.unwrap();
    assert_eq!(recordings.len(), 1);
    let (info, samples) = (&recordings[0].info, &recordings[0].samples);
    assert_eq!(info.channels, 2);
    for channel in [0, 1] {
        assert!(!Sound::channel(info.rate, info.channels, channel, samples).is_silent(), "channel {channel} is silent");
    }
    assert!(info.marks.comment.contains("AI-generated"), "{}", info.marks.comment);
    let sealed = std::fs::read(engine.folder.path().join("kept/recordings").join(&info.path)).unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"RIFF" || bytes == b"data"), "the file is sealed");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_is_a_no_and_no_sound_is_kept() {
    let Some((mut engine, id)) = call('2').await else { return };
    let call = engine.kept(&id).await;
    assert_eq!(serde_json::to_value(&call.consents[0]).unwrap()["answer"], "refused");
    assert!(call.recordings.is_empty());
    let files = std::fs::read_dir(engine.folder.path().join("kept/recordings")).unwrap().count();
    assert_eq!(files, 0, "not even a buffer's file");
    assert!(call.turns.iter().any(|turn| turn.heard.as_deref().is_some_and(|heard| heard.contains("kitchen"))));
    engine.stop().await;
}

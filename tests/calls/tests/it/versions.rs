//! A file that is saved is live for the next call; a live call keeps its version; a broken file changes nothing.

use crate::house::{Engine, Peer, Phone, Setup, Sipp};
use crate::workflows::LINE;
use closare_terms::CallId;

const STORY: &str = "There is water in the kitchen.";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_saved_while_a_call_is_up() {
    let Some(mut engine) = Setup::new().answers("100", LINE).caller_says(STORY).start().await else { return };
    let story = engine.speech(STORY);
    let old = Phone::new().await;
    let Some(mut old_caller) = listener(&engine, &old) else { return };
    let first = engine.call(1).await;
    engine.agent_said(&first, "What happened?").await;

    let changed =
        LINE.replace("What happened?", "Please tell me what happened.").replace("Good-bye.", "Farewell.");
    engine.save("100", &changed).await.unwrap();
    let new = Phone::new().await;
    let Some(mut new_caller) = listener(&engine, &new) else { return };
    let second = engine.call(2).await;

    // The first call goes on as it began, to its last word.
    old.say(&story);
    engine.agent_said(&first, "Good-bye.").await;
    engine.agent_said(&second, "Please tell me").await;
    new.say(&story);
    engine.agent_said(&second, "Farewell.").await;
    old_caller.succeeds().await;
    new_caller.succeeds().await;
    let versions = (version(&mut engine, &first).await, version(&mut engine, &second).await);
    assert_ne!(versions.0, versions.1);

    // A file with a fault changes nothing, and what is wrong with it is told.
    let misspelt = engine.save("100", &LINE.replace("hangup", "hangpu")).await;
    assert!(misspelt.unwrap_err().contains("hangup"), "the nearest right word is told");
    let unlawful = engine.save("100", &LINE.replace("- disclose", "- greet: \"Hello.\"")).await;
    assert!(unlawful.unwrap_err().contains("law-1"));
    let last = Phone::new().await;
    let Some(mut last_caller) = listener(&engine, &last) else { return };
    let third = engine.call(3).await;
    engine.answered(&third).await;
    engine.runtime.stop("line");
    last_caller.succeeds().await;
    assert_eq!(version(&mut engine, &third).await, versions.1);
    engine.stop().await;
}

async fn version(engine: &mut Engine, id: &CallId) -> String {
    engine.kept(id).await.call.workflow_version
}

fn listener(engine: &Engine, phone: &Phone) -> Option<Peer> {
    Sipp::new("uac-until-bye").calls("100").sound_at(phone.port).start(engine.addr(), engine.folder.path())
}

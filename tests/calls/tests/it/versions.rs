//! A workflow is changed while calls are up: the next call has the new version, and a call keeps the one that it began with.

use crate::house::{Engine, Phone, Setup, Sipp};
use crate::workflows::LINE;
use closare_terms::CallId;

const STORY: &str = "There is water in the kitchen.";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_saved_between_calls() {
    let Some(mut engine) = Setup::new().answers("100", LINE).caller_says(STORY).start().await else { return };
    let old = Phone::new().await;
    let Some(mut old_caller) = listener(&engine, &old) else { return };
    let first = engine.call(1).await;
    engine.agent_said(&first, "What happened?").await;

    let changed = LINE.replace("What happened?", "Please tell me what happened.").replace("Good-bye.", "Farewell.");
    engine.save("100", &changed).await.unwrap();
    let new = Phone::new().await;
    let Some(mut new_caller) = listener(&engine, &new) else { return };
    let second = engine.call(2).await;
    engine.agent_said(&second, "Please tell me").await;

    // The first call goes on as it began.
    old.say(&engine.speech(STORY));
    engine.agent_said(&first, "Good-bye.").await;
    new.say(&engine.speech(STORY));
    engine.agent_said(&second, "Farewell.").await;
    old_caller.succeeds().await;
    new_caller.succeeds().await;
    let versions = (version(&mut engine, &first).await, version(&mut engine, &second).await);
    assert_ne!(versions.0, versions.1);

    // A file with a fault changes nothing.
    let broken = engine.save("100", &LINE.replace("- disclose", "- greet: \"Hello.\"")).await;
    assert!(broken.is_err_and(|findings| findings.contains("law-1")));
    let third = Phone::new().await;
    let Some(mut third_caller) = listener(&engine, &third) else { return };
    let id = engine.call(3).await;
    engine.agent_said(&id, "Please tell me").await;
    engine.runtime.stop("line");
    third_caller.succeeds().await;
    assert_eq!(version(&mut engine, &id).await, versions.1);
    engine.stop().await;
}

async fn version(engine: &mut Engine, id: &CallId) -> String {
    engine.kept(id).await.call.workflow_version
}

fn listener(engine: &Engine, phone: &Phone) -> Option<crate::house::Peer> {
    Sipp::new("uac-until-bye").calls("100").sound_at(phone.port).start(engine.addr(), engine.folder.path())
}

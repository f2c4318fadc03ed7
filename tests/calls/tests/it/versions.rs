//! A file that is saved is live for the next call; a live call keeps its version; a broken file changes nothing.

use crate::house::{Phone, Setup, Sipp};
use crate::workflows::LINE;

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_is_changed_while_a_call_is_up() {
    let Some(mut engine) = Setup::new().answers("100", LINE).start().await else { return };
    let (first_phone, second_phone) = (Phone::new().await, Phone::new().await);
    let dial = |phone: &Phone, engine: &crate::house::Engine| {
        Sipp::new("uac-until-bye").calls("100").sound_at(phone.port).start(engine.addr(), engine.folder.path())
    };
    let Some(mut first) = dial(&first_phone, &engine) else { return };
    let live = engine.call(1).await;
    engine.answered(&live).await;

    engine.save("100", &LINE.replace("What happened?", "What can I do for you?")).await.unwrap();
    engine.agent_said(&live, "What happened?").await;

    let Some(mut second) = dial(&second_phone, &engine) else { return };
    let next = engine.call(2).await;
    engine.agent_said(&next, "What can I do for you?").await;

    let broken = engine.save("100", &LINE.replace("hangup", "hangpu")).await;
    assert!(broken.unwrap_err().contains("hangup"), "the nearest right word is told");
    assert_eq!(engine.runtime.agents.find("100").unwrap().published().workflow.name, "line");
    engine.runtime.stop("line");
    first.succeeds().await;
    second.succeeds().await;
    engine.stop().await;
}

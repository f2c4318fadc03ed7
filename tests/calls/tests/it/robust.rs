//! What is broken or too much ends at most itself.

use crate::house::{Peer, Phone, Setup, Sipp, python};
use crate::workflows::LINE;

#[tokio::test(flavor = "multi_thread")]
async fn torture_and_a_flood() {
    let flooded = Setup::new().answers("100", LINE).set(|config| config.invites_per_second = 20);
    let Some(mut engine) = flooded.start().await else { return };
    let mut torture = python("torture.py");
    torture.arg(engine.addr().to_string()).arg("--rewrite");
    let Some(mut torture) = Peer::start(torture, "torture", engine.folder.path(), "install Python 3") else {
        return;
    };
    torture.succeeds().await;
    let counters = engine.runtime.telephony.counters();
    assert!(counters.bad_messages > 0, "{counters:?}");

    // Two hundred INVITEs in a second: what is over the cap gets 503, and SIPp counts it as failed.
    let flood = Sipp::new("uac-load").calls("100").pauses(10).args(&["-r", "200", "-m", "200"]);
    let Some(mut flood) = flood.start(engine.addr(), engine.folder.path()) else { return };
    flood.done().await;
    assert!(engine.runtime.telephony.counters().over_rate > 0, "{:?}", engine.runtime.telephony.counters());

    // A caller who comes after all that is served like any other.
    engine.runtime.store.flush().await;
    let before = engine.runtime.store.calls(1_000, &Default::default()).await.unwrap().len();
    let phone = Phone::new().await;
    let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port);
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(before + 1).await;
    engine.agent_said(&id, "What happened?").await;
    engine.runtime.stop("line");
    caller.succeeds().await;
    assert!(!phone.heard().is_silent());
    engine.stop().await;
}

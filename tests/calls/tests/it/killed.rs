//! The process dies in the middle of a call: nothing is lost but what the last moment brought.

use crate::house::{Phone, Setup, Sipp};
use closare_call::Basis;
use closare_store::Status;
use closare_terms::{Millis, Purpose, UnixMillis};
use std::time::{SystemTime, UNIX_EPOCH};

const STORY: &str = "There is water in the kitchen.";

/// Records without asking: the operator of this test has written down why.
const RECORDS: &str = r#"
closare: 1
name: records
languages: [en]
data: {recording: always}
steps:
  - disclose: {with: "This call is recorded."}
  - ask: {say: "What happened?", as: story}
  - ask: {say: "And then?", as: more}
  - hangup: "Good-bye."
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_next_start_ends_the_call_in_order() {
    let records = || {
        Setup::new().answers("100", RECORDS).caller_says(STORY).set(|config| {
            config.basis.insert(Purpose::Recording, Basis::Contract);
        })
    };
    let Some(engine) = records().start().await else { return };
    let story = engine.speech(STORY);
    engine.stop().await;

    let folder = tempfile::tempdir().unwrap();
    let Some(served) = records().serve_apart(folder.path()).await else { return };
    let phone = Phone::new().await;
    let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port);
    let Some(mut caller) = sipp.start(served.addr, folder.path()) else { return };
    served.says("What happened?").await;
    phone.say(&story);
    served.says("And then?").await;
    let data = served.data.clone();
    let killed = now();
    served.kill().await;
    caller.end().await;

    let Some(engine) = records().set(move |config| config.data = data).start().await else { return };
    let [id] = &engine.runtime.interrupted[..] else {
        panic!("expected one call, found {:?}", engine.runtime.interrupted)
    };
    let call = engine.runtime.store.call(id).await.unwrap().unwrap();
    assert_eq!(call.call.status, Status::Interrupted);
    assert_eq!(call.call.end_reason.as_deref(), Some("process_ended"));
    let told: Vec<_> = call.turns.iter().filter_map(|turn| turn.heard.as_deref()).collect();
    assert!(told.iter().any(|heard| heard.contains("water")), "{told:?}");

    // Its log and its recording reach into the last second.
    let log = engine.runtime.store.log(id).await.unwrap();
    let logged = call.call.started + log.last().unwrap().at;
    assert!(killed.0 - logged.0 < 1_000, "the log ends {} ms before the process", killed.0 - logged.0);
    let [recording] = &engine.runtime.store.recordings(id).await.unwrap()[..] else {
        panic!("expected one recording")
    };
    assert!(recording.info.complete);
    let frames = recording.samples.len() as u64 / u64::from(recording.info.channels);
    let recorded = recording.info.started + Millis(frames * 1_000 / u64::from(recording.info.rate));
    assert!(
        killed.0 - recorded.0 < 1_500,
        "the recording ends {} ms before the process",
        killed.0 - recorded.0
    );
    engine.stop().await;
}

fn now() -> UnixMillis {
    UnixMillis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap())
}

//! SIP as trunks speak it: both transports, a caller who gives up, one who puts us on hold at the worst moment.

use crate::house::{Engine, Phone, Setup, Sipp, Sound, likeness};
use crate::workflows::LINE;
use closare_runtime::Live;
use closare_store::Status;

const STORY: &str = "There is water in the kitchen.";

#[tokio::test(flavor = "multi_thread")]
async fn a_spoken_call_over_udp() {
    spoken(Sipp::new("uac-until-bye")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoken_call_over_tcp() {
    spoken(Sipp::new("uac-until-bye").over_tcp()).await;
}

/// The caller speaks when the question has been asked, and the agent says good-bye.
async fn spoken(sipp: Sipp) {
    let Some(mut engine) = Setup::new().answers("100", LINE).caller_says(STORY).start().await else { return };
    std::fs::write(engine.folder.path().join("speech.ulaw"), engine.speech(STORY).mulaw()).unwrap();
    let until_asked = disclosure(&engine).millis() + engine.phrase("100", "What happened?").millis() + 500;
    let sipp = sipp.calls("100").with("[media_port]", "[rtpstream_audio_port]").pauses(until_asked);
    let sipp = sipp.with("<recv request=\"BYE\"/>", SPEAKS);
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    engine.caller_said(&id, "water").await;
    engine.agent_said(&id, "Good-bye").await;
    assert_eq!(engine.ended(&id).await, "hung_up");
    caller.succeeds().await;
    let call = engine.kept(&id).await;
    assert_eq!((call.call.status, call.turns.len()), (Status::Ended, 4), "{}", engine.story());
    engine.stop().await;
}

const SPEAKS: &str = "<pause/>\n  <nop><action><exec rtp_stream=\"speech.ulaw,1,0,PCMU/8000\"/></action></nop>\n  \
                      <recv request=\"BYE\"/>";

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up() {
    let Some(mut engine) = Setup::new().answers("100", LINE).start().await else { return };
    std::fs::write(engine.folder.path().join("speech.ulaw"), vec![0xFF; 8_000]).unwrap();
    let sipp = Sipp::new("uac-speech").calls("100").pauses(500);
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    caller.succeeds().await;
    assert_eq!(engine.kept(&id).await.call.end_reason.as_deref(), Some("caller_hung_up"));
    engine.stop().await;
}

/// The engine is busy as long as it takes no calls; the caller doesn't wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_gives_up() {
    let Some(mut engine) = Setup::new().answers("100", LINE).takes_no_calls_yet().start().await else { return };
    let rings = "<recv response=\"100\" optional=\"true\"/>\n  <recv response=\"180\"/>";
    let sipp = Sipp::new("uac-cancel").calls("100").with(rings, "<recv response=\"100\"/>");
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    caller.succeeds().await;

    engine.serve();
    let id = engine.call(1).await;
    let call = engine.kept(&id).await;
    assert_eq!(call.call.answered, None);
    assert!(call.turns.is_empty());
    assert!(engine.when(|live| matches!(live, Live::Answered { .. })).is_none(), "{}", engine.story());
    assert_eq!(engine.runtime.telephony.counters().calls, 0);
    engine.stop().await;
}

/// On hold nobody hears the disclosure: it counts when all of it was heard.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_in_the_disclosure() {
    // The scenario's key is no answer here.
    let line = LINE.replace("as: story", "as: story, listen: {keys: off}");
    let Some(mut engine) = Setup::new().answers("100", &line).start().await else { return };
    let phone = Phone::new().await;
    let disclosure = disclosure(&engine);
    let sipp = Sipp::new("uac-hold").calls("100").sound_at(phone.port).pauses(disclosure.millis() + 2_000);
    let sipp = sipp.with("milliseconds=\"300\"", "milliseconds=\"1500\"");
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    caller.succeeds().await;

    engine.kept(&id).await;
    let log = engine.runtime.store.log(&id).await.unwrap();
    let at = |name: &str, wanted: &str| {
        let found = log.iter().position(|entry| entry.name == name && entry.skeleton.to_string().contains(wanted));
        found.unwrap_or_else(|| panic!("no `{name}` with `{wanted}` in the log"))
    };
    let (held, resumed, disclosed) = (at("hold", "true"), at("hold", "false"), at("disclosed", ""));
    assert!(held < resumed && resumed < disclosed, "{held} {resumed} {disclosed}");

    std::fs::write("/tmp/hold.raw", phone.heard().samples.iter().flat_map(|s| s.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    let like = likeness(&phone.heard(), &disclosure);
    panic!("{like} {}\n{}", phone.heard().millis(), engine.story());
}

fn disclosure(engine: &Engine) -> Sound {
    engine.phrase("100", &engine.disclosure("100"))
}

//! A caller who speaks: heard, understood, answered, and kept.

use crate::house::{Baresip, Log, Phone, Setup, Sipp, likeness};
use crate::workflows::{FRONT_DESK, LINE};
use closare_store::Speaker;

const WISH: &str = "I'd like to make an appointment, please.";
const NAME: &str = "My name is Peter Miller.";
const DAY: &str = "Next Wednesday.";

/// The main job of the whole engine, with a softphone that we did not write.
#[tokio::test(flavor = "multi_thread")]
async fn baresip_books_an_appointment() {
    let setup = Setup::new().answers("100", FRONT_DESK).caller_says(WISH).caller_says(NAME).caller_says(DAY);
    let Some(mut engine) = setup.start().await else { return };
    let Some(mut caller) = Baresip::start(engine.folder.path()).await else { return };
    Log::clear();
    caller.dial("100", engine.addr()).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "How can I help").await;
    caller.say(&engine.speech(WISH)).await;
    engine.agent_said(&id, "May I have your name").await;
    caller.say(&engine.speech(NAME)).await;
    engine.agent_said(&id, "Which day suits you").await;
    caller.say(&engine.speech(DAY)).await;
    engine.agent_said(&id, "Wednesday").await;
    assert_eq!(engine.ended(&id).await, "hung_up", "{}", engine.story());

    let call = engine.kept(&id).await;
    assert_eq!(call.call.intent.as_deref(), Some("book"));
    assert_eq!(call.call.route.as_deref(), Some("book"));
    let summary = call.summary.expect("a summary was made");
    assert!(summary.ai_generated && summary.ai_system.is_some() && !summary.text.is_empty());
    let fields = call.extraction.expect("fields were understood").fields;
    assert!(fields["name"].as_str().is_some_and(|name| name.to_lowercase().contains("miller")), "{fields}");
    assert!(fields["day"].is_string(), "{fields}");
    assert!(call.turns.iter().all(|turn| turn.ai_generated == (turn.speaker == Speaker::Agent)));
    assert!(call.latencies.iter().any(|latency| latency.stage == "total"));
    assert!(call.usage.is_empty(), "no vendor took part, so nothing is owed: {:?}", call.usage);
    assert!(call.recordings.is_empty(), "nobody was asked, so nothing is recorded");

    // What the caller heard begins with the disclosure, and with nothing before it.
    let disclosure = engine.phrase("100", &engine.disclosure("100"));
    let alike = likeness(&caller.heard().await, &disclosure);
    assert!(alike > 0.7, "the first words on the line are {alike:.2} like the disclosure");

    nothing_is_logged(&["Miller", "appointment", "Wednesday", "baresip"]);
    engine.stop().await;
}

async fn sipp_speaks(tcp: bool) {
    let setup = Setup::new().answers("100", LINE).caller_says(WISH);
    let Some(mut engine) = setup.start().await else { return };
    let phone = Phone::new().await;
    let sipp = Sipp::new("uac-until-bye").calls("100").sound_at(phone.port);
    let sipp = if tcp { sipp.over_tcp() } else { sipp };
    Log::clear();
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    engine.agent_said(&id, "What happened?").await;
    phone.say(&engine.speech(WISH));
    engine.caller_said(&id, "appointment").await;
    assert_eq!(engine.ended(&id).await, "hung_up");
    caller.succeeds().await;
    assert!(!phone.heard().is_silent() && phone.last_word().is_some());
    assert!(phone.heard().millis() > 5_000);
    engine.kept(&id).await;
    nothing_is_logged(&["4930123456", "appointment", "What happened"]);
    engine.stop().await;
}

/// Of what either side said, and of who calls, no word is in the log, not even at `debug`.
fn nothing_is_logged(secrets: &[&str]) {
    let log = Log::text().to_lowercase();
    assert!(log.contains("call ended"), "expected the engine's own lines, found:\n{log}");
    for secret in secrets {
        assert!(!log.contains(&secret.to_lowercase()), "`{secret}` stands in the log:\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_speaks_over_udp() {
    sipp_speaks(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sipp_speaks_over_tcp() {
    sipp_speaks(true).await;
}

/// The caller hangs up as soon as it is answered.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_hangs_up_at_once() {
    let Some(mut engine) = Setup::new().answers("100", LINE).start().await else { return };
    let sipp = Sipp::new("uac-load").calls("100").pauses(50);
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    caller.succeeds().await;
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    assert_eq!(engine.kept(&id).await.call.end_reason.as_deref(), Some("caller_hung_up"));
    engine.stop().await;
}

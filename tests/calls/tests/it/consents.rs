//! What may be recorded is what the caller agreed to, by key.

use crate::house::{Baresip, Engine, Setup, Sipp, Sound, is_root, skip};
use closare_store::{Answer, CallDetail, LogEntry, Means, Recording, Speaker, Turn};
use closare_terms::{CallId, Millis, Purpose, UnixMillis};

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

const ASKS_PIN: &str =
    r#"  - collect: {pin: {type: digits, length: 4, secret: yes, ask: "Your PIN, please?"}}"#;
const PIN: &str = "Four, seven, one, one.";

/// A call in which the caller answers the question of consent with this key, tells a story, and a PIN where one is asked for.
async fn call(workflow: &str, key: char) -> Option<(Engine, CallId)> {
    let mut engine =
        Setup::new().answers("100", workflow).caller_says(STORY).caller_says(PIN).start().await?;
    let mut caller = Baresip::start(engine.folder.path()).await?;
    caller.dial("100", engine.addr()).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "record this call").await;
    caller.press(key).await;
    engine.agent_said(&id, "What happened?").await;
    caller.say(&engine.speech(STORY)).await;
    engine.caller_said(&id, "kitchen").await;
    if workflow.contains(ASKS_PIN) {
        engine.agent_said(&id, "Your PIN").await;
        caller.say(&engine.speech(PIN)).await;
    }
    assert_eq!(engine.ended(&id).await, "hung_up", "{}", engine.story());
    Some((engine, id))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_a_yes_and_both_sides_are_recorded_but_no_secret() {
    let workflow = ASKS.replace("  - hangup", &format!("{ASKS_PIN}\n  - hangup"));
    let Some((mut engine, id)) = call(&workflow, '1').await else { return };
    let call = engine.kept(&id).await;
    consented(&call, Answer::Granted);
    let recordings = engine.runtime.store.recordings(&id).await.unwrap();
    assert_eq!(recordings.len(), 1);
    let (info, samples) = (&recordings[0].info, &recordings[0].samples);
    assert_eq!(info.channels, 2);
    for channel in [0, 1] {
        assert!(
            !Sound::channel(info.rate, info.channels, channel, samples).is_silent(),
            "channel {channel} is silent"
        );
    }
    let log = engine.runtime.store.log(&id).await.unwrap();
    the_secret_is_nowhere(&call, &recordings[0], &log);
    assert!(info.marks.comment.contains("AI-generated"), "{}", info.marks.comment);
    let sealed = std::fs::read(engine.folder.path().join("kept/recordings").join(&info.path)).unwrap();
    let second = info.rate as usize * usize::from(info.channels);
    let plain: Vec<u8> =
        samples[second..second + 64].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert!(!sealed.windows(plain.len()).any(|bytes| bytes == plain), "the file is sealed");
    // The marks go with the sound.
    let wav = recordings[0].wav();
    let mark = b"AI-generated speech on channel 2";
    assert!(wav.windows(mark.len()).any(|bytes| bytes == mark));
    engine.stop().await;
}

/// The story is in the recording and in the log; the PIN is silence in the one, and in the other without words.
fn the_secret_is_nowhere(call: &CallDetail, recording: &Recording, log: &[LogEntry]) {
    let spoken: Vec<_> = call.turns.iter().filter(|turn| turn.speaker == Speaker::Caller).collect();
    let (story, pin) = (spoken[spoken.len() - 2], spoken[spoken.len() - 1]);
    assert_eq!(pin.heard.as_deref(), Some("••••"));
    let info = &recording.info;
    let caller = Sound::channel(info.rate, info.channels, 0, &recording.samples);
    let place = |at: UnixMillis| (at.0 - info.started.0) as usize * info.rate as usize / 1_000;
    let of = |turn: &Turn| &caller.samples[place(turn.started)..place(turn.ended)];
    assert!(closare_media::rms(of(story)) > 120.0, "the story is heard");
    assert!(of(pin).iter().all(|sample| *sample == 0), "of the PIN nothing is");

    let began = Millis((pin.started.0 - call.call.started.0) as u64);
    let finals = log.iter().filter(|entry| entry.name == "final" || entry.name == "interim");
    let (before, after): (Vec<_>, Vec<_>) = finals.partition(|entry| entry.at < began);
    let words = before.iter().flat_map(|entry| &entry.contents).map(|content| &content.text);
    assert!(words.into_iter().any(|words| words.contains("kitchen")));
    assert!(
        !after.is_empty() && after.iter().all(|entry| entry.contents.is_empty()),
        "{} entries",
        after.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_is_a_no_and_no_sound_is_kept() {
    let Some((mut engine, id)) = call(ASKS, '2').await else { return };
    let call = engine.kept(&id).await;
    consented(&call, Answer::Refused);
    assert!(call.recordings.is_empty());
    let files = std::fs::read_dir(engine.folder.path().join("kept/recordings")).unwrap().count();
    assert_eq!(files, 0, "not even a buffer's file");
    assert!(
        call.turns.iter().any(|turn| turn.heard.as_deref().is_some_and(|heard| heard.contains("kitchen")))
    );
    engine.stop().await;
}

/// SIPp's key events come from another port than any sound, with another payload type than ours, and out of time.
#[tokio::test(flavor = "multi_thread")]
async fn one_is_a_yes_from_a_rough_trunk() {
    if !is_root() {
        return skip("SIPp makes keys through a raw socket, which is root's", "run the tests as root");
    }
    let Some(mut engine) = Setup::new().answers("100", ASKS).start().await else { return };
    let in_the_question = engine.phrase("100", &engine.disclosure("100")).millis() + 1_500;
    let sipp = Sipp::new("uac-dtmf").calls("100").with("\"1234#\"", "\"1\"").pauses(9_000);
    let sipp = sipp.with("milliseconds=\"1000\"", &format!("milliseconds=\"{in_the_question}\""));
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    caller.succeeds().await;
    let call = engine.kept(&id).await;
    consented(&call, Answer::Granted);
    assert_eq!(call.recordings.len(), 1);
    engine.stop().await;
}

fn consented(call: &CallDetail, answer: Answer) {
    let [consent] = &call.consents[..] else { panic!("expected one consent, found {:?}", call.consents) };
    assert_eq!(
        (consent.purpose, consent.answer, consent.means),
        (Purpose::Recording, answer, Some(Means::Key))
    );
    assert!(consent.played.is_some(), "the question was heard out");
}

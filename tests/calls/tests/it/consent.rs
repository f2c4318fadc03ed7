//! Consent by keys: what is recorded after a yes, and that nothing is after a no.

use crate::house::{Baresip, Engine, Setup, Sipp, Sound, is_root, skip};
use crate::workflows::BOOKING;
use closare_store::{Answer, CallDetail, Means};
use closare_terms::{CallId, Purpose};
use std::path::PathBuf;

const NAME: &str = "My name is Anna Reed.";

#[tokio::test(flavor = "multi_thread")]
async fn key_one_is_a_yes() {
    let Some((engine, id, call)) = answered_with('1').await else { return };
    consented(&call, Answer::Granted);
    let [recording] = &engine.runtime.store.recordings(&id).await.unwrap()[..] else { panic!("expected one recording") };
    assert!(recording.info.complete && recording.info.channels == 2, "{:?}", recording.info);
    assert!(recording.info.marks.comment.contains("AI-generated"), "{:?}", recording.info.marks);
    for channel in 0..2 {
        let sound = Sound::channel(recording.info.rate, 2, channel, &recording.samples);
        assert!(!sound.is_silent(), "channel {channel}");
    }
    // The marks go with the sound.
    let wav = recording.wav();
    let has = |mark: &str| wav.windows(mark.len()).any(|bytes| bytes == mark.as_bytes());
    assert!(has("ICMT") && has("AI-generated speech on channel 2"));
    // What lies on disk is sealed.
    let [file] = &recordings(&engine)[..] else { panic!("expected one file") };
    let sealed = std::fs::read(file).unwrap();
    let piece: Vec<u8> = recording.samples[16_000..16_064].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert!(!sealed.windows(piece.len()).any(|bytes| bytes == piece));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn key_two_is_a_no() {
    let Some((engine, id, call)) = answered_with('2').await else { return };
    consented(&call, Answer::Refused);
    assert!(call.recordings.is_empty() && engine.runtime.store.recordings(&id).await.unwrap().is_empty());
    assert!(recordings(&engine).is_empty(), "there is no file");
    engine.stop().await;
}

/// SIPp's key events come from another port than any sound, with another payload type than ours, and out of time.
#[tokio::test(flavor = "multi_thread")]
async fn key_one_of_a_rough_trunk() {
    if !is_root() {
        return skip("SIPp makes keys through a raw socket, which is root's", "run the tests as root");
    }
    let Some(mut engine) = Setup::new().answers("100", BOOKING).start().await else { return };
    let question = engine.phrase("100", &engine.disclosure("100")).millis() + 4_000;
    let sipp = Sipp::new("uac-dtmf").calls("100").with("\"1234#\"", "\"1\"").pauses(6_000);
    let sipp = sipp.with("milliseconds=\"1000\"", &format!("milliseconds=\"{question}\""));
    let Some(mut caller) = sipp.start(engine.addr(), engine.folder.path()) else { return };
    let id = engine.call(1).await;
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    caller.succeeds().await;
    let call = engine.kept(&id).await;
    consented(&call, Answer::Granted);
    assert_eq!(call.recordings.len(), 1);
    engine.stop().await;
}

/// The caller answers the question with this key, says a name, and hangs up.
async fn answered_with(key: char) -> Option<(Engine, CallId, CallDetail)> {
    let mut engine = Setup::new().answers("100", BOOKING).caller_says(NAME).start().await?;
    let mut caller = Baresip::start(engine.folder.path()).await?;
    caller.dial("100", engine.addr()).await;
    let id = engine.call(1).await;
    engine.agent_said(&id, "record").await;
    caller.press(key).await;
    engine.agent_said(&id, "What is your name?").await;
    caller.say(&engine.speech(NAME)).await;
    engine.caller_said(&id, "Reed").await;
    caller.hang_up().await;
    assert_eq!(engine.ended(&id).await, "caller_hung_up");
    let call = engine.kept(&id).await;
    Some((engine, id, call))
}

fn consented(call: &CallDetail, answer: Answer) {
    let [consent] = &call.consents[..] else { panic!("expected one consent, found {:?}", call.consents) };
    assert_eq!((consent.purpose, consent.answer, consent.means), (Purpose::Recording, answer, Some(Means::Key)));
    assert!(consent.played.is_some(), "the question was heard out");
}

fn recordings(engine: &Engine) -> Vec<PathBuf> {
    let folder = engine.runtime.config.data.join("recordings");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

//! Utterances: what is sent for them, what comes of them, and how they are kept apart.

use crate::session::{audio, finals, open, opened, opening_up, said, say, told};
use closare_plugin::Said;
use closare_plugin::network::Event;
use serde_json::json;

#[test]
fn the_socket_is_opened_at_once_and_what_is_said_early_waits() {
    let mut session = opening_up(json!({"stability": 0.5, "use_speaker_boost": false}));
    say(&mut session, 5, said("Good morning."), false);
    insta::assert_snapshot!(told(&mut session), @r#"
    open 1 wss://api.elevenlabs.io/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_16000&auto_mode=true&sync_alignment=true&inactivity_timeout=180&apply_text_normalization=auto&language_code=en (Some("key"))
    used Unit::Characters 13
    wake 0 in 60000
    "#);
    opened(&mut session, 1);
    insta::assert_snapshot!(told(&mut session), @r#"
    send 1 {"text":" ","context_id":"c1","voice_settings":{"stability":0.5,"use_speaker_boost":false}}
    send 1 {"text":"Good morning. ","context_id":"c1"}
    "#);
}

#[test]
fn options_are_in_the_url() {
    let options = json!({
        "base_url": "wss://api.eu.residency.elevenlabs.io/", "model": "eleven_multilingual_v2", "voice": "a b",
        "send_language": false, "text_normalization": "off", "logging": false,
    });
    insta::assert_snapshot!(told(&mut opening_up(options)), @r#"open 1 wss://api.eu.residency.elevenlabs.io/v1/text-to-speech/a%20b/multi-stream-input?model_id=eleven_multilingual_v2&output_format=pcm_16000&auto_mode=true&sync_alignment=true&inactivity_timeout=180&apply_text_normalization=off&enable_logging=false (Some("key"))"#);
}

#[test]
fn clauses_go_as_they_are_written_and_the_end_closes_the_context() {
    let mut session = open();
    say(&mut session, 5, said("Good morning,"), false);
    say(&mut session, 5, said(" how can I help? "), false);
    say(&mut session, 5, said(""), true);
    insta::assert_snapshot!(told(&mut session), @r#"
    send 1 {"text":" ","context_id":"c1","voice_settings":{}}
    send 1 {"text":"Good morning, ","context_id":"c1"}
    used Unit::Characters 13
    wake 0 in 60000
    send 1 {"text":"how can I help? ","context_id":"c1"}
    used Unit::Characters 15
    send 1 {"context_id":"c1","flush":true}
    send 1 {"context_id":"c1","close_context":true}
    "#);
    audio(&mut session, 1, "c1", 800);
    audio(&mut session, 1, "c1", 80);
    finals(&mut session, 1, "c1");
    insta::assert_snapshot!(told(&mut session), @r#"
    5 audio of 1600 bytes
    5 audio of 160 bytes
    5 done
    "#);
}

#[test]
fn a_pause_is_silence_and_another_pace_another_context() {
    let mut session = open();
    say(&mut session, 5, Said { pause_after: 250, ..said("Your number:") }, false);
    say(&mut session, 5, Said { pace: Some(0.5), ..said("four two") }, false);
    say(&mut session, 5, said("Right?"), true);
    told(&mut session);
    finals(&mut session, 1, "c1");
    insta::assert_snapshot!(told(&mut session), @r#"
    5 silence of 8000 bytes
    send 1 {"text":" ","context_id":"c2","voice_settings":{"speed":0.7}}
    send 1 {"text":"four two ","context_id":"c2"}
    send 1 {"context_id":"c2","flush":true}
    send 1 {"context_id":"c2","close_context":true}
    used Unit::Characters 8
    "#);
    audio(&mut session, 1, "c2", 160);
    finals(&mut session, 1, "c2");
    finals(&mut session, 1, "c3");
    insta::assert_snapshot!(told(&mut session), @r#"
    5 audio of 320 bytes
    send 1 {"text":" ","context_id":"c3","voice_settings":{}}
    send 1 {"text":"Right? ","context_id":"c3"}
    send 1 {"context_id":"c3","flush":true}
    send 1 {"context_id":"c3","close_context":true}
    used Unit::Characters 6
    5 done
    "#);
}

#[test]
fn what_holds_no_word_is_not_sent() {
    let mut session = open();
    say(&mut session, 5, Said { pause_after: 100, ..said("…") }, false);
    say(&mut session, 5, said(" "), true);
    insta::assert_snapshot!(told(&mut session), @r#"
    5 silence of 3200 bytes
    5 done
    "#);
}

#[test]
fn a_cancelled_utterance_is_closed() {
    let mut session = open();
    say(&mut session, 1, said("One."), false);
    told(&mut session);
    session.cancel(1).cancel(1);
    assert_eq!(told(&mut session), r#"send 1 {"context_id":"c1","close_context":true}"#);
}

#[test]
fn a_cancelled_utterance_is_never_heard_again() {
    let mut session = open();
    say(&mut session, 1, said("One."), true);
    say(&mut session, 2, said("Two."), true);
    audio(&mut session, 1, "c1", 80);
    told(&mut session);
    session.cancel(1);
    insta::assert_snapshot!(told(&mut session), @r#"
    send 1 {"text":" ","context_id":"c2","voice_settings":{}}
    send 1 {"text":"Two. ","context_id":"c2"}
    send 1 {"context_id":"c2","flush":true}
    send 1 {"context_id":"c2","close_context":true}
    used Unit::Characters 4
    "#);
    // The vendor goes on for a moment with what it was told to flush.
    audio(&mut session, 1, "c1", 80);
    finals(&mut session, 1, "c1");
    audio(&mut session, 1, "c2", 80);
    finals(&mut session, 1, "c2");
    insta::assert_snapshot!(told(&mut session), @r#"
    2 audio of 160 bytes
    2 done
    "#);
}

#[test]
fn the_same_utterance_may_be_said_again() {
    let mut session = open();
    session.say(1, "One.").cancel(1).say(1, "Two.");
    told(&mut session);
    audio(&mut session, 1, "c1", 80);
    finals(&mut session, 1, "c1");
    assert_eq!(told(&mut session), "");
    finals(&mut session, 1, "c2");
    assert_eq!(told(&mut session), "1 done");
}

/// A context that was closed counts until its last message: "each connection is limited to 5 concurrent contexts".
#[test]
fn cancelling_often_opens_another_connection() {
    let mut session = open();
    for utterance in 1..=5 {
        session.say(utterance, "One.").cancel(utterance);
    }
    told(&mut session);
    finals(&mut session, 1, "c2");
    session.say(6, "Two.").cancel(6);
    assert!(!told(&mut session).contains("open"));
    session.say(7, "Three.");
    insta::assert_snapshot!(told(&mut session), @r#"
    send 1 {"close_socket":true}
    close 1 1000
    open 2 wss://api.elevenlabs.io/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_16000&auto_mode=true&sync_alignment=true&inactivity_timeout=180&apply_text_normalization=auto&language_code=en (Some("key"))
    used Unit::Characters 6
    "#);
}

#[test]
fn another_language_is_another_connection() {
    let mut session = open();
    session.say(1, "Hello.");
    say(&mut session, 2, Said { language: Some("de-AT".into()), ..said("Grüß Gott.") }, true);
    told(&mut session);
    finals(&mut session, 1, "c1");
    insta::assert_snapshot!(told(&mut session), @r#"
    1 done
    send 1 {"close_socket":true}
    close 1 1000
    open 2 wss://api.elevenlabs.io/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_16000&auto_mode=true&sync_alignment=true&inactivity_timeout=180&apply_text_normalization=auto&language_code=de (Some("key"))
    used Unit::Characters 10
    "#);
    session.say(3, "Hi.");
    opened(&mut session, 2);
    finals(&mut session, 2, "c2");
    assert!(told(&mut session).contains("language_code=en"));
}

#[test]
fn a_context_that_waits_for_text_is_kept_alive() {
    let mut session = open();
    say(&mut session, 1, said("One moment."), false);
    assert!(told(&mut session).ends_with("wake 0 in 60000"));
    session.network(Event::Woke(0));
    insta::assert_snapshot!(told(&mut session), @r#"
    send 1 {"text":"","context_id":"c1"}
    wake 0 in 60000
    "#);
    say(&mut session, 1, said("Done."), true);
    told(&mut session);
    session.network(Event::Woke(0));
    assert_eq!(told(&mut session), "");
}

#[test]
fn the_end_of_the_call_closes_everything() {
    let mut session = open();
    session.say(1, "One.");
    told(&mut session);
    session.finish();
    insta::assert_snapshot!(told(&mut session), @r#"
    send 1 {"close_socket":true}
    close 1 1000
    "#);
    let mut session = opening_up(json!({}));
    told(&mut session);
    assert_eq!(told(session.finish()), "close 1 1000");
}

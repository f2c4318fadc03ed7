//! Refusals, errors and broken connections.

use crate::session::{Speaking, audio, finals, open, opened, opening_up, text, told};
use closare_plugin::network::{Event, Head, Trouble};
use serde_json::json;

fn closed(session: &mut Speaking, ticket: u32, code: u16, reason: &str) {
    session.network(Event::Closed((ticket, code, reason.to_owned())));
}

/// A session that says "One." and has heard nothing of it.
fn speaking() -> Speaking {
    let mut session = open();
    session.say(1, "One.").say(2, "Two.");
    told(&mut session);
    session
}

/// The sentences are ElevenLabs' own, as its users report them.
#[test]
fn errors_are_told_apart() {
    let check = |error: &str, message: &str| {
        let mut session = speaking();
        audio(&mut session, 1, "c1", 8);
        text(&mut session, 1, json!({"message": message, "error": error, "code": 1008}));
        let told = told(&mut session);
        told.lines().find(|line| line.contains("failed")).unwrap_or_default().to_owned()
    };
    let all = [
        check("invalid_api_key", "An invalid API key was provided."),
        check("quota_exceeded", "This request exceeds your quota."),
        check("too_many_concurrent_requests", "You have exceeded your concurrency."),
        check("voice_id_does_not_exist", "A voice with the ID a does not exist."),
        check("invalid_input_message", "Could not parse input message."),
        check("something_went_wrong", "We are sorry, something went wrong."),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    Some(1) failed Failure::Unauthorized
    Some(1) failed Failure::Refused("quota_exceeded: This request exceeds your quota.")
    Some(1) failed Failure::RateLimited(None)
    Some(1) failed Failure::Unsupported("voice_id_does_not_exist: A voice with the ID a does not exist.")
    Some(1) failed Failure::Refused("invalid_input_message: Could not parse input message.")
    Some(1) failed Failure::Unavailable("something_went_wrong: We are sorry, something went wrong.")
    "#);
}

#[test]
fn a_failed_utterance_is_over_and_the_next_one_connects_again() {
    let mut session = speaking();
    text(
        &mut session,
        1,
        json!({"message": "This request exceeds your quota.", "error": "quota_exceeded", "code": 1008}),
    );
    insta::assert_snapshot!(told(&mut session), @r#"
    close 1 1000
    Some(1) failed Failure::Refused("quota_exceeded: This request exceeds your quota.")
    open 2 wss://api.elevenlabs.io/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_16000&auto_mode=true&sync_alignment=true&inactivity_timeout=180&apply_text_normalization=auto&language_code=en (Some("key"))
    used Unit::Characters 4
    "#);
    // What the old connection still says is of no account.
    closed(&mut session, 1, 1008, "This request exceeds your quota.");
    opened(&mut session, 2);
    finals(&mut session, 2, "c2");
    assert!(told(&mut session).ends_with("2 done"));
}

#[test]
fn of_what_nothing_was_heard_is_said_again_once() {
    let mut session = speaking();
    closed(&mut session, 1, 1006, "");
    insta::assert_snapshot!(told(&mut session), @r#"open 2 wss://api.elevenlabs.io/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_16000&auto_mode=true&sync_alignment=true&inactivity_timeout=180&apply_text_normalization=auto&language_code=en (Some("key"))"#);
    session.trouble(2, Trouble::Connect);
    insta::assert_snapshot!(told(&mut session), @r#"
    Some(1) failed Failure::Unavailable("no connection")
    open 3 wss://api.elevenlabs.io/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/multi-stream-input?model_id=eleven_flash_v2_5&output_format=pcm_16000&auto_mode=true&sync_alignment=true&inactivity_timeout=180&apply_text_normalization=auto&language_code=en (Some("key"))
    used Unit::Characters 4
    "#);
}

#[test]
fn of_what_something_was_heard_is_not_said_again() {
    let mut session = speaking();
    audio(&mut session, 1, "c1", 8);
    told(&mut session);
    closed(&mut session, 1, 1011, "internal error");
    assert!(told(&mut session).starts_with(
        r#"Some(1) failed Failure::Unavailable("the socket closed with code 1011: internal error")"#
    ));
}

/// After 180 seconds without a context. The sentence is the vendor's.
#[test]
fn a_socket_that_closes_in_silence_is_no_failure() {
    let mut session = open();
    closed(&mut session, 1, 1008, "Have not received a new text input within the timeout of 180 seconds.");
    assert_eq!(told(&mut session), "");
    session.say(1, "One.");
    assert!(told(&mut session).starts_with("open 2 "));
}

#[test]
fn a_refused_upgrade_ends_the_session_before_the_first_words() {
    let refused = |status| {
        let mut session = opening_up(json!({}));
        told(&mut session);
        let head = Head { ticket: 1, status, headers: Vec::new() };
        let body = json!({"detail": {"status": "voice_not_found", "message": "No such voice."}}).to_string();
        session.network(Event::Refused((head, body.into_bytes())));
        told(&mut session)
    };
    assert_eq!(refused(401), "None failed Failure::Unauthorized");
    assert_eq!(refused(404), r#"None failed Failure::Unsupported("status 404: No such voice.")"#);
    // What may be over in a moment is tried again with the first words.
    assert_eq!(refused(503), "");
}

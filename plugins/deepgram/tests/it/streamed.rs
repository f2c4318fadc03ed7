//! Messages are those of https://developers.deepgram.com/docs/tts-ws-flush, /docs/tts-ws-clear, /docs/tts-ws-close,
//! /docs/tts-troubleshooting-websocket-net-and-data-errors and /reference/text-to-speech/speak-streaming.

use crate::server::{closed, effect, head, opened, text};
use closare_plugin::network::{Event, Ticket, Trouble};
use closare_plugin::test::{Session, opening};
use closare_plugin::text_to_speech::{Output, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Said};
use deepgram::Speaking;
use serde_json::json;

type Mouth = Session<Speaking, Output>;

const FLUSHED: &str = r#"{"type": "Flushed", "sequence_id": 0}"#;
const CLEARED: &str = r#"{"type": "Cleared", "sequence_id": 0}"#;

fn mouth() -> Mouth {
    let wanted = AudioFormat::pcm(16_000);
    let (mut mouth, format): (Mouth, _) = Session::speak(opening(json!({})), wanted, None).unwrap();
    assert_eq!(format, wanted);
    mouth.network(opened(1));
    let metadata = r#"{"type": "Metadata", "request_id": "uuid", "model_name": "aura-2-thalia-en",
        "model_version": "2025-04-07.0", "model_uuid": "uuid"}"#;
    mouth.network(text(1, metadata));
    mouth.outputs.clear();
    mouth
}

fn say(mouth: &mut Mouth, utterance: Utterance, text: &str, pause_after: u32, last: bool) {
    let said = Said { text: text.to_owned(), language: None, pace: None, pause_after };
    let outputs = mouth.plugin.say(mouth.at, utterance, said, last);
    mouth.outputs.extend(outputs);
}

fn told(mouth: &mut Mouth) -> String {
    let line = |output: &Output| match output {
        Output::Net(net) => effect(net),
        Output::Audio((utterance, bytes)) if bytes.len() < 20 => format!("{utterance} audio {bytes:?}"),
        Output::Audio((utterance, bytes)) => format!("{utterance} audio of {} bytes", bytes.len()),
        Output::Done(utterance) => format!("{utterance} done"),
        Output::Used(usage) => format!("used {:?} {}", usage.unit, usage.amount),
        Output::Failed((utterance, failure)) => format!("{utterance:?} failed {failure:?}"),
        other => format!("{other:?}"),
    };
    let lines: Vec<String> = mouth.outputs.iter().map(line).collect();
    mouth.outputs.clear();
    lines.join("\n")
}

fn audio(mouth: &mut Mouth, ticket: Ticket, bytes: &[u8]) {
    mouth.network(Event::Binary((ticket, bytes.to_vec())));
}

#[test]
fn a_voice_is_a_model() {
    let address = |options, voice: Option<&str>, language: &str| {
        let mut start = opening(options);
        start.languages = vec![language.to_owned()];
        let opened: Result<(Mouth, _), _> = Session::speak(start, AudioFormat::pcm(44_100), voice);
        opened.map_or_else(|failure| format!("{failure:?}"), |(mut mouth, _)| told(&mut mouth))
    };
    insta::assert_snapshot!(address(json!({}), None, "de-AT"), @"open 1 (key) wss://api.deepgram.com/v1/speak?model=aura-2-aurelia-de&encoding=linear16&sample_rate=24000&mip_opt_out=true");
    let eu = json!({"base_url": "https://api.eu.deepgram.com", "voice": "Helena", "speed": 0.9});
    insta::assert_snapshot!(address(eu, None, "en"), @"open 1 (key) wss://api.eu.deepgram.com/v1/speak?model=aura-2-helena-en&encoding=linear16&sample_rate=24000&mip_opt_out=true&speed=0.90");
    insta::assert_snapshot!(address(json!({}), Some("aura-2-celeste-es"), "es"), @"open 1 (key) wss://api.deepgram.com/v1/speak?model=aura-2-celeste-es&encoding=linear16&sample_rate=24000&mip_opt_out=true");
    insta::assert_snapshot!(address(json!({}), None, "fi"), @r#"
    Failure::Unsupported("expected a language of Aura-2, found `fi`")
    "#);
}

#[test]
fn each_clause_is_flushed_and_audio_belongs_to_the_first_that_is_not_done() {
    let mut mouth = mouth();
    say(&mut mouth, 5, "Good morning.", 100, false);
    say(&mut mouth, 5, "How can I help?", 0, false);
    say(&mut mouth, 5, "", 0, true);
    say(&mut mouth, 6, "Hello?", 0, true);
    insta::assert_snapshot!(told(&mut mouth), @r#"
    text 1 {"type":"Speak","text":"Good morning."}
    used Unit::Characters 13
    text 1 {"type":"Flush"}
    text 1 {"type":"Speak","text":"How can I help?"}
    used Unit::Characters 15
    text 1 {"type":"Flush"}
    text 1 {"type":"Speak","text":"Hello?"}
    used Unit::Characters 6
    text 1 {"type":"Flush"}
    "#);
    audio(&mut mouth, 1, &[1, 2, 3]);
    audio(&mut mouth, 1, &[4]);
    mouth.network(text(1, FLUSHED));
    audio(&mut mouth, 1, &[5, 6]);
    mouth.network(text(1, FLUSHED));
    audio(&mut mouth, 1, &[7, 8]);
    mouth.network(text(1, FLUSHED));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    5 audio [1, 2]
    5 audio [3, 4]
    5 audio of 3200 bytes
    5 audio [5, 6]
    5 done
    6 audio [7, 8]
    6 done
    "#);
}

#[test]
fn flushes_are_kept_for_the_ends() {
    let mut mouth = mouth();
    for clause in 0..13 {
        say(&mut mouth, 1, &format!("Clause {clause}."), 0, false);
    }
    assert_eq!(told(&mut mouth).matches("Flush").count(), 12);
    say(&mut mouth, 1, "The end.", 0, true);
    insta::assert_snapshot!(told(&mut mouth), @r#"
    text 1 {"type":"Speak","text":" The end."}
    used Unit::Characters 9
    text 1 {"type":"Flush"}
    "#);
    for utterance in 2..9 {
        mouth.at += 100;
        say(&mut mouth, utterance, "Yes.", 0, true);
    }
    assert_eq!(told(&mut mouth).matches("Flush").count(), 7);
    say(&mut mouth, 9, "No.", 0, true);
    insta::assert_snapshot!(told(&mut mouth), @r#"
    text 1 {"type":"Speak","text":"No."}
    used Unit::Characters 3
    wake 2 in 59300
    "#);
    mouth.at = 60_000;
    mouth.network(Event::Woke(2));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    text 1 {"type":"Flush"}
    "#);
}

#[test]
fn what_comes_until_cleared_is_dropped() {
    let mut mouth = mouth();
    say(&mut mouth, 1, "One.", 0, true);
    say(&mut mouth, 2, "Two.", 0, true);
    audio(&mut mouth, 1, &[1, 1]);
    mouth.outputs.clear();
    mouth.cancel(1);
    insta::assert_snapshot!(told(&mut mouth), @r#"
    text 1 {"type":"Clear"}
    wake 2 in 1000
    "#);
    say(&mut mouth, 3, "Three.", 0, true);
    audio(&mut mouth, 1, &[1, 1]);
    mouth.network(text(1, FLUSHED));
    assert_eq!(told(&mut mouth), "");
    mouth.network(text(1, CLEARED));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    text 1 {"type":"Speak","text":"Two."}
    used Unit::Characters 4
    text 1 {"type":"Flush"}
    text 1 {"type":"Speak","text":"Three."}
    used Unit::Characters 6
    text 1 {"type":"Flush"}
    "#);
    // Flushes from before may be confirmed all the same.
    mouth.network(text(1, FLUSHED));
    mouth.network(text(1, FLUSHED));
    audio(&mut mouth, 1, &[2, 2]);
    mouth.network(text(1, FLUSHED));
    audio(&mut mouth, 1, &[3, 3]);
    mouth.network(text(1, FLUSHED)).network(Event::Woke(2));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    2 audio [2, 2]
    2 done
    3 audio [3, 3]
    3 done
    "#);
}

#[test]
fn one_that_waits_its_turn_is_cancelled_in_silence() {
    let mut mouth = mouth();
    say(&mut mouth, 1, "One.", 0, true);
    say(&mut mouth, 2, "Two.", 50, true);
    audio(&mut mouth, 1, &[1, 1]);
    mouth.outputs.clear();
    mouth.cancel(2);
    audio(&mut mouth, 1, &[1, 1]);
    mouth.network(text(1, FLUSHED));
    audio(&mut mouth, 1, &[2, 2]);
    mouth.network(text(1, FLUSHED));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    1 audio [1, 1]
    1 done
    "#);
    mouth.cancel(2);
    assert_eq!(told(&mut mouth), "");
}

#[test]
fn a_clear_that_is_not_confirmed_costs_the_socket() {
    let mut mouth = mouth();
    say(&mut mouth, 1, "One.", 0, true);
    mouth.cancel(1);
    say(&mut mouth, 2, "Two.", 0, true);
    mouth.outputs.clear();
    mouth.network(Event::Woke(2));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    close 1 1000
    open 3 (key) wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&mip_opt_out=true
    "#);
    audio(&mut mouth, 1, &[1, 1]);
    mouth.network(text(1, CLEARED)).network(opened(3));
    audio(&mut mouth, 3, &[2, 2]);
    mouth.network(text(3, FLUSHED));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    Output::RequestId("8c8ebea9-dbec-45fa-a035-e4632cb05b5f")
    text 3 {"type":"Speak","text":"Two."}
    used Unit::Characters 4
    text 3 {"type":"Flush"}
    2 audio [2, 2]
    2 done
    "#);
}

#[test]
fn an_idle_socket_that_was_closed_is_opened_anew() {
    let mut mouth = mouth();
    mouth.network(closed(1, 1011, "NET-0001"));
    assert_eq!(told(&mut mouth), "");
    say(&mut mouth, 1, "One.", 0, true);
    insta::assert_snapshot!(told(&mut mouth), @"open 2 (key) wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&mip_opt_out=true");
    mouth.network(opened(2));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    Output::RequestId("8c8ebea9-dbec-45fa-a035-e4632cb05b5f")
    text 2 {"type":"Speak","text":"One."}
    used Unit::Characters 4
    text 2 {"type":"Flush"}
    "#);
    // It is noticed only as the next text is sent: once more.
    mouth.network(closed(2, 1006, ""));
    insta::assert_snapshot!(told(&mut mouth), @"open 3 (key) wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&mip_opt_out=true");
    mouth.network(opened(3));
    mouth.outputs.clear();
    mouth.network(closed(3, 1011, "NET-0000"));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    Some(1) failed Failure::Unavailable("the socket was closed with `1011` NET-0000")
    "#);
}

#[test]
fn failures() {
    let ends = |event: Event| {
        let mut mouth = mouth();
        say(&mut mouth, 1, "One.", 0, false);
        say(&mut mouth, 2, "Two.", 0, true);
        audio(&mut mouth, 1, &[1, 1]);
        mouth.outputs.clear();
        mouth.network(event);
        told(&mut mouth)
    };
    insta::assert_snapshot!(ends(closed(1, 1008, "DATA-0001")), @r#"
    Some(1) failed Failure::RateLimited(None)
    open 2 (key) wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&mip_opt_out=true
    "#);
    insta::assert_snapshot!(ends(closed(1, 1009, "BIG-0001")), @r#"
    Some(1) failed Failure::Refused("the socket was closed with `1009` BIG-0001")
    open 2 (key) wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&mip_opt_out=true
    "#);
    insta::assert_snapshot!(ends(Event::Failed((1, Trouble::Reset))), @r#"
    Some(1) failed Failure::Unavailable("the connection broke")
    open 2 (key) wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&mip_opt_out=true
    "#);
    insta::assert_snapshot!(ends(text(1, r#"{"type": "Warning", "description": "too many flushes", "code": "W"}"#)), @r#"
    Output::Note(Note { level: Level::Warn, message: "W: too many flushes" })
    "#);
    insta::assert_snapshot!(ends(text(1, r#"{"type": "Error", "description": "it broke", "code": "E"}"#)), @r#"
    close 1 1000
    Some(1) failed Failure::Broken("E: it broke")
    open 2 (key) wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=16000&mip_opt_out=true
    "#);
    let refused = |status, body: &str| {
        let (mut mouth, _): (Mouth, _) =
            Session::speak(opening(json!({})), AudioFormat::pcm(8_000), None).unwrap();
        mouth.say(1, "One.").network(Event::Refused((head(1, status, &[]), body.as_bytes().to_vec())));
        mouth.outputs.drain(..1);
        mouth.say(2, "Two.");
        told(&mut mouth)
    };
    insta::assert_snapshot!(refused(401, r#"{"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials."}"#), @"None failed Failure::Unauthorized");
    insta::assert_snapshot!(refused(400, r#"{"err_code": "Bad Request", "err_msg": "Bad Request: No such model/version combination found."}"#), @r#"
    None failed Failure::Refused("status 400: Bad Request: No such model/version combination found.")
    "#);
}

#[test]
fn the_end_of_the_call() {
    let mut mouth = mouth();
    say(&mut mouth, 1, "One.", 0, true);
    mouth.outputs.clear();
    mouth.finish();
    insta::assert_snapshot!(told(&mut mouth), @r#"
    text 1 {"type":"Close"}
    close 1 1000
    "#);
    mouth.network(closed(1, 1000, ""));
    assert_eq!(told(&mut mouth), "");
}

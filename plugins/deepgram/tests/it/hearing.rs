//! Messages are those of https://developers.deepgram.com/docs/live-streaming-audio (Results), /docs/speech-started,
//! /docs/utterance-end, /docs/finalize, /docs/close-stream, /docs/configure and /docs/errors.

mod unanswered;

use crate::server::{closed, effect, head, opened, text};
use closare_plugin::AudioFormat;
use closare_plugin::network::{Event, Trouble};
use closare_plugin::speech_to_text::{Listening, Output, SpeechToText, Transcript};
use closare_plugin::test::{Session, opening};
use deepgram::Hearing;
use serde_json::{Value, json};

type Ear = Session<Hearing, Output>;

const PCM: AudioFormat = AudioFormat::pcm(16_000);

fn listening(hints: &[&str], end_after: Option<u32>) -> Listening {
    let hints = hints.iter().map(|hint| hint.to_string()).collect();
    Listening { languages: vec!["en".to_owned()], hints, end_after }
}

fn ear_with(options: Value, hints: &[&str], end_after: Option<u32>) -> Ear {
    Session::hear(opening(options), PCM, listening(hints, end_after)).unwrap()
}

/// Open, at 10 s of the call.
fn ear() -> Ear {
    let mut ear = ear_with(json!({}), &[], Some(700));
    ear.at = 10_000;
    ear.network(opened(1));
    ear.outputs.clear();
    ear
}

/// Plays silence, in batches of 60 ms as the host sends it.
fn play(ear: &mut Ear, ms: u64) {
    for _ in 0..ms / 60 {
        ear.at += 60;
        ear.audio(&[0; 1_920]);
    }
    ear.outputs.clear();
}

fn heard(name: &str, transcript: &Transcript) -> String {
    let Transcript { text, starts, ends, words, language, confidence } = transcript;
    let words: Vec<String> =
        words.iter().map(|word| format!("{} {}-{}", word.text, word.starts, word.ends)).collect();
    let language = language.as_deref().unwrap_or("-");
    format!("{name} {text:?} {starts}-{ends} {language} {:.2} {words:?}", confidence.unwrap_or(-1.0))
}

fn told(ear: &mut Ear) -> String {
    let line = |output: &Output| match output {
        Output::Net(net) => effect(net),
        Output::Interim(transcript) => heard("interim", transcript),
        Output::Final(transcript) => heard("final", transcript),
        Output::Used(usage) => format!("used {:?} {}", usage.unit, usage.amount),
        other => format!("{other:?}"),
    };
    let lines: Vec<String> = ear.outputs.iter().map(line).collect();
    ear.outputs.clear();
    lines.join("\n")
}

fn says(ear: &mut Ear, message: Value) -> String {
    ear.network(text(1, &message.to_string()));
    told(ear)
}

/// The page's message, with these times, flags and words.
fn results(start: f64, duration: f64, flags: Value, words: &[(&str, f64, f64)]) -> Value {
    let transcript: Vec<&str> = words.iter().map(|(word, ..)| *word).collect();
    let words: Vec<Value> = words
        .iter()
        .map(|(word, start, end)| {
            json!({
                "word": word.to_lowercase().trim_matches('.'), "start": start, "end": end,
                "confidence": 0.99782443, "punctuated_word": word
            })
        })
        .collect();
    let mut message = json!({
        "type": "Results", "channel_index": [0, 1], "duration": duration, "start": start,
        "is_final": true, "speech_final": false,
        "channel": {"alternatives": [{
            "transcript": transcript.join(" "), "confidence": 0.99964225, "words": words
        }]},
        "metadata": {
            "request_id": "52cc0efe-fa77-4aa7-b79c-0dda09de2f14",
            "model_info": {"name": "2-general-nova", "version": "2024-01-18.26916", "arch": "nova-2"},
            "model_uuid": "c0d1a568-ce81-4fea-97e7-bd45cb1fdf3c"
        },
        "from_finalize": false
    });
    for (name, value) in flags.as_object().unwrap() {
        message[name] = value.clone();
    }
    message
}

#[test]
fn the_socket_is_opened_with_the_call() {
    let mut ear = ear_with(json!({}), &["Dr. Huber", "Zahnreinigung"], Some(700));
    insta::assert_snapshot!(told(&mut ear), @"open 1 (key) wss://api.deepgram.com/v1/listen?model=nova-3&language=en&encoding=linear16&sample_rate=16000&mip_opt_out=true&channels=1&interim_results=true&smart_format=true&endpointing=700&utterance_end_ms=1000&vad_events=true&keyterm=Dr.%20Huber&keyterm=Zahnreinigung");
    ear.audio(&[0; 1_920]).flush();
    insta::assert_snapshot!(told(&mut ear), @"wake 3 in 1200");
    ear.network(opened(1));
    insta::assert_snapshot!(told(&mut ear), @r#"
    Output::RequestId("8c8ebea9-dbec-45fa-a035-e4632cb05b5f")
    binary 1 of 1920 bytes
    text 1 {"type":"Finalize"}
    wake 2 in 4000
    "#);
    ear.audio(&[0; 640]).audio(&[]);
    insta::assert_snapshot!(told(&mut ear), @"binary 1 of 640 bytes");
}

#[test]
fn options_and_formats_are_in_the_address() {
    let mut start = opening(json!({
        "base_url": "https://api.eu.deepgram.com/", "model": "nova-2-phonecall", "smart_format": false,
        "endpointing": 1500
    }));
    start.languages = vec!["en-GB".to_owned(), "de".to_owned()];
    let law = AudioFormat { encoding: closare_plugin::Encoding::Mulaw, sample_rate: 8_000 };
    let mut ear: Ear = Session::hear(start, law, listening(&["Huber"], None)).unwrap();
    insta::assert_snapshot!(told(&mut ear), @"open 1 (key) wss://api.eu.deepgram.com/v1/listen?model=nova-2-phonecall&language=en-GB&encoding=mulaw&sample_rate=8000&mip_opt_out=true&channels=1&interim_results=true&punctuate=true&endpointing=1500&utterance_end_ms=1500&vad_events=true&keywords=Huber");
}

#[test]
fn pieces_are_joined_till_the_flush_is_answered() {
    let mut ear = ear();
    play(&mut ear, 3_000);
    insta::assert_snapshot!(says(&mut ear, json!({"type": "SpeechStarted", "channel": [0, 1], "timestamp": 0.54})), @"Output::SpeechStarted(10540)");
    let interim = results(0.0, 1.0, json!({"is_final": false}), &[("Tell", 0.56, 0.8)]);
    insta::assert_snapshot!(says(&mut ear, interim), @r#"
    interim "Tell" 10560-10800 - 1.00 ["Tell 10560-10800"]
    "#);
    let sure = results(0.0, 1.5, json!({}), &[("Tell", 0.56, 0.8), ("me", 0.8, 1.1)]);
    insta::assert_snapshot!(says(&mut ear, sure), @r#"
    interim "Tell me" 10560-11100 - 1.00 ["Tell 10560-10800", "me 10800-11100"]
    "#);
    let interim = results(1.5, 0.5, json!({"is_final": false}), &[("more.", 1.6, 1.9)]);
    insta::assert_snapshot!(says(&mut ear, interim), @r#"
    interim "Tell me more." 10560-11900 - 1.00 ["Tell 10560-10800", "me 10800-11100", "more. 11600-11900"]
    "#);
    ear.flush();
    insta::assert_snapshot!(told(&mut ear), @r#"
    text 1 {"type":"Finalize"}
    wake 3 in 1200
    "#);
    let rest = results(1.5, 1.5, json!({"from_finalize": true}), &[("more.", 1.6, 1.9)]);
    insta::assert_snapshot!(says(&mut ear, rest), @r#"
    final "Tell me more." 10560-11900 - 1.00 ["Tell 10560-10800", "me 10800-11100", "more. 11600-11900"]
    "#);
    ear.network(Event::Woke(3));
    assert_eq!(told(&mut ear), "");
}

#[test]
fn a_flush_is_answered_with_nothing_too() {
    let mut ear = ear();
    ear.flush();
    insta::assert_snapshot!(told(&mut ear), @r#"
    final "" 10000-10000 - 0.00 []
    "#);
    play(&mut ear, 600);
    ear.flush();
    ear.outputs.clear();
    insta::assert_snapshot!(says(&mut ear, results(0.0, 0.6, json!({"from_finalize": true}), &[])), @r#"
    final "" 10600-10600 - 0.00 []
    "#);
    // Nothing was sent since: there is nothing to ask for.
    ear.flush();
    insta::assert_snapshot!(told(&mut ear), @r#"
    final "" 10600-10600 - 0.00 []
    "#);
}

#[test]
fn a_result_that_reaches_the_flush_answers_it() {
    let mut ear = ear();
    play(&mut ear, 1_200);
    ear.flush();
    ear.outputs.clear();
    let reaches = results(0.0, 1.14, json!({"speech_final": true}), &[("No.", 0.2, 0.5)]);
    insta::assert_snapshot!(says(&mut ear, reaches), @r#"
    final "No." 10200-10500 - 1.00 ["No. 10200-10500"]
    "#);
    insta::assert_snapshot!(says(&mut ear, results(1.14, 0.06, json!({"from_finalize": true}), &[])), @"");
}

#[test]
fn deepgram_ends_a_turn_as_patiently_as_the_step() {
    let mut ear = ear();
    play(&mut ear, 3_000);
    let paused =
        |start| results(start, 1.0, json!({"speech_final": true}), &[("Hello.", start + 0.1, start + 0.3)]);
    insta::assert_snapshot!(says(&mut ear, paused(0.0)), @r#"
    final "Hello." 10100-10300 - 1.00 ["Hello. 10100-10300"]
    Output::TurnEnded(1.0)
    "#);
    let end = json!({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 2.395});
    assert_eq!(says(&mut ear, end.clone()), "", "it was told");
    ear.plugin.listen(0, listening(&[], Some(900)));
    insta::assert_snapshot!(says(&mut ear, paused(1.0)), @r#"
    interim "Hello." 11100-11300 - 1.00 ["Hello. 11100-11300"]
    "#);
    insta::assert_snapshot!(says(&mut ear, end.clone()), @r#"
    final "Hello." 11100-11300 - 1.00 ["Hello. 11100-11300"]
    Output::TurnEnded(1.0)
    "#);
    ear.plugin.listen(0, listening(&[], Some(1_500)));
    says(&mut ear, paused(2.0));
    assert_eq!(says(&mut ear, end), "", "the step waits for longer");
}

#[test]
fn languages_are_told_where_there_are_several() {
    let mut ear = ear();
    play(&mut ear, 1_800);
    let mut message =
        results(0.0, 1.6, json!({"is_final": false}), &[("No", 0.08, 0.32), ("recuerdo", 0.32, 0.79)]);
    // https://developers.deepgram.com/docs/multilingual-code-switching
    message["channel"]["alternatives"][0]["languages"] = json!(["es", "en"]);
    insta::assert_snapshot!(says(&mut ear, message), @r#"
    interim "No recuerdo" 10080-10790 es 1.00 ["No 10080-10320", "recuerdo 10320-10790"]
    "#);
}

#[test]
fn times_are_the_calls_though_audio_paused() {
    let mut ear = ear();
    play(&mut ear, 600);
    ear.at += 60_000;
    play(&mut ear, 600);
    let message = results(0.0, 1.2, json!({"is_final": false}), &[("One", 0.2, 0.4), ("two", 0.8, 1.0)]);
    insta::assert_snapshot!(says(&mut ear, message), @r#"
    interim "One two" 10200-71000 - 1.00 ["One 10200-10400", "two 70800-71000"]
    "#);
}

#[test]
fn the_socket_is_kept_alive() {
    let mut ear = ear_with(json!({}), &[], None);
    ear.network(opened(1));
    ear.outputs.clear();
    let woke = |ear: &mut Ear, at| {
        ear.at = at;
        ear.network(Event::Woke(2));
        told(ear)
    };
    insta::assert_snapshot!(woke(&mut ear, 4_000), @r#"
    binary 1 of 640 bytes
    wake 2 in 4000
    "#);
    ear.at = 7_000;
    ear.audio(&[0; 640]);
    ear.outputs.clear();
    insta::assert_snapshot!(woke(&mut ear, 8_000), @"wake 2 in 3000");
    insta::assert_snapshot!(woke(&mut ear, 11_000), @r#"
    text 1 {"type":"KeepAlive"}
    wake 2 in 4000
    "#);
}

#[test]
fn a_step_brings_its_words() {
    let mut ear = ear_with(json!({}), &["Huber"], None);
    ear.network(opened(1));
    ear.outputs.clear();
    assert_eq!(ear.plugin.listen(0, listening(&["Huber"], Some(900))), []);
    ear.outputs = ear.plugin.listen(0, listening(&["customer service"], None));
    insta::assert_snapshot!(told(&mut ear), @r#"
    text 1 {"type":"Configure","keyterms":["customer service"]}
    "#);
    let success = json!({
        "type": "ConfigureSuccess", "request_id": "550e8400-e29b-41d4-a716-446655440000",
        "keyterms": ["customer service"]
    });
    assert_eq!(says(&mut ear, success), "");
    let failure = json!({"type": "ConfigureFailure", "code": "INVALID", "description": "expected keyterms"});
    insta::assert_snapshot!(says(&mut ear, failure), @r#"
    Output::Note(Note { level: Level::Warn, message: "INVALID: expected keyterms" })
    "#);
    // The regional endpoints don't have it.
    let mut ear = ear_with(json!({"base_url": "https://api.eu.deepgram.com"}), &["Huber"], None);
    assert_eq!(ear.plugin.listen(0, listening(&["Meier"], None)), []);
}

#[test]
fn the_end_of_the_call() {
    let mut ear = ear();
    play(&mut ear, 1_200);
    ear.finish();
    insta::assert_snapshot!(told(&mut ear), @r#"
    text 1 {"type":"CloseStream"}
    close 1 1000
    used Unit::AudioMs 1200
    "#);
    let metadata = json!({
        "type": "Metadata", "transaction_key": "deprecated",
        "request_id": "8c8ebea9-dbec-45fa-a035-e4632cb05b5f",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "created": "2024-08-29T22:37:55.202Z", "duration": 1.2, "channels": 1
    });
    ear.network(text(1, &metadata.to_string())).network(closed(1, 1000, "")).finish();
    assert_eq!(told(&mut ear), "");
}

#[test]
fn refusals_and_ends_of_the_socket() {
    let ends = |event: Event| {
        let mut ear = ear_with(json!({}), &[], None);
        ear.outputs.clear();
        ear.audio(&[0; 640]).network(event).audio(&[0; 640]).flush();
        told(&mut ear)
    };
    let refused = |status, body: &str| {
        ends(Event::Refused((head(1, status, &[("dg-request-id", "uuid")]), body.as_bytes().to_vec())))
    };
    insta::assert_snapshot!(refused(401, r#"{"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials.", "request_id": "uuid"}"#), @r#"
    Output::RequestId("uuid")
    Output::Failed(Failure::Unauthorized)
    "#);
    insta::assert_snapshot!(refused(402, r#"{"err_code": "ASR_PAYMENT_REQUIRED", "err_msg": "Project does not have enough credits for an ASR request and does not have an overage agreement.", "request_id": "uuid"}"#), @r#"
    Output::RequestId("uuid")
    Output::Failed(Failure::Refused("status 402: Project does not have enough credits for an ASR request and does not have an overage agreement."))
    "#);
    insta::assert_snapshot!(refused(403, r#"{"err_code": "INSUFFICIENT_PERMISSIONS", "err_msg": "Project does not have access to the requested model.", "request_id": "uuid"}"#), @r#"
    Output::RequestId("uuid")
    Output::Failed(Failure::Unauthorized)
    "#);
    insta::assert_snapshot!(refused(429, r#"{"err_code": "TOO_MANY_REQUESTS", "err_msg": "Too many requests. Please try again later", "request_id": "uuid"}"#), @r#"
    Output::RequestId("uuid")
    Output::Failed(Failure::RateLimited(None))
    "#);
    let reason = "Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.";
    insta::assert_snapshot!(ends(Event::Refused((head(1, 400, &[("dg-error", reason)]), Vec::new()))), @r#"
    Output::Failed(Failure::Refused("status 400: Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500."))
    "#);
    insta::assert_snapshot!(ends(Event::Failed((1, Trouble::Dns))), @r#"
    Output::Failed(Failure::Unavailable("the host's name was not found"))
    "#);
}

#[test]
fn a_socket_that_breaks_ends_the_session() {
    let ends = |event: Event| {
        let mut ear = ear();
        play(&mut ear, 600);
        ear.network(event).audio(&[0; 640]).flush().finish();
        told(&mut ear)
    };
    // https://developers.deepgram.com/docs/stt-troubleshooting-websocket-data-and-net-errors
    insta::assert_snapshot!(ends(closed(1, 1011, "NET-0001")), @r#"
    used Unit::AudioMs 600
    Output::Failed(Failure::Unavailable("the socket was closed with `1011` NET-0001"))
    "#);
    insta::assert_snapshot!(ends(closed(1, 1008, "DATA-0000")), @r#"
    used Unit::AudioMs 600
    Output::Failed(Failure::Refused("the socket was closed with `1008` DATA-0000"))
    "#);
    insta::assert_snapshot!(ends(closed(1, 1006, "")), @r#"
    used Unit::AudioMs 600
    Output::Failed(Failure::Unavailable("the socket was closed with `1006`"))
    "#);
    insta::assert_snapshot!(ends(text(1, r#"{"type": "Error", "variant": "x", "description": "it broke", "message": "m"}"#)), @r#"
    close 1 1000
    used Unit::AudioMs 600
    Output::Failed(Failure::Broken("it broke"))
    "#);
    let mut ear = ear();
    let error = json!({"type": "Error", "code": "KeytermsNotSupported", "description": "not by this model"});
    insta::assert_snapshot!(says(&mut ear, error), @r#"
    Output::Note(Note { level: Level::Warn, message: "KeytermsNotSupported: not by this model" })
    "#);
}

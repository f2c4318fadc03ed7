//! After https://developers.deepgram.com/reference/text-to-speech/speak-request and /docs/errors.

use crate::server::{effect, head};
use closare_plugin::network::{Event, Ticket, Trouble};
use closare_plugin::test::{Session, opening};
use closare_plugin::text_to_speech::{Output, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Said};
use deepgram::Speaking;
use serde_json::json;

type Mouth = Session<Speaking, Output>;

fn mouth() -> Mouth {
    let options = json!({"tts_transport": "http"});
    let (mouth, format): (Mouth, _) =
        Session::speak(opening(options), AudioFormat::pcm(8_000), Some("luna")).unwrap();
    assert_eq!((format, mouth.outputs.len()), (AudioFormat::pcm(8_000), 0));
    mouth
}

fn say(mouth: &mut Mouth, utterance: Utterance, text: &str, pause_after: u32, last: bool) {
    let pace = text.starts_with("Slowly").then_some(0.8);
    let said = Said { text: text.to_owned(), language: None, pace, pause_after };
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

fn answered(ticket: Ticket) -> Event {
    Event::Answered(head(ticket, 200, &[("dg-request-id", "uuid"), ("dg-char-count", "13")]))
}

fn chunk(ticket: Ticket, bytes: &[u8]) -> Event {
    Event::Chunk((ticket, bytes.to_vec()))
}

#[test]
fn clauses_are_spoken_in_order_two_are_asked_for() {
    let mut mouth = mouth();
    say(&mut mouth, 5, "Good morning.", 100, false);
    say(&mut mouth, 5, "Slowly: how can I help?", 0, false);
    say(&mut mouth, 5, "Please go on.", 0, false);
    say(&mut mouth, 5, "", 0, true);
    insta::assert_snapshot!(told(&mut mouth), @r#"
    ask 1 POST https://api.deepgram.com/v1/speak?model=aura-2-luna-en&encoding=linear16&sample_rate=8000&mip_opt_out=true&container=none (key) {"text":"Good morning."}
    used Unit::Characters 13
    used Unit::Requests 1
    ask 2 POST https://api.deepgram.com/v1/speak?model=aura-2-luna-en&encoding=linear16&sample_rate=8000&mip_opt_out=true&container=none&speed=0.80 (key) {"text":"Slowly: how can I help?"}
    used Unit::Characters 23
    used Unit::Requests 1
    "#);
    mouth.network(answered(2)).network(chunk(2, &[9, 9])).network(Event::Ended((2, Vec::new())));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    Output::RequestId("uuid")
    ask 3 POST https://api.deepgram.com/v1/speak?model=aura-2-luna-en&encoding=linear16&sample_rate=8000&mip_opt_out=true&container=none (key) {"text":"Please go on."}
    used Unit::Characters 13
    used Unit::Requests 1
    "#);
    mouth.network(answered(1)).network(chunk(1, &[1, 2, 3])).network(chunk(1, &[4, 5]));
    mouth.network(Event::Ended((1, Vec::new())));
    insta::assert_snapshot!(told(&mut mouth), @r#"
    Output::RequestId("uuid")
    5 audio [1, 2]
    5 audio [3, 4]
    5 audio of 1600 bytes
    5 audio [9, 9]
    "#);
    mouth.answer(3, 200, [8, 8]);
    insta::assert_snapshot!(told(&mut mouth), @r#"
    5 audio [8, 8]
    5 done
    "#);
}

#[test]
fn a_cancelled_utterance_is_closed_and_the_next_one_is_asked_for() {
    let mut mouth = mouth();
    for utterance in [1, 2] {
        say(&mut mouth, utterance, "One.", 0, false);
        say(&mut mouth, utterance, "Two.", 0, true);
    }
    mouth.outputs.clear();
    mouth.cancel(1);
    insta::assert_snapshot!(told(&mut mouth), @r#"
    close 1 0
    close 2 0
    ask 3 POST https://api.deepgram.com/v1/speak?model=aura-2-luna-en&encoding=linear16&sample_rate=8000&mip_opt_out=true&container=none (key) {"text":"One."}
    used Unit::Characters 4
    used Unit::Requests 1
    ask 4 POST https://api.deepgram.com/v1/speak?model=aura-2-luna-en&encoding=linear16&sample_rate=8000&mip_opt_out=true&container=none (key) {"text":"Two."}
    used Unit::Characters 4
    used Unit::Requests 1
    "#);
    mouth.network(answered(1)).network(chunk(1, &[1, 1]));
    assert_eq!(told(&mut mouth), "");
    mouth.finish();
    insta::assert_snapshot!(told(&mut mouth), @r#"
    close 3 0
    close 4 0
    "#);
}

#[test]
fn a_refusal_fails_the_utterance_and_what_was_asked_for_it() {
    let ends = |give: fn(&mut Mouth)| {
        let mut mouth = mouth();
        say(&mut mouth, 1, "One.", 0, false);
        say(&mut mouth, 1, "Two.", 0, true);
        mouth.outputs.clear();
        give(&mut mouth);
        told(&mut mouth)
    };
    insta::assert_snapshot!(ends(|mouth| {
        mouth.answer(1, 413, r#"{"err_code": "Payload Too Large", "err_msg": "Input text exceeds maximum character limit of 2400."}"#);
    }), @r#"
    Some(1) failed Failure::Refused("status 413: Input text exceeds maximum character limit of 2400.")
    close 2 0
    "#);
    insta::assert_snapshot!(ends(|mouth| {
        mouth.answer(2, 429, r#"{"err_code": "Too Many Requests", "err_msg": "Please try again later."}"#);
    }), @r#"
    Some(1) failed Failure::RateLimited(None)
    close 1 0
    "#);
    insta::assert_snapshot!(ends(|mouth| {
        mouth.trouble(1, Trouble::TimeOut);
    }), @r#"
    Some(1) failed Failure::Unavailable("no answer in time")
    close 2 0
    "#);
}

//! A session, what it tells in lines, and what the vendor sends.

use closare_plugin::audio::to_base64;
use closare_plugin::network::{Effect, Event, Head, Ticket};
use closare_plugin::test::{Session, opening};
use closare_plugin::text_to_speech::{Output, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Said};
use elevenlabs::Speaker;
use serde_json::{Value, json};

pub type Speaking = Session<Speaker, Output>;

/// Just opened: the socket is asked for.
pub fn opening_up(options: Value) -> Speaking {
    let (session, format) = Session::speak(opening(options), AudioFormat::pcm(8000), None).unwrap();
    assert_eq!(format, AudioFormat::pcm(16_000));
    session
}

/// With the socket open, and nothing told so far.
pub fn open() -> Speaking {
    let mut session = opening_up(json!({}));
    opened(&mut session, 1);
    session.outputs.clear();
    session
}

pub fn opened(session: &mut Speaking, ticket: Ticket) {
    session.network(Event::Opened(Head { ticket, status: 101, headers: Vec::new() }));
}

pub fn said(text: &str) -> Said {
    Said { text: text.into(), language: None, pace: None, pause_after: 0 }
}

pub fn say(session: &mut Speaking, utterance: Utterance, what: Said, last: bool) {
    let outputs = session.plugin.say(0, utterance, what, last);
    session.outputs.extend(outputs);
}

/// So many samples of audio for this context.
pub fn audio(session: &mut Speaking, ticket: Ticket, context: &str, samples: usize) {
    let audio = to_base64(&vec![1; samples * 2]);
    text(
        session,
        ticket,
        json!({"audio": audio, "normalizedAlignment": null, "alignment": null, "contextId": context}),
    );
}

pub fn finals(session: &mut Speaking, ticket: Ticket, context: &str) {
    text(session, ticket, json!({"isFinal": true, "contextId": context}));
}

pub fn text(session: &mut Speaking, ticket: Ticket, message: Value) {
    session.network(Event::Text((ticket, message.to_string())));
}

/// What was told since the last time, effects too.
pub fn told(session: &mut Speaking) -> String {
    let line = |output: Output| match output {
        Output::Net(Effect::Open(socket)) => {
            format!("open {} {} ({:?})", socket.ticket, socket.url, socket.credential)
        }
        Output::Net(Effect::Text((ticket, text))) => format!("send {ticket} {text}"),
        Output::Net(Effect::Close((ticket, code))) => format!("close {ticket} {code}"),
        Output::Net(Effect::Wake((ticket, ms))) => format!("wake {ticket} in {ms}"),
        Output::Audio((utterance, bytes)) => {
            let kind = if bytes.iter().all(|byte| *byte == 0) { "silence" } else { "audio" };
            format!("{utterance} {kind} of {} bytes", bytes.len())
        }
        Output::Spoken(word) => format!("{} {:?} {}-{}", word.utterance, word.text, word.starts, word.ends),
        Output::Done(utterance) => format!("{utterance} done"),
        Output::Used(usage) => format!("used {:?} {}", usage.unit, usage.amount),
        Output::Failed((utterance, failure)) => format!("{utterance:?} failed {failure:?}"),
        other => format!("{other:?}"),
    };
    session.outputs.drain(..).map(line).collect::<Vec<_>>().join("\n")
}

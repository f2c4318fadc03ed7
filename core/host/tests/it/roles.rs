//! Every role's words go in and come out as they were.

use crate::guests::{self, format, listening, opening};
use closare_host::words::{
    Chat, Choice, Ending, Extraction, Field, Intent, Invocation, Message, Opening, Outcome, Part, Said,
    Speaker, Summary, Task, ToolOffered,
};
use closare_host::{LlmInput, LlmOutput, SttInput, ToolInput, TtsInput};
use closare_terms::network::{Head, NetEffect, NetEvent, Trouble};
use closare_terms::{Language, Millis};

#[test]
fn speech_to_text() {
    let Some(plugin) = guests::load("echo") else { return };
    let options = r#"{"greeting": "hi", "ask": "https://api.example.com/v1"}"#.to_owned();
    let opening = Opening { options, ..opening() };
    let (mut ear, opened, mut outputs) = plugin.stt_sync(opening, format(), listening("yes")).unwrap();
    assert_eq!(opened.format, None);
    let at = Millis(40);
    let head = |status| Head { ticket: 7, status, headers: vec![("retry-after".to_owned(), "2".to_owned())] };
    for input in [
        SttInput::Network { at, event: NetEvent::Answered(head(200)) },
        SttInput::Network { at, event: NetEvent::Chunk { ticket: 7, bytes: b"good morning".to_vec() } },
        SttInput::Network { at, event: NetEvent::Ended { ticket: 7, trailers: Vec::new() } },
        SttInput::Network { at, event: NetEvent::Failed { ticket: 7, trouble: Trouble::Dns } },
        SttInput::Network { at, event: NetEvent::Answered(head(429)) },
    ] {
        outputs.extend(ear.call(input).unwrap());
    }
    insta::assert_debug_snapshot!(outputs);
}

#[test]
fn text_to_speech() {
    let Some(plugin) = guests::load("echo") else { return };
    let (mut voice, opened, mut outputs) = plugin.tts_sync(opening(), format(), None).unwrap();
    assert_eq!(opened.format.unwrap().to_string(), "pcm_s16le/22050");
    let said = Said { pause_after: Millis(90), ..Said::plain("Good day") };
    for input in [
        TtsInput::Say { at: Millis(1), utterance: 4, said, last: true },
        TtsInput::Cancel { at: Millis(2), utterance: 5 },
        TtsInput::Finish { at: Millis(3) },
    ] {
        outputs.extend(voice.call(input).unwrap());
    }
    insta::assert_debug_snapshot!(outputs);
}

#[test]
fn language_model() {
    let Some(plugin) = guests::load("echo") else { return };
    let (mut mind, _, mut outputs) = plugin.llm_sync(opening()).unwrap();
    for (job, task) in [every_part(), extraction(), summary()].into_iter().enumerate() {
        outputs.extend(mind.call(LlmInput::Start { at: Millis(1), job: job as u32, task }).unwrap());
    }
    outputs.extend(mind.call(LlmInput::Cancel { at: Millis(2), job: 9 }).unwrap());
    insta::assert_debug_snapshot!(outputs);
}

fn every_part() -> Task {
    let text = str::to_owned;
    let parts = vec![
        Part::Text(text("hello")),
        Part::Invoke(Invocation { id: text("a"), name: text("book"), arguments: text("{}") }),
        Part::Outcome(Outcome { id: text("a"), content: text("booked"), failed: false }),
        Part::Opaque(text("signature")),
    ];
    Task::Chat(Chat {
        messages: vec![Message { speaker: Speaker::Agent, parts }],
        tools: vec![ToolOffered { name: text("book"), about: text("Books."), schema: text("{}") }],
        choice: Choice::Must(Some(text("book"))),
        answer_schema: Some(text("{}")),
        longest_tokens: 10,
    })
}

fn extraction() -> Task {
    Task::Extract(Extraction {
        messages: vec![Message::text(Speaker::Caller, "I need a plumber")],
        intents: vec![Intent { name: "repair".to_owned(), examples: vec!["it leaks".to_owned()] }],
        fields: vec![Field {
            name: "when".to_owned(),
            about: "The day.".to_owned(),
            schema: "{}".to_owned(),
        }],
        today: "2026-03-01".to_owned(),
        timezone: "Europe/Berlin".to_owned(),
    })
}

fn summary() -> Task {
    Task::Summarize(Summary {
        messages: Vec::new(),
        language: Language::from("de"),
        style: "short".to_owned(),
        longest_words: 20,
    })
}

#[test]
fn tool() {
    let Some(plugin) = guests::load("echo") else { return };
    let (mut hand, _, mut outputs) = plugin.tool_sync(opening()).unwrap();
    for name in ["repeat", "forget"] {
        let (id, name, arguments) = ("a".to_owned(), name.to_owned(), "{\"n\": 1}".to_owned());
        outputs.extend(hand.call(ToolInput::Invoke { at: Millis(1), id, name, arguments }).unwrap());
    }
    insta::assert_debug_snapshot!(outputs);
}

#[test]
fn a_role_that_a_plugin_lacks() {
    let Some(plugin) = guests::load("naughty") else { return };
    let error = plugin.tool_sync(opening()).map(drop).unwrap_err();
    assert_eq!(error.to_string(), "plugin `naughty`, tool: it doesn't have this role");
}

#[test]
fn a_vendor_made_with_the_sdk_streams_its_answer() {
    let Some(plugin) = guests::load("vendor") else { return };
    let opening = Opening { options: plugin.options_checked(&serde_json::json!({})).unwrap(), ..opening() };
    let (mut mind, _, _) = plugin.llm_sync(opening).unwrap();
    let mut outputs = mind.call(guests::say(5, "Hello?")).unwrap();
    let at = Millis(9);
    let body = "data: {\"choices\": [{\"delta\": {\"content\": \"Good day\"}}]}\n\ndata: [DONE]\n\n";
    for event in [
        NetEvent::Answered(Head { ticket: 1, status: 200, headers: Vec::new() }),
        NetEvent::Chunk { ticket: 1, bytes: body.as_bytes()[..20].to_vec() },
        NetEvent::Chunk { ticket: 1, bytes: body.as_bytes()[20..].to_vec() },
        NetEvent::Ended { ticket: 1, trailers: Vec::new() },
    ] {
        outputs.extend(mind.call(LlmInput::Network { at, event }).unwrap());
    }
    assert!(matches!(&outputs[0], LlmOutput::Net(NetEffect::Ask(request)) if request.method == "POST"));
    let token = LlmOutput::Token { job: 5, text: "Good day".to_owned() };
    assert_eq!(outputs[1..], [token, LlmOutput::Done { job: 5, ending: Ending::Complete }]);
}

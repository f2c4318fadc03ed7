//! The door and a plugin against a real server: llama.cpp's, whose base URL the variable CLOSARE_LLAMA holds.
//! `tests/calls/peers/llama/run-llama.sh` starts one at http://127.0.0.1:8089/v1; then run these with `--ignored`.

use crate::peer::{Setup, Talk};
use closare_plugin::LanguageModel;
use closare_plugin::Opening;
use closare_plugin::language_model::{
    Chat, Choice, Ending, Extraction, Field, Found, Intent, Message, Output, Part, Speaker, Task,
};
use closare_plugin::network::{self as plugin, Effect};
use closare_terms::Millis;
use closare_terms::network::{Body, NetEffect, NetEvent, Request, Trouble};
use openai::Chatting;

/// The plugin's session joined with the door, as the engine does it.
struct Joined {
    session: Chatting,
    talk: Talk,
}

/// What a job came to.
#[derive(Default)]
struct Told {
    tokens: Vec<String>,
    found: Option<Found>,
    used: usize,
    ending: Option<Ending>,
}

impl Joined {
    fn open() -> Joined {
        let base_url =
            std::env::var("CLOSARE_LLAMA").expect("the base URL of a llama.cpp server in CLOSARE_LLAMA");
        let options = format!(r#"{{"base_url": "{base_url}", "auth": false, "temperature": 0}}"#);
        let opening = Opening { at: 0, wall: 0, seed: 1, options, languages: vec!["en".into()] };
        let talk = Setup::at(&[&base_url]).slow().start();
        Joined { session: Chatting::open(opening).unwrap().0, talk }
    }

    async fn run(&mut self, task: Task) -> Told {
        let mut told = Told::default();
        let mut outputs = self.session.start(0, 1, task);
        loop {
            for output in outputs.drain(..) {
                match output {
                    Output::Net(effect) => self.talk.session.carry(outwards(effect)),
                    Output::Token((_, token)) => told.tokens.push(token),
                    Output::Found((_, found)) => told.found = Some(found),
                    Output::Used(_) => told.used += 1,
                    Output::Done((_, ending)) => told.ending = Some(ending),
                    Output::RequestId(_) => {}
                    other => panic!("expected an answer, found {other:?}"),
                }
            }
            if told.ending.is_some() {
                return told;
            }
            outputs = self.session.network(0, inwards(self.talk.next().await));
        }
    }
}

fn outwards(effect: Effect) -> NetEffect {
    let Effect::Ask(request) = effect else { panic!("expected a request, found {effect:?}") };
    NetEffect::Ask(Request {
        ticket: request.ticket,
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: match request.body {
            plugin::Body::None => Body::None,
            plugin::Body::Whole(bytes) => Body::Whole(bytes),
            plugin::Body::Streamed => Body::Streamed,
        },
        credential: request.credential,
        time_limit: request.time_limit.map(|ms| Millis(ms.into())),
        repeatable: request.repeatable,
    })
}

fn inwards(event: NetEvent) -> plugin::Event {
    match event {
        NetEvent::Answered(head) => plugin::Event::Answered(plugin::Head {
            ticket: head.ticket,
            status: head.status,
            headers: head.headers,
        }),
        NetEvent::Chunk { ticket, bytes } => plugin::Event::Chunk((ticket, bytes)),
        NetEvent::Ended { ticket, trailers } => plugin::Event::Ended((ticket, trailers)),
        NetEvent::Failed { trouble: Trouble::Connect, .. } => panic!("nobody listens at CLOSARE_LLAMA"),
        other => panic!("expected an answer, found {other:?}"),
    }
}

fn said(speaker: Speaker, text: &str) -> Message {
    Message { speaker, parts: vec![Part::Text(text.to_owned())] }
}

#[tokio::test]
#[ignore = "needs a llama.cpp server in CLOSARE_LLAMA"]
async fn a_chat_comes_as_a_stream_of_tokens() {
    let mut joined = Joined::open();
    let chat = Chat {
        messages: vec![
            said(Speaker::Instructions, "You answer the phone of a restaurant. Be brief."),
            said(Speaker::Caller, "Hello, are you open today?"),
        ],
        tools: vec![],
        choice: Choice::Free,
        answer_schema: None,
        longest_tokens: 12,
    };
    // Twice: the second over what the first has opened.
    for _ in 0..2 {
        let told = joined.run(Task::Chat(chat.clone())).await;
        assert!(told.tokens.len() > 3, "{:?}", told.tokens);
        assert!(matches!(told.ending, Some(Ending::Complete | Ending::Cut)), "{:?}", told.ending);
        assert!(told.used >= 3, "the request, and the tokens of both sides");
    }
    assert_eq!(joined.talk.metered().failures.total(), 0);
}

#[tokio::test]
#[ignore = "needs a llama.cpp server in CLOSARE_LLAMA"]
async fn an_extraction_keeps_to_its_schema() {
    let mut joined = Joined::open();
    let intent = |name: &str, example: &str| Intent { name: name.into(), examples: vec![example.into()] };
    let extraction = Extraction {
        messages: vec![
            said(Speaker::Agent, "How can I help you?"),
            said(Speaker::Caller, "My name is Anna Huber and I want to book a table for four people."),
        ],
        intents: vec![
            intent("book", "I want to book a table"),
            intent("cancel", "I want to cancel my booking"),
        ],
        fields: vec![
            Field {
                name: "name".into(),
                about: "The caller's name".into(),
                schema: r#"{"type":"string"}"#.into(),
            },
            Field {
                name: "seats".into(),
                about: "How many people".into(),
                schema: r#"{"type":"integer"}"#.into(),
            },
        ],
        today: "2026-11-24".into(),
        timezone: "Europe/Vienna".into(),
    };
    let told = joined.run(Task::Extract(extraction)).await;
    assert!(told.tokens.is_empty(), "an extraction says nothing aloud");
    // A model of this size isn't asked to be right, only to keep to the schema.
    let found = told.found.expect("what was found");
    eprintln!("found {found:?}");
    for (name, value, _) in &found.fields {
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        assert!(if name == "seats" { value.is_i64() } else { value.is_string() }, "{name}: {value}");
    }
}

//! A session, what it tells in lines, and what the vendor answers.

use anthropic::Thinker;
use closare_plugin::language_model::{
    Chat, Choice, Invocation, Message, Outcome, Output, Part, Speaker, Task, Tool,
};
use closare_plugin::network::{Body, Effect, Event, Head, Request, Ticket};
use closare_plugin::test::{Session, opening};
use serde_json::Value;

pub type Thinking = Session<Thinker, Output>;

pub fn open(options: Value) -> Thinking {
    Session::think(opening(options)).unwrap()
}

pub fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

pub fn invoke(id: &str, name: &str, arguments: &str) -> Part {
    Part::Invoke(Invocation { id: id.into(), name: name.into(), arguments: arguments.into() })
}

pub fn outcome(id: &str, content: &str) -> Part {
    Part::Outcome(Outcome { id: id.into(), content: content.into(), failed: false })
}

pub fn caller(parts: &[Part]) -> Message {
    Message { speaker: Speaker::Caller, parts: parts.to_vec() }
}

pub fn agent(parts: &[Part]) -> Message {
    Message { speaker: Speaker::Agent, parts: parts.to_vec() }
}

pub fn instructions(words: &str) -> Message {
    Message { speaker: Speaker::Instructions, parts: vec![text(words)] }
}

pub fn weather() -> Tool {
    let schema = r#"{"type":"object","properties":{"location":{"type":"string"}},"required":["location"]}"#;
    Tool { name: "get_weather".into(), about: "The weather of a place".into(), schema: schema.into() }
}

pub fn chat(messages: Vec<Message>) -> Chat {
    Chat { messages, tools: vec![], choice: Choice::Free, answer_schema: None, longest_tokens: 200 }
}

/// The body of the request that a chat makes.
pub fn body(options: Value, chat: Chat) -> Value {
    let mut session = open(options);
    json(&session.start(1, Task::Chat(chat)).request())
}

pub fn json(request: &Request) -> Value {
    let Body::Whole(bytes) = &request.body else { panic!("expected a whole body") };
    serde_json::from_slice(bytes).unwrap()
}

/// The head and the body in chunks of this size, without the body's end.
pub fn answer(session: &mut Thinking, ticket: Ticket, body: &str, size: usize) {
    let headers = vec![
        ("content-type".to_owned(), "text/event-stream; charset=utf-8".to_owned()),
        ("Request-Id".to_owned(), "req_018EeWyXxfu5pfWkrYcMdjWG".to_owned()),
    ];
    session.network(Event::Answered(Head { ticket, status: 200, headers }));
    for bytes in body.as_bytes().chunks(size) {
        session.network(Event::Chunk((ticket, bytes.to_vec())));
    }
}

/// What was told since the last time, effects too.
pub fn told(session: &mut Thinking) -> String {
    let line = |output: Output| match output {
        Output::Net(Effect::Ask(request)) => format!("ask {} {}", request.ticket, request.url),
        Output::Net(Effect::Close((ticket, _))) => format!("close {ticket}"),
        Output::Token((job, token)) => format!("{job} token {token:?}"),
        Output::Invoke((job, call)) => format!("{job} invoke {} {} {}", call.id, call.name, call.arguments),
        Output::Opaque((job, text)) => format!("{job} opaque {text}"),
        Output::Found((job, found)) => format!("{job} found {:?} {:?}", found.intent, found.fields),
        Output::Done((job, ending)) => format!("{job} done {ending:?}"),
        Output::Used((job, usage)) => format!("{job} used {:?} {}", usage.unit, usage.amount),
        Output::RequestId((job, id)) => format!("{job} request-id {id}"),
        Output::Failed((job, failure)) => format!("{job:?} failed {failure:?}"),
        other => format!("{other:?}"),
    };
    session.outputs.drain(..).map(line).collect::<Vec<_>>().join("\n")
}

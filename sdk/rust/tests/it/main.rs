//! A whole vendor, as short as it should be, run natively.

mod vendor;

use closare_plugin::Failure;
use closare_plugin::language_model::{Ending, Extraction, Field, Found, Invocation, Output, Task};
use closare_plugin::network::{Body, Effect, Trouble};
use closare_plugin::test::{Session, chat, opening};
use serde_json::{Value, json};
use vendor::Model;

fn session() -> Session<Model, Output> {
    Session::think(opening(json!({"model": "large"}))).unwrap()
}

fn stream(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).chain(["data: [DONE]\n\n".to_owned()]).collect()
}

fn token(text: &str) -> Value {
    json!({"choices": [{"delta": {"content": text}}]})
}

#[test]
fn a_chat_is_asked_and_streamed() {
    let mut session = session();
    let request = session.start(4, chat("Hello?")).request();
    assert_eq!((request.url.as_str(), request.credential.as_deref()), (vendor::URL, Some("key")));
    let Body::Whole(body) = request.body else { panic!("no body") };
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&body["model"], &body["messages"][0]["content"]), (&json!("large"), &json!("Hello?")));
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}});
    session.answer(request.ticket, 200, stream(&[token("Good "), token("day"), usage]));
    let told: Vec<String> = session.told().iter().map(|output| format!("{output:?}")).collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told[0].contains("Good ") && told[1].contains("day") && told[4].contains("Complete"));
}

#[test]
fn a_tool_call_in_pieces_is_joined() {
    let mut session = session();
    let ticket = session.start(1, chat("Book it")).request().ticket;
    let call = |function: Value, id: Option<&str>| json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": id, "function": function}]}}]});
    session.answer(
        ticket,
        200,
        stream(&[
            call(json!({"name": "book", "arguments": ""}), Some("call-1")),
            call(json!({"arguments": "{\"day\":"}), None),
            call(json!({"arguments": "1}"}), None),
            json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
        ]),
    );
    let what =
        Invocation { id: "call-1".to_owned(), name: "book".to_owned(), arguments: "{\"day\":1}".to_owned() };
    assert_eq!(session.told(), [Output::Invoke((1, what)), Output::Done((1, Ending::Tools))]);
}

#[test]
fn an_extraction_goes_by_chat() {
    let mut session = session();
    let task = Task::Extract(Extraction {
        messages: Vec::new(),
        intents: Vec::new(),
        fields: vec![Field { name: "day".to_owned(), about: "When.".to_owned(), schema: "{}".to_owned() }],
        today: "2026-03-01".to_owned(),
        timezone: "UTC".to_owned(),
    });
    let ticket = session.start(2, task).request().ticket;
    let answer = r#"{"fields": {"day": {"value": 3, "confidence": 0.5}}}"#;
    session.answer(ticket, 200, stream(&[token(&answer[..9]), token(&answer[9..])]));
    let found = Found { intent: None, fields: vec![("day".to_owned(), "3".to_owned(), 0.5)] };
    assert_eq!(session.told(), [Output::Found((2, found)), Output::Done((2, Ending::Complete))]);
}

#[test]
fn refusals_and_troubles_fail_the_job_alone() {
    let mut session = session();
    let mut failed = |status: u16, body: &str| {
        let ticket = session.start(1, chat("x")).request().ticket;
        session.answer(ticket, status, body).told()
    };
    let says = |failure| [Output::Failed((Some(1), failure))];
    assert_eq!(failed(401, ""), says(Failure::Unauthorized));
    assert_eq!(failed(429, ""), says(Failure::RateLimited(None)));
    let refused = Failure::Refused("status 400: no such model".to_owned());
    assert_eq!(failed(400, r#"{"error": {"message": "no such model"}}"#), says(refused));
    assert_eq!(failed(503, "down"), says(Failure::Unavailable("status 503: down".to_owned())));
    assert_eq!(failed(200, ""), says(Failure::Broken("the answer ended before it began".to_owned())));
    let ticket = session.start(1, chat("x")).request().ticket;
    let told = session.trouble(ticket, Trouble::TimeOut).told();
    assert_eq!(told, says(Failure::Unavailable("no answer in time".to_owned())));
}

#[test]
fn cancelling_drops_the_exchange() {
    let mut session = session();
    let ticket = session.start(1, chat("x")).request().ticket;
    assert_eq!(session.cancel(1).effects(), [Effect::Close((ticket, 1000))]);
    assert_eq!(session.answer(ticket, 200, stream(&[token("late")])).told(), []);
}

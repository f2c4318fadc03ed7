//! How jobs end: by the vendor's reasons, by its errors, by the network, by cancelling.

use crate::session::{answer, caller, chat, json as body, open, text, told};
use crate::streams::{HELLO, WEATHER};
use closare_plugin::language_model::{Extraction, Field, Intent, Summary, Task};
use closare_plugin::network::{Event, Head, Trouble};
use closare_plugin::test::chat as hello;
use serde_json::json;

/// The last line that is told of this stream.
fn last(stream: &str) -> String {
    let mut session = open(json!({}));
    session.start(9, hello("Hi"));
    answer(&mut session, 1, stream, 100);
    session.network(Event::Ended((1, Vec::new())));
    let told = told(&mut session);
    told.lines().filter(|line| !line.contains("close")).last().unwrap_or_default().to_owned()
}

/// https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
#[test]
fn the_reason_to_stop_is_the_ending() {
    let check = |reason: &str| last(&HELLO.replace("end_turn", reason));
    assert_eq!(check("end_turn"), "9 done Ending::Complete");
    assert_eq!(check("stop_sequence"), "9 done Ending::Complete");
    assert_eq!(check("max_tokens"), "9 done Ending::Cut");
    assert_eq!(check("model_context_window_exceeded"), "9 done Ending::Cut");
    assert_eq!(check("refusal"), "9 done Ending::Refused");
    assert_eq!(last(WEATHER), "9 done Ending::Tools");
}

#[test]
fn an_answer_that_stops_is_cut_and_uses_no_tool() {
    let until = |stream: &str, word: &str| last(stream.split(word).next().unwrap());
    assert_eq!(until(HELLO, "event: content_block_stop"), "9 done Ending::Cut");
    assert_eq!(until(WEATHER, "event: message_delta"), "9 done Ending::Cut");
    // At the limit of tokens the arguments end in the middle, and the block stops all the same.
    let half = WEATHER
        .replace(" Francisco, CA\\\"}", "")
        .replace("\"tool_use\",\"stop_sequence\"", "\"max_tokens\",\"stop_sequence\"");
    let mut session = open(json!({}));
    session.start(9, hello("Hi"));
    answer(&mut session, 1, &half, 100);
    let told = told(&mut session);
    assert!(!told.contains("get_weather") && told.ends_with("9 done Ending::Cut"), "{told}");
    assert_eq!(last(""), r#"Some(9) failed Failure::Broken("the answer ended before it began")"#);
}

/// https://platform.claude.com/docs/en/api/errors: by status, and in the stream after a good head.
#[test]
fn an_error_fails_the_job() {
    let refused = |status: u16, headers: &[(&str, &str)], kind: &str| {
        let mut session = open(json!({}));
        session.start(9, hello("Hi"));
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        session.network(Event::Answered(Head { ticket: 1, status, headers }));
        let error =
            json!({"type": "error", "error": {"type": kind, "message": "Why"}, "request_id": "req_011"});
        session.network(Event::Chunk((1, error.to_string().into_bytes())));
        session.network(Event::Ended((1, Vec::new())));
        told(&mut session).lines().last().unwrap_or_default().to_owned()
    };
    let streamed = |kind: &str| {
        let error = format!(r#"data: {{"type": "error", "error": {{"type": "{kind}", "message": "Why"}}}}"#);
        last(&HELLO.replace("data: {\"type\": \"ping\"}", &error))
    };
    let all = [
        refused(401, &[], "authentication_error"),
        refused(429, &[("retry-after", "12")], "rate_limit_error"),
        refused(529, &[], "overloaded_error"),
        refused(400, &[], "invalid_request_error"),
        refused(404, &[], "not_found_error"),
        streamed("authentication_error"),
        streamed("rate_limit_error"),
        streamed("overloaded_error"),
        streamed("invalid_request_error"),
        last("event: message_start\ndata: {\n\n"),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    Some(9) failed Failure::Unauthorized
    Some(9) failed Failure::RateLimited(Some(12000))
    Some(9) failed Failure::Unavailable("status 529: Why")
    Some(9) failed Failure::Refused("status 400: Why")
    Some(9) failed Failure::Unsupported("status 404: Why")
    Some(9) failed Failure::Unauthorized
    Some(9) failed Failure::RateLimited(None)
    Some(9) failed Failure::Unavailable("overloaded_error: Why")
    Some(9) failed Failure::Refused("invalid_request_error: Why")
    Some(9) failed Failure::Broken("expected an event of an answer: EOF while parsing an object at line 1 column 1")
    "#);
}

#[test]
fn trouble_fails_the_job_and_nothing_else() {
    let mut session = open(json!({}));
    session.start(1, hello("Hi")).start(2, hello("Ho"));
    session.trouble(1, Trouble::TimeOut);
    answer(&mut session, 2, HELLO, 100);
    insta::assert_snapshot!(told(&mut session), @r#"
    ask 1 https://api.anthropic.com/v1/messages
    1 used Unit::Requests 1
    ask 2 https://api.anthropic.com/v1/messages
    2 used Unit::Requests 1
    Some(1) failed Failure::Unavailable("no answer in time")
    2 request-id req_018EeWyXxfu5pfWkrYcMdjWG
    2 token "Grüß"
    2 token " Gott!"
    2 used Unit::InputTokens 625
    2 used Unit::OutputTokens 15
    2 used Unit::CachedTokens 600
    2 done Ending::Complete
    "#);
}

#[test]
fn a_cancelled_job_is_closed_and_hears_nothing() {
    let mut session = open(json!({}));
    session.start(1, hello("Hi")).start(2, hello("Ho"));
    told(&mut session);
    session.cancel(1).cancel(1);
    answer(&mut session, 1, HELLO, 100);
    assert_eq!(told(&mut session), "close 1");
    session.finish();
    assert_eq!(told(&mut session), "close 2");
}

fn extraction() -> Task {
    Task::Extract(Extraction {
        messages: vec![caller(&[text("A table for four, please.")])],
        intents: vec![Intent { name: "book".into(), examples: vec!["a table, please".into()] }],
        fields: vec![Field {
            name: "seats".into(),
            about: "How many".into(),
            schema: r#"{"type":"integer"}"#.into(),
        }],
        today: "2026-11-24".into(),
        timezone: "Europe/Vienna".into(),
    })
}

/// The answer's tool, as the API streams a use of it.
fn answered(arguments: &str, reason: &str) -> String {
    let piece = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": arguments}});
    format!(
        r#"data: {{"type":"content_block_start","index":0,"content_block":{{"type":"tool_use","id":"toolu_01","name":"closare_answer","input":{{}}}}}}

data: {piece}

data: {{"type":"content_block_stop","index":0}}

data: {{"type":"message_delta","delta":{{"stop_reason":"{reason}"}},"usage":{{"output_tokens":40}}}}

data: {{"type":"message_stop"}}

"#
    )
}

#[test]
fn an_extraction_is_a_tool_that_must_be_used() {
    let run = |stream: &str| {
        let mut session = open(json!({}));
        let asked = body(&session.start(9, extraction()).request());
        assert_eq!(asked["tool_choice"], json!({"type": "tool", "name": "closare_answer"}));
        assert_eq!(asked["tools"][0]["input_schema"]["properties"]["fields"]["required"], json!(["seats"]));
        answer(&mut session, 1, stream, 30);
        told(&mut session)
    };
    let whole =
        r#"{"intent":"book","intent_confidence":0.8,"fields":{"seats":{"value":4,"confidence":0.9}}}"#;
    insta::assert_snapshot!(run(&answered(whole, "tool_use")), @r#"
    9 used Unit::Requests 1
    9 request-id req_018EeWyXxfu5pfWkrYcMdjWG
    9 used Unit::OutputTokens 40
    9 found Some(("book", 0.8)) [("seats", "4", 0.9)]
    9 done Ending::Complete
    "#);
    insta::assert_snapshot!(run(&answered(&whole[..30], "max_tokens")), @r#"
    9 used Unit::Requests 1
    9 request-id req_018EeWyXxfu5pfWkrYcMdjWG
    9 used Unit::OutputTokens 40
    Some(9) failed Failure::Broken("expected a whole answer, found one that was cut")
    "#);
}

#[test]
fn an_extraction_by_prompt_is_read_as_well() {
    let mut session = open(json!({"force_tools": false}));
    let asked = body(&session.start(9, extraction()).request());
    assert!(asked.get("tools").is_none());
    assert!(asked["system"].as_str().unwrap().contains("fits this JSON Schema:\n{"));
    let words = r#"```json\n{\"intent\":null,\"fields\":{\"seats\":{\"value\":4,\"confidence\":1}}}\n```"#;
    answer(&mut session, 1, &HELLO.replace("Grüß", words).replace(" Gott!", ""), 100);
    assert!(told(&mut session).contains(r#"9 found None [("seats", "4", 1.0)]"#));
}

#[test]
fn a_summary_is_a_chat() {
    let messages = vec![caller(&[text("A table for four, please.")])];
    let summary =
        Summary { messages, language: "de".into(), style: "One sentence.".into(), longest_words: 30 };
    let mut session = open(json!({}));
    let asked = body(&session.start(9, Task::Summarize(summary)).request());
    assert_eq!(asked["max_tokens"], 120);
    assert_eq!(asked["messages"][0]["content"][0]["text"], "Caller: A table for four, please.\n");
    answer(&mut session, 1, HELLO, 100);
    assert!(told(&mut session).ends_with("9 done Ending::Complete"));
}

#[test]
fn an_answer_by_a_schema_is_told_as_text() {
    let mut session = open(json!({}));
    let chat = closare_plugin::language_model::Chat {
        answer_schema: Some(r#"{"type":"object"}"#.into()),
        ..chat(vec![caller(&[text("Hi")])])
    };
    session.start(9, Task::Chat(chat));
    told(&mut session);
    answer(&mut session, 1, &answered(r#"{"a":1}"#, "tool_use"), 1000);
    insta::assert_snapshot!(told(&mut session), @r#"
    9 request-id req_018EeWyXxfu5pfWkrYcMdjWG
    9 token "{\"a\":1}"
    9 used Unit::OutputTokens 40
    9 done Ending::Complete
    "#);
}

use crate::server::{answered, chunk, effect, ended, failed, opening};
use closare_plugin::LanguageModel;
use closare_plugin::language_model::{
    Chat, Choice, Extraction, Field, Intent, Invocation, Message, Outcome, Output, Part, Speaker, Summary,
    Task, Tool,
};
use closare_plugin::network::{Event, Trouble};
use openai::Chatting;

fn message(speaker: Speaker, parts: &[Part]) -> Message {
    Message { speaker, parts: parts.to_vec() }
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn chat() -> Chat {
    let messages =
        vec![message(Speaker::Instructions, &[text("Be brief.")]), message(Speaker::Caller, &[text("Hi")])];
    Chat { messages, tools: vec![], choice: Choice::Free, answer_schema: None, longest_tokens: 50 }
}

fn call() -> Vec<Message> {
    vec![
        message(Speaker::Instructions, &[text("secret instructions")]),
        message(Speaker::Agent, &[text("How can I help?")]),
        message(Speaker::Caller, &[text("I'd like a table for four tomorrow.")]),
    ]
}

fn open(options: &str) -> Chatting {
    Chatting::open(opening(options)).unwrap().0
}

/// A job that got these events, each output a line.
fn run(task: Task, events: Vec<Event>) -> String {
    let mut session = open("{}");
    let mut outputs = session.start(0, 9, task);
    outputs.remove(0);
    outputs.extend(events.into_iter().flat_map(|event| session.network(10, event)));
    lines(&outputs)
}

fn lines(outputs: &[Output]) -> String {
    let line = |output: &Output| match output {
        Output::Net(net) => effect(net),
        Output::Token((job, token)) => format!("{job} token {token:?}"),
        Output::Invoke((job, call)) => format!("{job} invoke {} {} {}", call.id, call.name, call.arguments),
        Output::Found((job, found)) => format!("{job} found {:?} {:?}", found.intent, found.fields),
        Output::Done((job, ending)) => format!("{job} done {ending:?}"),
        Output::Used((job, usage)) => format!("{job} used {:?} {}", usage.unit, usage.amount),
        Output::RequestId((job, id)) => format!("{job} request-id {id}"),
        Output::Failed((job, failure)) => format!("{job:?} failed {failure:?}"),
        other => format!("{other:?}"),
    };
    outputs.iter().map(line).collect::<Vec<_>>().join("\n")
}

const OK: &[(&str, &str)] = &[("content-type", "text/event-stream"), ("X-Request-Id", "req-1")];

fn data(json: &str) -> String {
    format!("data: {json}\n\n")
}

#[test]
fn a_chat_is_asked_as_the_api_wants_it() {
    let mut session = open(r#"{"model": "m", "temperature": 0.5, "extra": {"reasoning_effort": "low"}}"#);
    insta::assert_snapshot!(lines(&session.start(0, 1, Task::Chat(chat()))), @r#"
    ask 1 POST https://api.openai.com/v1/chat/completions (key) {"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":50,"temperature":0.5,"reasoning_effort":"low"}
    1 used Unit::Requests 1
    "#);
    let mut session = open(r#"{"base_url": "http://127.0.0.1:8080/v1/", "auth": false, "model": "m"}"#);
    insta::assert_snapshot!(lines(&session.start(0, 1, Task::Chat(chat()))), @r#"
    ask 1 POST http://127.0.0.1:8080/v1/chat/completions (no credential) {"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":50}
    1 used Unit::Requests 1
    "#);
}

#[test]
fn tools_and_a_history_with_them() {
    let call = Invocation { id: "c1".into(), name: "free".into(), arguments: r#"{"day":"mon"}"#.into() };
    let outcome = |failed| Outcome { id: "c1".into(), content: "9:00".into(), failed };
    let messages = vec![
        message(Speaker::Caller, &[text("Monday?")]),
        message(Speaker::Caller, &[text("In the morning.")]),
        message(
            Speaker::Agent,
            &[text("Let me see."), Part::Invoke(call), Part::Outcome(outcome(true)), text("Hm.")],
        ),
        message(Speaker::Agent, &[Part::Opaque("x".into()), text("Once more.")]),
    ];
    let tool =
        Tool { name: "free".into(), about: "Free times".into(), schema: r#"{"type":"object"}"#.into() };
    let closed = r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#;
    for (choice, schema) in
        [(Choice::Must(Some("free".into())), closed), (Choice::Must(None), r#"{"type":"object"}"#)]
    {
        let chat = Chat {
            messages: messages.clone(),
            tools: vec![tool.clone()],
            choice,
            answer_schema: Some(schema.into()),
            longest_tokens: 0,
        };
        let asked = lines(&open("{}").start(0, 1, Task::Chat(chat)));
        insta::assert_snapshot!(asked);
    }
}

#[test]
fn a_stream_becomes_tokens_however_it_is_cut() {
    let stream = [
        data(r#"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#),
        data(r#"{"choices":[{"delta":{"content":"Grüß"}}]}"#),
        data(r#"{"choices":[{"delta":{"content":" Gott"}}]}"#),
        data(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#),
        data(r#"{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8}}}"#),
        data("[DONE]"),
    ]
    .concat();
    let run_in = |size: usize| {
        let chunks = stream.as_bytes().chunks(size).map(|bytes| chunk(1, bytes));
        run(Task::Chat(chat()), [answered(1, 200, OK)].into_iter().chain(chunks).chain([ended(1)]).collect())
    };
    insta::assert_snapshot!(run_in(stream.len()), @r#"
    9 used Unit::Requests 1
    9 request-id req-1
    9 token "Grüß"
    9 token " Gott"
    9 used Unit::InputTokens 12
    9 used Unit::OutputTokens 3
    9 used Unit::CachedTokens 8
    9 done Ending::Complete
    "#);
    for size in [1, 7, 64] {
        assert_eq!(run_in(size), run_in(stream.len()));
    }
}

#[test]
fn calls_of_tools_are_put_together() {
    let stream = [
        data(
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"book","arguments":""}}]}}]}"#,
        ),
        data(r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"seats\""}}]}}]}"#),
        data(
            r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"free","arguments":"{}"}}]}}]}"#,
        ),
        data(r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":4}"}}]}}]}"#),
        data(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#),
    ];
    let events = [answered(1, 200, OK), chunk(1, stream.concat()), ended(1)];
    insta::assert_snapshot!(run(Task::Chat(chat()), events.into()), @r#"
    9 used Unit::Requests 1
    9 request-id req-1
    9 invoke a book {"seats":4}
    9 invoke b free {}
    9 done Ending::Tools
    "#);
}

#[test]
fn how_an_answer_ends() {
    let check = |last: &str| {
        let stream = data(r#"{"choices":[{"delta":{"content":"a"}}]}"#) + last;
        let outputs = run(Task::Chat(chat()), vec![answered(1, 200, &[]), chunk(1, stream), ended(1)]);
        outputs.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(check(&data(r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#)), "9 done Ending::Cut");
    assert_eq!(
        check(&data(r#"{"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#)),
        "9 done Ending::Refused"
    );
    assert_eq!(
        check(&data(r#"{"choices":[{"delta":{"refusal":"No."},"finish_reason":null}]}"#)),
        "9 done Ending::Refused"
    );
    assert_eq!(check(""), "9 done Ending::Cut");
    insta::assert_snapshot!(check(&data(r#"{"error":{"message":"overloaded","code":503}}"#)), @r#"close 1"#);
    insta::assert_snapshot!(check(&data(r#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#)), @r#"close 1"#);
    insta::assert_snapshot!(check(&data("{")), @r#"close 1"#);
}

#[test]
fn an_answer_in_one_piece_is_taken_too() {
    let body = r#"{"choices":[{"message":{"content":"Hi.","tool_calls":[{"id":"a","function":{"name":"x","arguments":"{}"}},
        {"id":"b","function":{"name":"y","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#;
    let head = answered(1, 200, &[("Content-Type", "application/json; charset=utf-8")]);
    let (first, second) = body.split_at(30);
    let events = vec![head, chunk(1, first), chunk(1, second), ended(1)];
    insta::assert_snapshot!(run(Task::Chat(chat()), events), @r#"
    9 used Unit::Requests 1
    9 token "Hi."
    9 invoke a x {}
    9 invoke b y {}
    9 done Ending::Tools
    "#);
}

#[test]
fn a_refusal_and_a_trouble_fail_the_job() {
    let refused = |status, headers: &[(&str, &str)], body: &str| {
        run(Task::Chat(chat()), vec![answered(1, status, headers), chunk(1, body), ended(1)])
    };
    let said = r#"{"error":{"message":"no such model","type":"invalid_request_error"}}"#;
    insta::assert_snapshot!(
        [
            refused(401, &[], said),
            refused(429, &[("Retry-After", "2")], said),
            refused(503, &[], "busy"),
            refused(400, &[], said),
            run(Task::Chat(chat()), vec![failed(1, Trouble::Connect)]),
        ]
        .map(|outputs| outputs.lines().last().unwrap_or_default().to_owned())
        .join("\n"),
        @r#"
    Some(9) failed Failure::Unauthorized
    Some(9) failed Failure::RateLimited(Some(2000))
    Some(9) failed Failure::Unavailable("status 503: busy")
    Some(9) failed Failure::Refused("status 400: no such model")
    Some(9) failed Failure::Unavailable("no connection")
    "#
    );
}

#[test]
fn a_cancelled_job_is_closed_and_hears_nothing() {
    let mut session = open("{}");
    session.start(0, 1, Task::Chat(chat()));
    session.start(0, 2, Task::Chat(chat()));
    session.network(0, answered(1, 200, OK));
    assert_eq!(lines(&session.cancel(5, 1)), "close 1");
    assert_eq!(session.cancel(6, 1), []);
    let token = data(r#"{"choices":[{"delta":{"content":"a"}}]}"#);
    assert_eq!(session.network(7, chunk(1, token.as_str())), []);
    session.network(8, answered(2, 200, &[]));
    assert_eq!(lines(&session.network(9, chunk(2, token))), r#"2 token "a""#);
}

fn extraction() -> Extraction {
    Extraction {
        messages: call(),
        intents: vec![Intent { name: "book".into(), examples: vec!["a table, please".into()] }],
        fields: vec![
            Field { name: "seats".into(), about: "How many".into(), schema: r#"{"type":"integer"}"#.into() },
            Field { name: "name".into(), about: "Of whom".into(), schema: r#"{"type":"string"}"#.into() },
        ],
        today: "2026-11-24".into(),
        timezone: "Europe/Vienna".into(),
    }
}

#[test]
fn an_extraction_is_a_chat_with_a_schema() {
    insta::assert_snapshot!(lines(&open("{}").start(0, 1, Task::Extract(extraction()))));
    let found = |answer: &str| {
        let token = format!(
            r#"{{"choices":[{{"delta":{{"content":{}}},"finish_reason":"stop"}}]}}"#,
            serde_json::json!(answer)
        );
        run(Task::Extract(extraction()), vec![answered(1, 200, &[]), chunk(1, data(&token)), ended(1)])
    };
    insta::assert_snapshot!(
        found(r#"{"intent":"book","confidence":0.8,"seats":4,"name":null,"more":1}"#), @r#"
    9 used Unit::Requests 1
    9 found Some(("book", 0.8)) [("seats", "4", 0.9)]
    9 done Ending::Complete
    "#);
    insta::assert_snapshot!(found("```json\n{\"intent\":\"none\",\"seats\":4,\"name\":\"A \\\"B\\\"\"}\n```"), @r#"
    9 used Unit::Requests 1
    9 found None [("seats", "4", 0.9), ("name", "\"A \\\"B\\\"\"", 0.9)]
    9 done Ending::Complete
    "#);
    insta::assert_snapshot!(found("I can't do that."), @r#"
    9 used Unit::Requests 1
    Some(9) failed Failure::Broken("expected a JSON object as the answer")
    "#);
}

#[test]
fn a_summary_is_a_chat() {
    let summary =
        Summary { messages: call(), language: "de".into(), style: "one sentence".into(), longest_words: 30 };
    insta::assert_snapshot!(lines(&open("{}").start(0, 1, Task::Summarize(summary))));
}

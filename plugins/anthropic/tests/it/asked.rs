//! What is asked of the API: the request, and the order that it wants a history in.

use crate::session::{agent, body, caller, chat, instructions, invoke, open, outcome, text, weather};
use closare_plugin::language_model::{Chat, Choice, Message, Part, Task};
use serde_json::{Value, json};

/// The messages, one a line.
fn messages(options: Value, talk: Vec<Message>) -> String {
    let body = body(options, chat(talk));
    let lines = body["messages"].as_array().unwrap().iter().map(|message| {
        let blocks = message["content"].as_array().unwrap().iter().map(Value::to_string);
        format!("{}: {}", message["role"].as_str().unwrap(), blocks.collect::<Vec<_>>().join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_chat_is_asked_as_the_api_wants_it() {
    let mut session = open(json!({}));
    let talk = vec![instructions("Be brief."), caller(&[text("Hi")]), instructions("And kind.")];
    let request = session.start(1, Task::Chat(chat(talk))).request();
    assert_eq!(
        (request.method.as_str(), request.url.as_str()),
        ("POST", "https://api.anthropic.com/v1/messages")
    );
    assert_eq!(request.credential.as_deref(), Some("key"));
    assert!(request.headers.contains(&("anthropic-version".into(), "2023-06-01".into())));
    let expected = json!({
        "model": "claude-haiku-5-5", "max_tokens": 200, "stream": true, "system": "Be brief.\n\nAnd kind.",
        "thinking": {"type": "disabled"}, "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    });
    assert_eq!(crate::session::json(&request), expected);
}

#[test]
fn options_are_fields() {
    let options = json!({
        "base_url": "https://gateway.example.com/claude/v1/", "model": "claude-haiku-4-5", "thinking": "adaptive",
        "thinking_tokens": 1000, "effort": "low", "temperature": 0.5, "extra": {"service_tier": "auto"},
    });
    let request = open(options).start(1, Task::Chat(chat(vec![]))).request();
    assert_eq!(request.url, "https://gateway.example.com/claude/v1/messages");
    let body = crate::session::json(&request);
    assert_eq!(body["max_tokens"], 1200);
    assert_eq!(body["thinking"], json!({"type": "adaptive"}));
    assert_eq!(body["output_config"], json!({"effort": "low"}));
    assert_eq!((&body["temperature"], &body["service_tier"]), (&json!(0.5), &json!("auto")));
}

#[test]
fn the_choice_among_tools() {
    let check = |options: Value, choice: Choice| {
        let chat = Chat { tools: vec![weather()], choice, ..chat(vec![]) };
        let body = body(options, chat);
        assert_eq!(body["tools"][0]["input_schema"]["required"], json!(["location"]));
        format!("{} {}", body["tool_choice"], body["system"])
    };
    let name = || Some("get_weather".to_owned());
    assert_eq!(check(json!({}), Choice::Free), r#"{"type":"auto"} null"#);
    assert_eq!(check(json!({}), Choice::None), r#"{"type":"none"} null"#);
    assert_eq!(check(json!({}), Choice::Must(None)), r#"{"type":"any"} null"#);
    assert_eq!(check(json!({}), Choice::Must(name())), r#"{"type":"tool","name":"get_weather"} null"#);
    let asked = r#"{"type":"auto"} "Answer by using the tool `get_weather`, at once.""#;
    assert_eq!(check(json!({"force_tools": false}), Choice::Must(name())), asked);
}

#[test]
fn roles_take_turns_and_the_user_is_first_and_last() {
    let talk = vec![
        agent(&[text("Hello, how can I help?")]),
        caller(&[text("Well")]),
        caller(&[text("what's the weather?"), text(" ")]),
        agent(&[text("Where?")]),
    ];
    insta::assert_snapshot!(messages(json!({}), talk), @r#"
    user: {"type":"text","text":"(The call begins.)"}
    assistant: {"type":"text","text":"Hello, how can I help?"}
    user: {"type":"text","text":"Well"} {"type":"text","text":"what's the weather?"}
    assistant: {"type":"text","text":"Where?"}
    user: {"type":"text","text":"(The caller says nothing. Go on.)"}
    "#);
    insta::assert_snapshot!(messages(json!({}), vec![instructions("Greet.")]), @r#"user: {"type":"text","text":"(The call begins.)"}"#);
}

#[test]
fn an_outcome_follows_its_use_at_once() {
    // As the engine keeps it: in the agent's own message.
    let at_once = vec![
        caller(&[text("And in Graz?")]),
        agent(&[
            text("Let me see."),
            invoke("a", "get_weather", r#"{"location":"Graz"}"#),
            outcome("a", "sunny"),
            text("It's sunny."),
        ]),
        caller(&[text("Thanks")]),
    ];
    insta::assert_snapshot!(messages(json!({}), at_once), @r#"
    user: {"type":"text","text":"And in Graz?"}
    assistant: {"type":"text","text":"Let me see."} {"type":"tool_use","id":"a","name":"get_weather","input":{"location":"Graz"}}
    user: {"type":"tool_result","tool_use_id":"a","content":"sunny"}
    assistant: {"type":"text","text":"It's sunny."}
    user: {"type":"text","text":"Thanks"}
    "#);
    // The caller spoke before the tools were done; one of them never was.
    let late = vec![
        caller(&[text("Graz and Linz?")]),
        agent(&[
            invoke("a", "get_weather", "{}"),
            invoke("b", "get_weather", "not json"),
            text("One moment."),
        ]),
        caller(&[text("Hello?")]),
        agent(&[outcome("a", "rain")]),
    ];
    insta::assert_snapshot!(messages(json!({}), late), @r#"
    user: {"type":"text","text":"Graz and Linz?"}
    assistant: {"type":"text","text":"One moment."} {"type":"tool_use","id":"a","name":"get_weather","input":{}} {"type":"tool_use","id":"b","name":"get_weather","input":{}}
    user: {"type":"tool_result","tool_use_id":"a","content":"rain"} {"type":"tool_result","tool_use_id":"b","content":"The call went on before this gave anything.","is_error":true} {"type":"text","text":"Hello?"}
    "#);
}

#[test]
fn ids_of_another_vendor_are_made_to_fit() {
    let twice = vec![
        caller(&[text("Two?")]),
        agent(&[
            invoke("call 0", "x", "{}"),
            outcome("call 0", "first"),
            invoke("call 0", "x", "{}"),
            outcome("call 0", "second"),
        ]),
    ];
    insta::assert_snapshot!(messages(json!({}), twice), @r#"
    user: {"type":"text","text":"Two?"}
    assistant: {"type":"tool_use","id":"call_0","name":"x","input":{}}
    user: {"type":"tool_result","tool_use_id":"call_0","content":"first"}
    assistant: {"type":"tool_use","id":"call_0_1","name":"x","input":{}}
    user: {"type":"tool_result","tool_use_id":"call_0_1","content":"second"}
    "#);
}

#[test]
fn tools_of_the_past_are_still_named() {
    let talk =
        vec![caller(&[text("Graz?")]), agent(&[invoke("a", "get_weather", "{}"), outcome("a", "sunny")])];
    let body = body(json!({}), chat(talk));
    assert_eq!(
        (&body["tools"][0]["name"], &body["tool_choice"]["type"]),
        (&json!("get_weather"), &json!("none"))
    );
}

#[test]
fn thoughts_go_back_while_the_turn_lasts() {
    let thought = |signature: &str| {
        Part::Opaque(json!({"type": "thinking", "thinking": "", "signature": signature}).to_string())
    };
    let talk = vec![
        caller(&[text("Graz?")]),
        agent(&[thought("old"), text("Sunny.")]),
        caller(&[text("And Linz?")]),
        agent(&[
            thought("new"),
            Part::Opaque("another vendor's".into()),
            invoke("a", "get_weather", "{}"),
            outcome("a", "rain"),
        ]),
    ];
    insta::assert_snapshot!(messages(json!({"thinking": "adaptive"}), talk.clone()), @r#"
    user: {"type":"text","text":"Graz?"}
    assistant: {"type":"text","text":"Sunny."}
    user: {"type":"text","text":"And Linz?"}
    assistant: {"type":"thinking","thinking":"","signature":"new"} {"type":"tool_use","id":"a","name":"get_weather","input":{}}
    user: {"type":"tool_result","tool_use_id":"a","content":"rain"}
    "#);
    assert!(!messages(json!({}), talk).contains("thinking"));
}

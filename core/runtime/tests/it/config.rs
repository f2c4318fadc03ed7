//! What an operator writes.

use closare_egress::{Grant, Origin};
use closare_runtime::{Config, ConfigError, egress};
use closare_terms::Unit;
use closare_terms::network::{Body, NetEffect, NetEvent, Request, Trouble};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

#[test]
fn the_example_of_one_node_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/one-node/closare.yaml");
    let config = Config::read(&path).unwrap();
    assert_eq!(config.numbers.len(), 2);
    assert_eq!(config.register[0].expires, 300);
    assert!(config.telephony().is_ok());
}

#[test]
fn a_path_is_meant_from_the_file_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, "closare: 1\ndata: here\nnumbers: {\"1\": desk.yaml}\n").unwrap();
    let config = Config::read(&path).unwrap();
    assert_eq!(config.data, folder.path().join("here"));
    assert_eq!(config.numbers["1"], folder.path().join("desk.yaml"));
}

#[test]
fn a_wrong_key_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, "closare: 1\nlisten_to: 5060\n").unwrap();
    let Err(ConfigError::Parse { message, .. }) = Config::read(&path) else { panic!("a wrong key was read") };
    assert!(message.contains("listen_to") && message.contains('2'), "{message}");
}

#[test]
fn an_allowed_origin_that_is_none_is_told_with_its_place() {
    for wrong in ["speech.local:8080", "\"http://\"", "file:///tmp/speech"] {
        let text = format!("closare: 1\nallow_private:\n  - http://127.0.0.1:8080\n  - {wrong}\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("closare.yaml");
        std::fs::write(&path, text).unwrap();
        let error = Config::read(&path).unwrap_err().to_string();
        assert!(
            error.contains("closare.yaml") && error.contains("such as https://api.example.com"),
            "{error}"
        );
        assert!(error.contains("line 4") && error.contains("column 5"), "{error}");
    }
}

#[test]
fn a_wrong_network_is_told() {
    let config = Config { allow: Some(vec!["home".to_owned()]), ..Config::default() };
    assert!(matches!(config.telephony(), Err(ConfigError::Value { key: "allow", .. })));
}

#[test]
fn a_path_that_is_left_out_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, "closare: 1\ncache: warm\n").unwrap();
    let config = Config::read(&path).unwrap();
    assert_eq!(config.data, Path::new(""));
    assert_eq!(config.cache, folder.path().join("warm"));
    assert!(config.plugins.is_empty());
}

fn read(text: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, text).unwrap();
    Config::read(&path).unwrap()
}

#[test]
fn plugins_get_what_the_operator_lowers() {
    let config = read("limits: {memory: 16MiB, outputs: 64}\n");
    let limits = config.host().unwrap().limits.unwrap();
    assert_eq!((limits.memory, limits.outputs), (16 << 20, 64));
    assert!(Config::default().host().unwrap().limits.is_none());
    let error =
        read("limits: {memory: lots}\n").host().err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.starts_with("limits.memory: expected a number with KiB"), "{error}");
}

#[test]
fn an_origin_that_is_none_or_comes_twice_is_told() {
    for origins in ["{here: {open: 1}}", "{\"https://a.example\": {open: 1}, \"wss://a.example\": {open: 2}}"]
    {
        let error = read(&format!("origins: {origins}\n")).limits_of_origins().err();
        assert!(matches!(error, Some(ConfigError::Value { key: "origins", .. })), "{error:?}");
    }
}

fn wrong(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, text).unwrap();
    let Err(error) = Config::read(&path) else { panic!("`{text}` was read") };
    error.to_string().replace(&folder.path().display().to_string(), "")
}

#[test]
fn prices_are_what_the_vendors_quote() {
    let config = read(
        "prices:\n  currency: EUR\n  deepgram: {audio_minute: 0.0077, thousand_characters: 0.027}\n  openai/gpt-5-mini: {million_input_tokens: 0.25, million_output_tokens: 2}\n  openai: {request: \"0.001\"}\n",
    );
    let prices = &config.prices;
    assert_eq!((prices.currency(), prices.names().count()), ("EUR", 3));
    let minute = prices.of("deepgram", Some("nova-3")).unwrap().costs(&[(Unit::AudioMs, 60_000)].into());
    assert_eq!(minute, [(Unit::AudioMs, 7_700)].into());
    let request = prices.of("openai", None).unwrap().costs(&[(Unit::Requests, 1)].into());
    assert_eq!(request, [(Unit::Requests, 1_000)].into());
    assert_eq!(read("closare: 1\n").prices.names().count(), 0);
}

#[test]
fn a_wrong_price_is_told_with_its_place_and_the_nearest_word() {
    insta::assert_snapshot!(wrong("prices:\n  currency: EUR\n  openai:\n    milion_input_tokens: 1\n"));
    insta::assert_snapshot!(wrong("prices:\n  currency: EUR\n  openai: {watts: 1}\n"));
    insta::assert_snapshot!(wrong("prices:\n  currency: EUR\n  openai:\n    request: 1e-3\n"));
    insta::assert_snapshot!(wrong("prices:\n  currency: euro\n"));
    insta::assert_snapshot!(wrong("prices:\n  openai: {request: 1}\n"));
}

/// A server that says nothing, or that answers.
async fn serve(answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                while socket.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                    socket.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    origin
}

#[tokio::test]
async fn an_origin_has_the_limits_of_its_contract_and_others_have_not() {
    let (slow, other) = (serve("").await, serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await);
    let origins = format!("origins: {{\"{slow}\": {{open: 1, wait_ms: 0}}}}");
    let config = read(&format!("allow_private: [\"{slow}\", \"{other}\"]\n{origins}\n"));
    let egress = egress(&config).unwrap();
    let grant = Grant {
        plugin: "test".into(),
        origins: [&slow, &other].map(|origin| Origin::of(origin).unwrap()).to_vec(),
        credentials: Default::default(),
        secrets: Default::default(),
        in_first_message: false,
    };
    let (tell, mut events) = unbounded_channel();
    let session = egress.session(grant, move |event| drop(tell.send(event)), || true);
    let ask = |ticket, url: &str| {
        session.carry(NetEffect::Ask(Request {
            ticket,
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            credential: None,
            time_limit: None,
            repeatable: false,
            body: Body::None,
        }));
    };
    ask(1, &slow);
    ask(2, &slow);
    let mut next = async || timeout(Duration::from_secs(20), events.recv()).await.expect("an event");
    // One of the two has the only place.
    let event = next().await;
    assert!(matches!(event, Some(NetEvent::Failed { trouble: Trouble::Overloaded, .. })), "{event:?}");
    for ticket in 3..6 {
        ask(ticket, &other);
    }
    for _ in 0..6 {
        let event = next().await;
        assert!(matches!(event, Some(NetEvent::Answered(_) | NetEvent::Ended { .. })), "{event:?}");
    }
}

//! Media streams, by a client that speaks what Twilio's documentation says. Twilio itself can't be had here: what signs is our own
//! code, proven against the examples of its documentation.

use crate::calls::next;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use closare_telephony::{Config, Frame, Incoming, LegEvent, Party, StreamConfig, StreamLine, Telephony};
use futures::{SinkExt, StreamExt};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const TOKEN: &str = "a1b2c3d4e5f6a7b8";
const AUTH: &str = "secret-of-the-account";
const PUBLIC: &str = "wss://calls.example.com/closare";

async fn open() -> (Telephony, Receiver<Incoming>, SocketAddr) {
    let line = StreamLine { number: "1000".into(), token: TOKEN.into(), auth_token: AUTH.into() };
    let streams = StreamConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        public: PUBLIC.into(),
        lines: vec![line],
    };
    let config = Config { streams: Some(streams), ..Config::loopback() };
    let (telephony, calls) = Telephony::start(config).await.unwrap();
    let at = telephony.streams_addr().unwrap();
    (telephony, calls, at)
}

fn sign(auth: &str, url: &str, form: &[(&str, &str)]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(auth.as_bytes()).unwrap();
    mac.update(url.as_bytes());
    for (key, value) in form {
        mac.update(key.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The carrier's end of a stream.
struct Carrier {
    socket: WebSocketStream<TcpStream>,
}

impl Carrier {
    /// The status, where it isn't let in.
    async fn connect(at: SocketAddr, path: &str, signature: Option<&str>) -> Result<Carrier, u16> {
        let mut request = format!("ws://{at}/twilio/{path}").into_client_request().unwrap();
        if let Some(signature) = signature {
            request.headers_mut().insert("X-Twilio-Signature", signature.parse().unwrap());
        }
        match client_async(request, TcpStream::connect(at).await.unwrap()).await {
            Ok((socket, _)) => Ok(Carrier { socket }),
            Err(WsError::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn signed(at: SocketAddr, path: &str) -> Result<Carrier, u16> {
        let signature = sign(AUTH, &format!("{PUBLIC}/twilio/{path}"), &[]);
        Carrier::connect(at, path, Some(&signature)).await
    }

    async fn send(&mut self, value: Value) {
        self.socket.send(Message::text(value.to_string())).await.unwrap();
    }

    async fn start(&mut self) {
        self.send(json!({"event": "connected", "protocol": "Call", "version": "1.0.0"})).await;
        self.send(json!({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": {
            "streamSid": "MZ1", "accountSid": "AC1", "callSid": "CA1", "tracks": ["inbound"],
            "customParameters": {"from": "+15550100"},
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}}}))
            .await;
    }

    /// The next message; `None` once the socket is closed.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(Duration::from_secs(10), self.socket.next()).await.expect("a message")? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

async fn event(events: &mut Receiver<LegEvent>) -> LegEvent {
    timeout(Duration::from_secs(10), events.recv()).await.expect("an event").expect("a leg")
}

#[tokio::test]
async fn nobody_comes_in_unsigned() {
    let (telephony, mut calls, at) = open().await;
    let signature = sign(AUTH, &format!("{PUBLIC}/twilio/{TOKEN}"), &[]);
    let foreign = sign("another account", &format!("{PUBLIC}/twilio/{TOKEN}"), &[]);
    let elsewhere = sign(AUTH, &format!("wss://evil.example/twilio/{TOKEN}"), &[]);
    for (path, signature) in [
        (TOKEN, None),
        (TOKEN, Some("")),
        (TOKEN, Some(foreign.as_str())),
        (TOKEN, Some(elsewhere.as_str())),
        ("a1b2c3d4e5f6a7b9", Some(signature.as_str())),
    ] {
        assert_eq!(Carrier::connect(at, path, signature).await.err(), Some(403), "{path} {signature:?}");
    }
    let unknown = format!("{TOKEN}/0123456789abcdef");
    assert_eq!(Carrier::signed(at, &unknown).await.err(), Some(403), "a ticket that nobody issued");
    assert_eq!(telephony.counters().not_allowed, 6);
    assert!(calls.try_recv().is_err());
    telephony.shutdown().await;
}

#[tokio::test]
async fn a_webhook_gives_a_ticket_for_one_call() {
    let (telephony, mut calls, at) = open().await;
    let form = [("CallSid", "CA1"), ("From", "+15550100"), ("To", "+15550199")];
    let url = format!("{}/twilio/{TOKEN}/voice", PUBLIC.replace("wss:", "https:"));
    let body = "To=%2B15550199&CallSid=CA1&From=%2B15550100";
    let answer = post(at, &format!("/twilio/{TOKEN}/voice"), &sign(AUTH, &url, &form), body).await;
    let begin = answer.find("wss://").unwrap_or_else(|| panic!("{answer}"));
    let stream = &answer[begin..begin + answer[begin..].find('"').unwrap()];
    let path = stream.strip_prefix(&format!("{PUBLIC}/twilio/")).unwrap();
    let mut carrier = Carrier::signed(at, path).await.ok().unwrap();
    carrier.start().await;
    let call = next(&mut calls).await;
    assert_eq!((call.from.as_str(), call.to.as_str()), ("+15550100", "1000"));
    assert_eq!(call.stream.as_ref().map(|stream| stream.call.as_str()), Some("CA1"));
    assert_eq!(Carrier::signed(at, path).await.err(), Some(403), "it is good once");
    let forged = post(at, &format!("/twilio/{TOKEN}/voice"), &sign("x", &url, &form), body).await;
    assert!(forged.starts_with("HTTP/1.1 403"), "{forged}");
    // Who doesn't know the token isn't waited for: of this form nothing comes.
    let mut stranger = TcpStream::connect(at).await.unwrap();
    let head = "POST /twilio/a1b2c3d4e5f6a7b9/voice HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n";
    stranger.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stranger.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    telephony.shutdown().await;
}

async fn post(at: SocketAddr, path: &str, signature: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(at).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: calls.example.com\r\nX-Twilio-Signature: {signature}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    answer
}

#[tokio::test]
async fn an_address_may_not_hold_every_connection() {
    let (telephony, mut calls, at) = open().await;
    let mut silent = Vec::new();
    for _ in 0..64 {
        silent.push(TcpStream::connect(at).await.unwrap());
    }
    let mut more = TcpStream::connect(at).await.unwrap();
    let end =
        timeout(Duration::from_secs(4), more.read(&mut [0])).await.expect("a close before any time is over");
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    assert_eq!((telephony.counters().not_allowed, telephony.counters().bad_messages), (1, 0));
    // Each that leaves makes room.
    drop(silent);
    let mut carrier = loop {
        // Its leaving is seen a moment later.
        let socket = TcpStream::connect(at).await.unwrap();
        let mut request = format!("ws://{at}/twilio/{TOKEN}").into_client_request().unwrap();
        let signature = sign(AUTH, &format!("{PUBLIC}/twilio/{TOKEN}"), &[]);
        request.headers_mut().insert("X-Twilio-Signature", signature.parse().unwrap());
        if let Ok((socket, _)) = client_async(request, socket).await {
            break Carrier { socket };
        }
    };
    carrier.start().await;
    next(&mut calls).await.refuse(480, "the agent is stopped", None);
    telephony.shutdown().await;
}

/// A second of a tone, of which some is heard: the rest is cleared.
#[tokio::test]
async fn what_is_said_goes_ahead_and_what_was_heard_is_known() {
    let (telephony, mut calls, at) = open().await;
    let mut carrier = Carrier::signed(at, TOKEN).await.ok().unwrap();
    carrier.start().await;
    let call = next(&mut calls).await;
    assert_eq!(call.from.as_str(), "+15550100");
    let mut leg = call.answer(Instant::now(), Box::new(|_: &Frame<'_>| {})).await.unwrap();
    assert_eq!(leg.voice.rate(), 8_000);

    leg.voice.begin(1);
    leg.voice.append(1, vec![1_000; 320]);
    leg.voice.finish(1);
    for _ in 0..2 {
        let media = carrier.next().await.unwrap();
        assert_eq!((&media["event"], &media["streamSid"]), (&json!("media"), &json!("MZ1")));
        assert_eq!(STANDARD.decode(media["media"]["payload"].as_str().unwrap()).unwrap().len(), 160);
    }
    let mark = carrier.next().await.unwrap();
    assert_eq!(mark["event"], "mark");
    assert!(matches!(event(&mut leg.events).await, LegEvent::Playing { utterance: 1, .. }));
    carrier.send(json!({"event": "mark", "streamSid": "MZ1", "mark": mark["mark"]})).await;
    let played = event(&mut leg.events).await;
    assert!(
        matches!(played, LegEvent::Played { utterance: 1, samples: 320, complete: true, .. }),
        "{played:?}"
    );

    leg.voice.begin(2);
    leg.voice.append(2, vec![1_000; 80_000]);
    let begun = Instant::now();
    let mut frames = 0u64;
    while begun.elapsed() < Duration::from_millis(300) {
        frames += u64::from(carrier.next().await.unwrap()["event"] == "media");
    }
    // 220 ms ahead, and what has become due meanwhile.
    assert!((20..=27).contains(&frames), "{frames} frames in 300 ms");
    leg.voice.stop(2);
    while carrier.next().await.unwrap()["event"] != "clear" {}
    assert!(matches!(event(&mut leg.events).await, LegEvent::Playing { utterance: 2, .. }));
    let LegEvent::Played { utterance: 2, samples, complete: false, .. } = event(&mut leg.events).await else {
        panic!("expected the end of what was stopped")
    };
    assert!((1_600..=frames * 160).contains(&samples), "{samples} samples of {frames} frames were heard");

    carrier
        .send(json!({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": "5"}}))
        .await;
    assert!(matches!(event(&mut leg.events).await, LegEvent::Key { key: '5', .. }));
    leg.control.transfer("+4930123456", None);
    assert!(matches!(event(&mut leg.events).await, LegEvent::Transfer { .. }));
    leg.control.hangup("it is enough");
    assert!(matches!(event(&mut leg.events).await, LegEvent::Ended { by: Party::Us, .. }));
    assert_eq!(carrier.next().await, None);
    telephony.shutdown().await;
}

#[tokio::test]
async fn a_message_that_is_none_ends_its_own_stream() {
    let (telephony, mut calls, at) = open().await;
    let (mut one, mut other) =
        (Carrier::signed(at, TOKEN).await.ok().unwrap(), Carrier::signed(at, TOKEN).await.ok().unwrap());
    let mut legs = Vec::new();
    for carrier in [&mut one, &mut other] {
        carrier.start().await;
        let call = next(&mut calls).await;
        legs.push(call.answer(Instant::now(), Box::new(|_: &Frame<'_>| {})).await.unwrap());
    }
    one.socket.send(Message::text("{\"event\":")).await.unwrap();
    assert!(matches!(event(&mut legs[0].events).await, LegEvent::Ended { by: Party::Network, .. }));
    assert_eq!(telephony.counters().bad_messages, 1);
    other.send(json!({"event": "stop", "streamSid": "MZ1"})).await;
    assert!(matches!(event(&mut legs[1].events).await, LegEvent::Ended { by: Party::Caller, .. }));
    telephony.shutdown().await;
}

#[tokio::test]
async fn who_is_not_answered_is_hung_up_on_and_who_leaves_is_gone() {
    let (telephony, mut calls, at) = open().await;
    let mut carrier = Carrier::signed(at, TOKEN).await.ok().unwrap();
    carrier.start().await;
    next(&mut calls).await.refuse(480, "the agent is stopped", None);
    assert_eq!(carrier.next().await, None);
    let mut carrier = Carrier::signed(at, TOKEN).await.ok().unwrap();
    carrier.start().await;
    let call = next(&mut calls).await;
    drop(carrier);
    timeout(Duration::from_secs(10), call.cancelled()).await.expect("a caller that has gone");
    telephony.shutdown().await;
}

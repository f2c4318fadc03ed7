use crate::peer::{Setup, heard, serve, socket};
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get as route;
use closare_egress::Credential;
use closare_terms::network::{NetEffect, NetEvent, Socket, Trouble};

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        match message {
            Message::Text(text) if text == "big" => {
                socket.send(Message::Binary(vec![0; 10_000].into())).await.unwrap()
            }
            Message::Text(text) if text == "bye" => {
                let frame = CloseFrame { code: 4001, reason: "vendor says so".into() };
                socket.send(Message::Close(Some(frame))).await.unwrap();
            }
            Message::Text(text) if text == "drop" => return,
            Message::Text(_) | Message::Binary(_) => socket.send(message).await.unwrap(),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => {}
        }
    }
}

async fn deaf(_socket: WebSocket) {
    std::future::pending().await
}

fn router() -> Router {
    Router::new()
        .route(
            "/echo",
            route(|upgrade: WebSocketUpgrade| async { upgrade.protocols(["token"]).on_upgrade(echo) }),
        )
        .route("/deaf", route(|upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(deaf) }))
        .route(
            "/who",
            route(|headers: HeaderMap, upgrade: WebSocketUpgrade| async move {
                upgrade.on_upgrade(async move |mut socket| {
                    socket.send(Message::Text(heard(&headers).into())).await.unwrap()
                })
            }),
        )
        .route("/refused", route(|| async { (StatusCode::UNAUTHORIZED, r#"{"err":"key"}"#).into_response() }))
        .route("/not-a-socket", route(|| async { "hello" }))
}

const TICKET: u32 = 7;

fn text(text: &str) -> NetEffect {
    NetEffect::Text { ticket: TICKET, text: text.into() }
}

#[tokio::test]
async fn messages_go_both_ways_and_each_side_may_close() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    let url = format!("{}/echo", origin.replace("http", "ws"));
    let protocols = vec!["other".into(), "token".into()];
    let open = || {
        NetEffect::Open(Socket {
            ticket: TICKET,
            url: url.clone(),
            headers: vec![],
            protocols: protocols.clone(),
            credential: None,
        })
    };
    talk.session.carry(open());
    // Before it is open: it waits.
    talk.session.carry(text("hello"));
    talk.session.carry(NetEffect::Binary { ticket: TICKET, bytes: vec![1, 2, 3] });
    let NetEvent::Opened(head) = talk.next().await else { panic!("expected it to open") };
    assert_eq!(head.status, 101);
    assert!(head.headers.contains(&("sec-websocket-protocol".into(), "token".into())));
    assert_eq!(talk.next().await, NetEvent::Text { ticket: TICKET, text: "hello".into() });
    assert_eq!(talk.next().await, NetEvent::Binary { ticket: TICKET, bytes: vec![1, 2, 3] });
    talk.session.carry(text("bye"));
    let closed = |code, reason: &str| NetEvent::Closed { ticket: TICKET, code, reason: reason.into() };
    assert_eq!(talk.next().await, closed(4001, "vendor says so"));

    talk.session.carry(open());
    assert!(matches!(talk.next().await, NetEvent::Opened(_)));
    talk.session.carry(text("last words"));
    talk.session.carry(NetEffect::Close { ticket: TICKET, code: 1000 });
    assert!(matches!(talk.next().await, NetEvent::Text { .. }));
    assert_eq!(talk.next().await, closed(1000, ""));

    let metered = talk.metered();
    assert_eq!(
        (metered.sockets, metered.bytes_out, metered.bytes_in, metered.failures.total()),
        (2, 21, 18, 0)
    );
}

#[tokio::test]
async fn a_refused_upgrade_comes_with_its_head_and_body() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    talk.session.carry(socket(&format!("{origin}/refused")));
    let NetEvent::Refused { head, body } = talk.next().await else { panic!("expected a refusal") };
    assert_eq!((head.ticket, head.status, body.as_slice()), (TICKET, 401, br#"{"err":"key"}"#.as_slice()));
    talk.session.carry(socket(&format!("{origin}/not-a-socket")));
    assert!(matches!(talk.next().await, NetEvent::Refused { head, .. } if head.status == 200));
}

#[tokio::test]
async fn a_socket_that_breaks_or_floods_fails() {
    let origin = serve(router()).await;
    let mut setup = Setup::at(&[&origin]);
    setup.limits.message_max = 1000;
    let mut talk = setup.start();
    for (said, trouble) in [("drop", Trouble::Reset), ("big", Trouble::TooLarge)] {
        talk.session.carry(socket(&format!("{origin}/echo")));
        talk.session.carry(text(said));
        assert!(matches!(talk.next().await, NetEvent::Opened(_)));
        assert_eq!(talk.next().await, NetEvent::Failed { ticket: TICKET, trouble }, "{said}");
    }
}

#[tokio::test]
async fn a_vendor_that_stops_reading_is_told_and_then_given_up() {
    let origin = serve(router()).await;
    let mut setup = Setup::at(&[&origin]);
    setup.limits.in_flight_max = 64 << 20;
    let mut talk = setup.start();
    talk.session.carry(socket(&format!("{origin}/deaf")));
    assert!(matches!(talk.next().await, NetEvent::Opened(_)));
    // More than the buffers of both sockets hold.
    for _ in 0..40 {
        talk.session.carry(NetEffect::Binary { ticket: TICKET, bytes: vec![0; 1 << 20] });
    }
    let mut waited = 0;
    loop {
        match talk.next().await {
            NetEvent::Waiting { bytes, .. } => waited = bytes.max(waited),
            event => break assert_eq!(event, NetEvent::Failed { ticket: TICKET, trouble: Trouble::Stalled }),
        }
    }
    assert!(waited > 256 << 10, "{waited}");
}

#[tokio::test]
async fn a_goodbye_that_nobody_answers_is_an_end_all_the_same() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    talk.session.carry(socket(&format!("{origin}/deaf")));
    assert!(matches!(talk.next().await, NetEvent::Opened(_)));
    talk.session.carry(NetEffect::Close { ticket: TICKET, code: 1000 });
    assert_eq!(talk.next().await, NetEvent::Closed { ticket: TICKET, code: 1006, reason: String::new() });
}

#[tokio::test]
async fn a_socket_is_signed_and_its_first_message_filled_in() {
    let origin = serve(router()).await;
    let token = Credential::Header { name: "X-Key".into(), value: "{{secret:KEY}}".into() };
    let mut setup = Setup::at(&[&origin]).credential(token).secret("a\"b", &origin);
    setup.grant.in_first_message = true;
    let mut talk = setup.start();
    let signed = |path: &str| match socket(&format!("{origin}{path}")) {
        NetEffect::Open(socket) => NetEffect::Open(Socket { credential: Some("key".into()), ..socket }),
        effect => effect,
    };
    talk.session.carry(signed("/who"));
    assert!(matches!(talk.next().await, NetEvent::Opened(_)));
    assert_eq!(
        talk.next().await,
        NetEvent::Text { ticket: TICKET, text: r#"authorization=- x-key=a"b"#.into() }
    );
    assert!(matches!(talk.next().await, NetEvent::Failed { .. } | NetEvent::Closed { .. }));

    talk.session.carry(signed("/echo"));
    for _ in 0..2 {
        talk.session.carry(text(r#"{"key":"{{secret:KEY}}"}"#));
    }
    assert!(matches!(talk.next().await, NetEvent::Opened(_)));
    assert_eq!(talk.next().await, NetEvent::Text { ticket: TICKET, text: r#"{"key":"a\"b"}"#.into() });
    assert_eq!(
        talk.next().await,
        NetEvent::Text { ticket: TICKET, text: r#"{"key":"{{secret:KEY}}"}"#.into() }
    );
}

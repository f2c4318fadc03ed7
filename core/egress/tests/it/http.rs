use crate::peer::{Setup, get, millis, post, serve, socket};
use axum::Router;
use axum::body::{Body as AxumBody, Bytes};
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get as route, post as route_post};
use closare_terms::Millis;
use closare_terms::network::{Body, NetEffect, NetEvent, Request, Trouble};
use futures::{Stream, StreamExt, stream};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

type Piece = Result<Bytes, Infallible>;

fn pieces(count: usize, size: usize) -> impl Stream<Item = Piece> {
    stream::iter(0..count).map(move |_| Ok(Bytes::from(vec![b'x'; size])))
}

fn router() -> Router {
    Router::new()
        .route(
            "/sse",
            route(|| async {
                let events =
                    ["Hel", "lo", "[DONE]"].map(|data| Ok::<_, Infallible>(Event::default().data(data)));
                Sse::new(stream::iter(events))
            }),
        )
        .route("/echo", route_post(|body: Bytes| async { body }))
        .route("/redirect", route(|| async { Redirect::temporary("http://127.0.0.1:1/elsewhere") }))
        .route(
            "/401",
            route(|| async {
                (StatusCode::UNAUTHORIZED, [("x-request-id", "r-1")], "no key").into_response()
            }),
        )
        .route("/big", route(|| async { AxumBody::from_stream(pieces(64, 1024)) }))
        .route(
            "/one-then-nothing",
            route(|| async { AxumBody::from_stream(pieces(1, 8).chain(stream::pending())) }),
        )
        .route("/never", route(|| async { std::future::pending::<()>().await }))
}

#[tokio::test]
async fn an_answer_comes_as_head_chunks_and_end() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    let (status, headers, body) = talk.ask(get(&format!("{origin}/sse"))).await.unwrap();
    assert_eq!((status, body.as_str()), (200, "data: Hel\n\ndata: lo\n\ndata: [DONE]\n\n"));
    assert!(headers.contains(&("content-type".into(), "text/event-stream".into())));

    let (status, headers, body) = talk.ask(get(&format!("{origin}/401"))).await.unwrap();
    assert_eq!((status, body.as_str()), (401, "no key"));
    assert!(headers.contains(&("x-request-id".into(), "r-1".into())));
    assert_eq!((talk.metered().requests, talk.metered().failures.total()), (2, 0));
}

#[tokio::test]
async fn a_body_goes_whole_or_streamed() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    let url = format!("{origin}/echo");
    assert_eq!(talk.ask(post(&url, "whole")).await.unwrap().2, "whole");

    talk.session.carry(NetEffect::Ask(Request { body: Body::Streamed, ..post(&url, "") }));
    for piece in ["in ", "pieces"] {
        talk.session.carry(NetEffect::More { ticket: 1, bytes: piece.into() });
    }
    talk.session.carry(NetEffect::End { ticket: 1 });
    assert_eq!(talk.answer().await.unwrap().2, "in pieces");
    let metered = talk.metered();
    assert_eq!((metered.bytes_out, metered.bytes_in), (14, 14));
}

#[tokio::test]
async fn a_redirect_is_handed_back() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    let (status, headers, _) = talk.ask(get(&format!("{origin}/redirect"))).await.unwrap();
    assert_eq!(status, 307);
    let elsewhere = ("location".to_owned(), "http://127.0.0.1:1/elsewhere".to_owned());
    assert!(headers.contains(&elsewhere));
    talk.session.carry(socket(&format!("{origin}/redirect")));
    let NetEvent::Refused { head, .. } = talk.next().await else { panic!("expected a refusal") };
    assert!(head.status == 307 && head.headers.contains(&elsewhere));
}

#[tokio::test]
async fn every_limit_can_be_broken() {
    let origin = serve(router()).await;
    let mut setup = Setup::at(&[&origin]);
    setup.limits.body_max = 10_000;
    setup.limits.open_max = 1;
    let mut talk = setup.start();
    let url = |path: &str| format!("{origin}{path}");
    assert_eq!(talk.ask(get(&url("/big"))).await, Err(Trouble::TooLarge));
    assert_eq!(talk.ask(get(&url("/one-then-nothing"))).await, Err(Trouble::Stalled));
    assert_eq!(
        talk.ask(Request { time_limit: millis(50), ..get(&url("/never")) }).await,
        Err(Trouble::TimeOut)
    );

    talk.session.carry(NetEffect::Wake { ticket: 8, after: Millis(60_000) });
    assert_eq!(talk.ask(get(&url("/401"))).await, Err(Trouble::Overloaded));
    assert_eq!(talk.metered().failures.total(), 4);
}

#[tokio::test]
async fn a_streamed_body_that_nobody_reads_is_told_and_then_refused() {
    let origin = serve(router()).await;
    let mut setup = Setup::at(&[&origin]);
    setup.limits.waiting_mark = 1 << 20;
    setup.limits.in_flight_max = 16 << 20;
    let mut talk = setup.start();
    talk.session
        .carry(NetEffect::Ask(Request { body: Body::Streamed, ..post(&format!("{origin}/never"), "") }));
    for _ in 0..40 {
        talk.session.carry(NetEffect::More { ticket: 1, bytes: vec![0; 1 << 20] });
    }
    assert!(matches!(talk.next().await, NetEvent::Waiting { ticket: 1, .. }));
    assert_eq!(talk.answer().await, Err(Trouble::Overloaded));
}

#[tokio::test]
async fn whole_bodies_of_a_session_have_one_bound() {
    let origin = serve(router()).await;
    let mut setup = Setup::at(&[&origin]);
    setup.limits.in_flight_max = 5;
    let mut talk = setup.start();
    let held = post(&format!("{origin}/never"), "123");
    talk.session.carry(NetEffect::Ask(Request { ticket: 9, method: "GET".to_owned(), ..held }));
    let echo = format!("{origin}/echo");
    assert_eq!(talk.ask(post(&echo, "456")).await, Err(Trouble::Overloaded));
    assert_eq!(talk.ask(post(&echo, "45")).await.unwrap().2, "45");
}

#[tokio::test]
async fn closing_a_ticket_cancels_it_and_its_number_is_free() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    talk.session.carry(NetEffect::Ask(get(&format!("{origin}/never"))));
    talk.session.carry(NetEffect::Close { ticket: 1, code: 0 });
    assert_eq!(talk.ask(get(&format!("{origin}/401"))).await.unwrap().0, 401);
}

#[tokio::test]
async fn a_session_that_is_dropped_hears_nothing_more() {
    let origin = serve(router()).await;
    let talk = Setup::at(&[&origin]).start();
    talk.session.carry(NetEffect::Ask(get(&format!("{origin}/never"))));
    talk.session.carry(NetEffect::Wake { ticket: 2, after: Millis(60_000) });
    assert_eq!(talk.end_session().recv().await, None);
}

#[tokio::test]
async fn a_held_session_is_not_read_and_not_stalled() {
    let origin = serve(router()).await;
    let mut talk = Setup::at(&[&origin]).start();
    talk.session.hold(true);
    talk.session.carry(NetEffect::Ask(get(&format!("{origin}/big"))));
    assert!(matches!(talk.next().await, NetEvent::Answered(_)));
    talk.nothing_for(Duration::from_millis(500)).await;
    talk.session.hold(false);
    assert!(matches!(talk.next().await, NetEvent::Chunk { .. }));
}

#[tokio::test]
async fn without_room_nothing_more_is_read() {
    let origin = serve(router()).await;
    let has_room = Arc::new(AtomicBool::new(false));
    let room = has_room.clone();
    let mut talk = Setup::at(&[&origin]).start_with_room(move || room.load(Ordering::Relaxed));
    talk.session.carry(NetEffect::Ask(get(&format!("{origin}/big"))));
    assert!(matches!(talk.next().await, NetEvent::Answered(_)));
    talk.nothing_for(Duration::from_millis(500)).await;
    has_room.store(true, Ordering::Relaxed);
    assert!(matches!(talk.next().await, NetEvent::Chunk { .. }));
}

#[tokio::test]
async fn a_wake_comes_when_it_should() {
    let mut talk = Setup::at(&[]).start();
    let asked = Instant::now();
    talk.session.carry(NetEffect::Wake { ticket: 3, after: Millis(60) });
    assert_eq!(talk.next().await, NetEvent::Woke { ticket: 3 });
    assert!(asked.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn what_cannot_be_reached_says_so() {
    let mut talk =
        Setup::at(&["http://127.0.0.1:1", "http://nowhere.invalid", "https://127.0.0.1:1"]).start();
    assert_eq!(talk.ask(get("http://127.0.0.1:1/")).await, Err(Trouble::Connect));
    assert_eq!(talk.ask(get("http://nowhere.invalid/")).await, Err(Trouble::Dns));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_a_trouble_of_tls() {
    let origin = serve(router()).await.replace("http:", "https:");
    let mut talk = Setup::at(&[&origin]).start();
    assert_eq!(talk.ask(get(&origin)).await, Err(Trouble::Tls));
}

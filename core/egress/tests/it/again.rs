//! Asking again, and the session that hears only of the last time.

use crate::peer::{Setup, Talk, get, millis, post, socket};
use closare_terms::network::{Body, NetEffect, NetEvent, Request, Trouble};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Does {
    Answer(&'static str),
    Hang,
    Drop,
}

const OK: Does = Does::Answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
const BUSY: Does = Does::Answer("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
const AT_ONCE: Does = Does::Answer("HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nslow");
const MUCH_LATER: Does = Does::Answer("HTTP/1.1 529 Later\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n");
const WRONG: Does = Does::Answer("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n");

/// Does one thing after the other, then the last again and again.
struct Server {
    origin: String,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn that(does: &'static [Does]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let server = Server { origin, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Relaxed);
                tokio::spawn(serve(stream, does, requests.clone()));
            }
        });
        server
    }

    fn counts(&self) -> (usize, usize) {
        (self.connections.load(Relaxed), self.requests.load(Relaxed))
    }
}

async fn serve(mut stream: TcpStream, does: &[Does], requests: Arc<AtomicUsize>) {
    while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
        let count = requests.fetch_add(1, Relaxed);
        match does[count.min(does.len() - 1)] {
            Does::Answer(text) => stream.write_all(text.as_bytes()).await.unwrap(),
            Does::Hang => std::future::pending().await,
            Does::Drop => return,
        }
    }
}

fn setup(server: &Server) -> Setup {
    let mut setup = Setup::at(&[&server.origin]);
    setup.limits.answer = Duration::from_millis(200);
    setup.limits.retry.pause = Duration::from_millis(5);
    setup
}

async fn ask(talk: &mut Talk, server: &Server, repeatable: bool) -> Result<u16, Trouble> {
    let request = Request { repeatable, ..post(&server.origin, "body") };
    talk.ask(request).await.map(|(status, _, _)| status)
}

#[tokio::test]
async fn what_is_repeatable_is_asked_again_and_nothing_else() {
    let check = async |does, repeatable, expected, requests| {
        let server = Server::that(does).await;
        let mut talk = setup(&server).start();
        assert_eq!(ask(&mut talk, &server, repeatable).await, expected);
        assert_eq!(server.counts().1, requests, "{expected:?}");
        let metered = talk.metered_at(&server.origin);
        assert_eq!((metered.requests, metered.retries), (1, requests as u64 - 1));
        assert_eq!(metered.failures.total(), u64::from(expected.is_err()));
    };
    check(&[Does::Drop, OK], true, Ok(200), 2).await;
    check(&[Does::Drop, OK], false, Err(Trouble::Reset), 1).await;
    check(&[Does::Hang, OK], true, Ok(200), 2).await;
    check(&[Does::Hang, OK], false, Err(Trouble::TimeOut), 1).await;
    check(&[BUSY, AT_ONCE, OK], true, Ok(200), 3).await;
    check(&[BUSY, OK], false, Ok(503), 1).await;
    // The last outcome is told, whatever the first was.
    check(&[Does::Drop, Does::Hang, BUSY, OK], true, Ok(503), 3).await;
    check(&[BUSY, BUSY, Does::Drop, OK], true, Err(Trouble::Reset), 3).await;
    check(&[MUCH_LATER, OK], true, Ok(529), 1).await;
    check(&[WRONG, OK], true, Ok(500), 1).await;
}

#[tokio::test]
async fn a_connection_is_used_again_after_an_answer_that_nobody_got() {
    let server = Server::that(&[AT_ONCE, AT_ONCE, OK]).await;
    let mut setup = setup(&server);
    // The pause is drawn: long enough to read four bytes, by any draw but the least.
    setup.limits.retry.pause = Duration::from_millis(500);
    let mut talk = setup.start();
    assert_eq!(ask(&mut talk, &server, true).await, Ok(200));
    assert_eq!(server.counts(), (1, 3));
    assert_eq!(talk.metered().bytes_in, 10, "what was thrown away was paid for, too");
}

#[tokio::test]
async fn http_1_keeps_its_connection() {
    let server = Server::that(&[OK]).await;
    let mut talk = setup(&server).start();
    for _ in 0..5 {
        assert_eq!(ask(&mut talk, &server, false).await, Ok(200));
    }
    assert_eq!(server.counts(), (1, 5));
}

#[tokio::test]
async fn the_requests_own_time_bounds_all_attempts() {
    let server = Server::that(&[Does::Hang]).await;
    let mut setup = setup(&server);
    setup.limits.retry.attempts = 1000;
    let mut talk = setup.start();
    let request = Request { repeatable: true, time_limit: millis(700), ..get(&server.origin) };
    let asked = Instant::now();
    assert_eq!(talk.ask(request).await, Err(Trouble::TimeOut));
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert!((2..=4).contains(&server.counts().1), "200 ms for each");
}

#[tokio::test]
async fn a_streamed_body_is_asked_again_only_where_no_connection_came_about() {
    let server = Server::that(&[BUSY, OK]).await;
    let streamed =
        |url: &str| NetEffect::Ask(Request { body: Body::Streamed, repeatable: true, ..post(url, "") });
    let mut talk = setup(&server).start();
    talk.session.carry(streamed(&server.origin));
    talk.session.carry(NetEffect::End { ticket: 1 });
    assert_eq!(talk.answer().await.unwrap().0, 503);
    assert_eq!(server.counts().1, 1);

    // A server that isn't there yet.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut setup = Setup::at(&[&format!("http://{address}")]);
    setup.limits.retry.attempts = 1000;
    setup.limits.breaker.failures = 0;
    setup.limits.load.per_second = 1000;
    let mut talk = setup.start();
    talk.session.carry(streamed(&format!("http://{address}")));
    talk.session.carry(NetEffect::More { ticket: 1, bytes: b"whole".to_vec() });
    talk.session.carry(NetEffect::End { ticket: 1 });
    while talk.metered().retries == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let router = axum::Router::new().fallback(|body: String| async { body });
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    assert_eq!(talk.answer().await.unwrap().2, "whole");
}

#[tokio::test]
async fn where_no_connection_came_about_anything_is_asked_again() {
    // Nobody listens there, so that what was asked can't have been done.
    let mut setup = Setup::at(&["http://127.0.0.1:1"]);
    setup.limits.retry.pause = Duration::from_millis(5);
    let mut talk = setup.start();
    assert_eq!(talk.ask(post("http://127.0.0.1:1", "book a table")).await, Err(Trouble::Connect));
    assert_eq!(talk.metered().retries, 2);
    talk.session.carry(socket("http://127.0.0.1:1"));
    // Its second attempt is the fifth failure in a row: no third one, and what came is told.
    assert_eq!(talk.next().await, NetEvent::Failed { ticket: 7, trouble: Trouble::Connect });
    assert_eq!(talk.metered().retries, 3);
    assert_eq!(talk.ask(get("http://127.0.0.1:1")).await, Err(Trouble::Overloaded));
}

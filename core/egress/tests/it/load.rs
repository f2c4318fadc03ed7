//! What one plugin may take of an origin, and an origin that is down.

use crate::peer::{Setup, Talk, get, serve, socket};
use axum::Router;
use axum::extract::Path;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::routing::get as route;
use closare_egress::{Limits, Origin};
use closare_terms::network::{NetEffect, NetEvent, Request, Trouble};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Answers with the status in its path, and counts.
async fn statuses() -> (String, Arc<AtomicUsize>) {
    let hits = Arc::new(AtomicUsize::new(0));
    let (counted, also) = (hits.clone(), hits.clone());
    let by_status = async move |Path(status): Path<u16>| {
        counted.fetch_add(1, Relaxed);
        StatusCode::from_u16(status).unwrap()
    };
    let never = async move || {
        also.fetch_add(1, Relaxed);
        std::future::pending::<()>().await
    };
    let socket = async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async |mut socket| while socket.recv().await.is_some() {})
    };
    let router = Router::new()
        .route("/{status}", route(by_status))
        .route("/never", route(never))
        .route("/socket", route(socket));
    (serve(router).await, hits)
}

async fn status(talk: &mut Talk, url: String) -> Result<u16, Trouble> {
    talk.ask(get(&url)).await.map(|(status, _, _)| status)
}

#[tokio::test]
async fn an_origin_that_is_down_fails_at_once_and_a_probe_finds_it_up() {
    let (down, hits) = statuses().await;
    let (other, _) = statuses().await;
    let mut setup = Setup::at(&[&down, &other]);
    setup.limits.breaker.failures = 3;
    setup.limits.breaker.pause = Duration::from_millis(500);
    let mut talk = setup.start();
    for _ in 0..3 {
        assert_eq!(status(&mut talk, format!("{down}/500")).await, Ok(500));
    }
    let opened = Instant::now();
    assert_eq!(status(&mut talk, format!("{down}/200")).await, Err(Trouble::Overloaded));
    talk.session.carry(socket(&format!("{down}/socket")));
    assert_eq!(talk.next().await, NetEvent::Failed { ticket: 7, trouble: Trouble::Overloaded });
    assert_eq!(hits.load(Relaxed), 3, "nothing was asked");
    assert!(opened.elapsed() < Duration::from_millis(400));
    assert_eq!(status(&mut talk, format!("{other}/200")).await, Ok(200), "each origin has its own");

    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(status(&mut talk, format!("{down}/503")).await, Ok(503), "the probe");
    assert_eq!(status(&mut talk, format!("{down}/200")).await, Err(Trouble::Overloaded));
    tokio::time::sleep(Duration::from_millis(500)).await;
    for _ in 0..2 {
        assert_eq!(status(&mut talk, format!("{down}/200")).await, Ok(200));
    }
    let metered = talk.metered_at(&down);
    assert_eq!((metered.server_errors, metered.failures.overloaded, metered.answers), (4, 3, 6));
}

#[tokio::test]
async fn a_probe_that_is_cancelled_makes_way_for_another() {
    let (down, hits) = statuses().await;
    let mut setup = Setup::at(&[&down]);
    setup.limits.breaker.failures = 1;
    setup.limits.breaker.pause = Duration::ZERO;
    let mut talk = setup.start();
    assert_eq!(status(&mut talk, format!("{down}/500")).await, Ok(500));
    talk.session.carry(NetEffect::Ask(Request { ticket: 2, ..get(&format!("{down}/never")) }));
    while hits.load(Relaxed) < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(status(&mut talk, format!("{down}/200")).await, Err(Trouble::Overloaded));
    talk.session.carry(NetEffect::Close { ticket: 2, code: 0 });
    // What is cancelled is gone a moment later.
    while status(&mut talk, format!("{down}/200")).await != Ok(200) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_plugin_has_so_many_open_and_one_more_waits_its_bound() {
    let (origin, _) = statuses().await;
    let (other, _) = statuses().await;
    let mut setup = Setup::at(&[&origin, &other]);
    setup.limits.load.open = 1;
    setup.limits.load.wait = Duration::from_millis(300);
    let mut talk = setup.start();
    talk.session.carry(socket(&format!("{origin}/socket")));
    assert!(matches!(talk.next().await, NetEvent::Opened(_)));
    let asked = Instant::now();
    assert_eq!(status(&mut talk, format!("{origin}/200")).await, Err(Trouble::Overloaded));
    assert!(asked.elapsed() >= Duration::from_millis(300));
    assert_eq!(status(&mut talk, format!("{other}/200")).await, Ok(200), "each origin has its own");

    talk.session.carry(NetEffect::Ask(get(&format!("{origin}/200"))));
    talk.session.carry(NetEffect::Close { ticket: 7, code: 1000 });
    assert!(matches!(talk.next().await, NetEvent::Closed { .. }));
    assert_eq!(talk.answer().await.unwrap().0, 200, "it waited for the socket's place");
}

#[tokio::test]
async fn a_plugin_asks_so_many_a_second() {
    let (origin, hits) = statuses().await;
    let mut setup = Setup::at(&[&origin]);
    setup.limits.load.per_second = 2;
    setup.limits.load.wait = Duration::from_millis(700);
    let mut talk = setup.start();
    let asked = Instant::now();
    for ticket in 0..5 {
        talk.session.carry(NetEffect::Ask(Request { ticket, ..get(&format!("{origin}/200")) }));
    }
    let mut overloaded = 0;
    let mut ended = 0;
    while overloaded + ended < 5 {
        match talk.next().await {
            NetEvent::Failed { trouble, .. } => {
                assert_eq!(trouble, Trouble::Overloaded);
                overloaded += 1;
            }
            NetEvent::Ended { .. } => ended += 1,
            _ => {}
        }
    }
    // Two at once, a third after 500 ms; the fourth's turn would come after 1000.
    assert_eq!((ended, overloaded, hits.load(Relaxed)), (3, 2, 3));
    assert!(asked.elapsed() >= Duration::from_millis(500));
}

#[tokio::test]
async fn an_origin_that_is_asked_too_much_leaves_the_others_alone() {
    let (busy, _) = statuses().await;
    let (other, _) = statuses().await;
    let mut setup = Setup::at(&[&busy, &other]);
    setup.limits.breaker.failures = 1;
    setup.limits.load.open = 1;
    let mut talk = setup.start();
    for _ in 0..5 {
        assert_eq!(status(&mut talk, format!("{busy}/429")).await, Ok(429));
        assert_eq!(status(&mut talk, format!("{other}/200")).await, Ok(200));
    }
    assert_eq!(status(&mut talk, format!("{busy}/200")).await, Ok(200), "who says 429 is up");
    let (at_busy, at_other) = (talk.metered_at(&busy), talk.metered_at(&other));
    assert_eq!((at_busy.answers, at_busy.client_errors), (6, 5));
    assert_eq!((at_other.answers, at_other.client_errors, at_other.failures.total()), (5, 0, 0));
}

#[tokio::test]
async fn an_origin_may_have_limits_of_its_own() {
    let (slow, _) = statuses().await;
    let (other, _) = statuses().await;
    let mut setup = Setup::at(&[&slow, &other]);
    let short = Limits { answer: Duration::from_millis(50), ..setup.limits.clone() };
    setup.options.per_origin.insert(Origin::of(&slow).unwrap(), short);
    setup.limits.answer = Duration::from_secs(1);
    let mut talk = setup.start();
    for (origin, least, most) in [(slow, 50, 1000), (other, 1000, 10_000)] {
        let asked = Instant::now();
        assert_eq!(status(&mut talk, format!("{origin}/never")).await, Err(Trouble::TimeOut));
        let took = asked.elapsed().as_millis();
        assert!((least..most).contains(&took), "{took}");
    }
}

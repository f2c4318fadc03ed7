use crate::peer::{Setup, get, heard, serve, socket};
use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get as route;
use closare_egress::Credential;
use closare_terms::network::{NetEffect, NetEvent, Request, Trouble};
use std::io::Write;
use std::sync::{Arc, Mutex};

const SECRET: &str = "sk-live-1234";

fn router() -> Router {
    Router::new().route("/", route(|headers: HeaderMap| async move { heard(&headers) }))
}

fn bearer() -> Credential {
    Credential::Bearer { value: "{{secret:KEY}}".into() }
}

fn with_key(url: &str) -> Request {
    Request { credential: Some("key".into()), ..get(url) }
}

#[tokio::test]
async fn a_secret_reaches_its_origin_and_no_other() {
    let (home, elsewhere) = (serve(router()).await, serve(router()).await);
    let mut talk = Setup::at(&[&home, &elsewhere]).credential(bearer()).secret(SECRET, &home).start();
    let body = talk.ask(with_key(&home)).await.unwrap().2;
    assert_eq!(body, "authorization=Bearer sk-live-1234 x-key=-");
    assert_eq!(talk.ask(get(&home)).await.unwrap().2, "authorization=- x-key=-");

    assert_eq!(talk.ask(with_key(&elsewhere)).await, Err(Trouble::NotAllowed));
    let header = vec![("x-key".to_owned(), "{{secret:KEY}}".to_owned())];
    assert_eq!(talk.ask(Request { headers: header, ..get(&elsewhere) }).await, Err(Trouble::NotAllowed));
    assert_eq!(talk.ask(get(&format!("{elsewhere}/{{{{secret:KEY}}}}"))).await, Err(Trouble::NotAllowed));
    assert_eq!(talk.ask(get(&elsewhere)).await.unwrap().2, "authorization=- x-key=-");
}

#[tokio::test]
async fn an_origin_that_is_not_declared_is_not_reached() {
    let (declared, other) = (serve(router()).await, serve(router()).await);
    let mut setup = Setup::at(&[&declared, &other]);
    setup.grant.origins.pop();
    let mut talk = setup.start();
    assert_eq!(talk.ask(get(&other)).await, Err(Trouble::NotAllowed));
    talk.session.carry(socket(&other));
    assert_eq!(talk.next().await, NetEvent::Failed { ticket: 7, trouble: Trouble::NotAllowed });
}

#[tokio::test]
async fn a_private_address_is_reached_only_where_the_operator_allowed_the_origin() {
    let by_address = serve(router()).await;
    let by_name = by_address.replace("127.0.0.1", "localhost");
    let mut setup = Setup::at(&[&by_address, &by_name]);
    setup.allow_private.clear();
    let mut talk = setup.start();
    for url in [&by_address, &by_name] {
        assert_eq!(talk.ask(get(url)).await, Err(Trouble::NotAllowed), "{url}");
        talk.session.carry(socket(url));
        assert_eq!(talk.next().await, NetEvent::Failed { ticket: 7, trouble: Trouble::NotAllowed }, "{url}");
    }
    let mut talk = Setup::at(&[&by_name]).start();
    assert_eq!(talk.ask(get(&by_name)).await.unwrap().0, 200);
}

#[tokio::test]
async fn nothing_that_is_logged_holds_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    // Of all tests of this binary: a subscriber of one thread misses what another thread saw first.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();

    let (home, elsewhere) = (serve(router()).await, serve(router()).await);
    let mut talk = Setup::at(&[&home, &elsewhere, "http://127.0.0.1:1"])
        .credential(Credential::Query { name: "key".into(), value: "{{secret:KEY}}".into() })
        .secret(SECRET, &home)
        .start();
    talk.ask(with_key(&home)).await.unwrap();
    talk.ask(get(&format!("{home}/?k={{{{secret:KEY}}}}"))).await.unwrap();
    talk.ask(with_key(&elsewhere)).await.unwrap_err();
    talk.ask(get("http://127.0.0.1:1")).await.unwrap_err();
    talk.session.carry(socket(&format!("{home}/a-path")));
    assert!(matches!(talk.next().await, NetEvent::Refused { .. }));

    for in_body in [false, true] {
        crate::oauth::use_a_token(in_body).await;
    }

    // A session that goes wrong in a loop says so, and not for ever.
    let by_name = home.replace("127.0.0.1", "localhost");
    let mut setup = Setup::at(&[&by_name]);
    setup.allow_private.clear();
    let mut inside = setup.start();
    inside.session.carry(NetEffect::More { ticket: 9, bytes: vec![0] });
    for _ in 0..18 {
        inside.ask(get(&by_name)).await.unwrap_err();
    }

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("may not go to"), "the log says why a request was refused: {text}");
    assert!(!text.contains(SECRET), "{text}");
    for part in crate::oauth::secret_parts() {
        assert!(!text.contains(&part), "{part} in {text}");
    }
    assert!(text.contains("what=Token end=\"whole\" status=400"), "{text}");
    let private = format!("plugin=test error=expected a public address, found a private one at `{by_name}`");
    assert_eq!(text.matches(&private).count(), 15, "{text}");
    assert!(
        text.contains("expected an open ticket, found a closed one: nothing is sent plugin=test ticket=9")
    );
    for end in ["end=\"whole\" status=200 latency_ms=", "end=\"failed\" trouble=Connect whole_ms="] {
        assert!(text.contains(end), "each exchange is traced: {text}");
    }
    let ours = || text.lines().filter(|line| line.contains("closare_egress"));
    assert!(ours().any(|line| line.contains(&format!("plugin=test origin={home} what=Socket"))), "{text}");
    assert!(!ours().any(|line| line.contains("a-path")), "{text}");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

//! Tokens that the door asks for itself, from a token server of the tests.

use crate::peer::{Setup, Talk, get, post, serve, socket};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get as route, post as route_post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use closare_egress::{Credential, OauthClient, Origin};
use closare_terms::network::{Body, NetEffect, NetEvent, Request, Socket, Trouble};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

const CLIENT_SECRET: &str = "s:cret/1 +";

/// Gives `token-1`, `token-2`…; the API beside it takes whatever isn't revoked.
#[derive(Clone, Default)]
struct Server {
    /// What was asked: the header and the body.
    asked: Arc<Mutex<Vec<(String, String)>>>,
    /// What is answered instead of a token, one after the other.
    instead: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
    expires_in: Arc<Mutex<Option<u64>>>,
    revoked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn router(&self) -> Router {
        Router::new()
            .route("/token", route_post(token))
            .route("/api", route(api).post(api))
            .with_state(self.clone())
    }

    fn minted(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn answers(&self, status: u16, body: &'static str) {
        self.instead.lock().unwrap().push_back((status, body));
    }

    fn revokes(&self, token: &str) {
        self.revoked.lock().unwrap().push(format!("Bearer {token}"));
    }
}

async fn token(State(server): State<Server>, headers: HeaderMap, body: String) -> impl IntoResponse {
    let authorization = headers.get("authorization").map_or("-", |value| value.to_str().unwrap());
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    let count = {
        let mut asked = server.asked.lock().unwrap();
        asked.push((authorization.to_owned(), body));
        asked.len()
    };
    if let Some((status, body)) = server.instead.lock().unwrap().pop_front() {
        return (StatusCode::from_u16(status).unwrap(), body.to_owned());
    }
    let expires = server.expires_in.lock().unwrap().unwrap_or(3600);
    let body = format!(r#"{{"access_token":"token-{count}","token_type":"Bearer","expires_in":{expires}}}"#);
    (StatusCode::OK, body)
}

async fn api(State(server): State<Server>, headers: HeaderMap, body: String) -> impl IntoResponse {
    let authorization = headers.get("authorization").map_or("-", |value| value.to_str().unwrap()).to_owned();
    let status = match server.revoked.lock().unwrap().contains(&authorization) {
        true => StatusCode::UNAUTHORIZED,
        false => StatusCode::OK,
    };
    (status, format!("{authorization} {body}"))
}

fn client(token_at: &str, api: &str, in_body: bool) -> Credential {
    Credential::OauthClient(OauthClient {
        token_url: format!("{token_at}/token"),
        client_id: "our id".into(),
        client_secret: "{{secret:KEY}}".into(),
        scopes: "a b".into(),
        in_body,
        origins: vec![Origin::of(api).unwrap()],
    })
}

/// A token server and an API, each with an origin of its own; the plugin may reach the API alone.
struct Two {
    server: Server,
    token_at: String,
    api: String,
}

impl Two {
    async fn new() -> Two {
        let server = Server::default();
        let (token_at, api) = (serve(server.router()).await, serve(server.router()).await);
        Two { server, token_at, api }
    }

    fn setup(&self, in_body: bool) -> Setup {
        let mut setup = Setup::at(&[&self.api])
            .credential(client(&self.token_at, &self.api, in_body))
            .secret(CLIENT_SECRET, &self.token_at);
        setup.allow_private.push(Origin::of(&self.token_at).unwrap());
        setup.limits.retry.pause = std::time::Duration::from_millis(5);
        setup
    }

    fn signed(&self) -> Request {
        Request { credential: Some("key".into()), ..get(&format!("{}/api", self.api)) }
    }
}

/// For the test of the log: a token that is used, and one that is refused by a server that repeats what it was sent.
pub async fn use_a_token(in_body: bool) {
    let two = Two::new().await;
    let mut talk = two.setup(in_body).start();
    heard(&mut talk, two.signed()).await.unwrap();
    two.server.revokes("token-1");
    two.server.answers(400, r#"{"error": "s:cret/1 +", "error_description": "s:cret/1 +"}"#);
    assert_eq!(heard(&mut talk, two.signed()).await.unwrap().0, 401);
}

/// The secret and the token in the forms in which they leave.
pub fn secret_parts() -> Vec<String> {
    let pair = BASE64_STANDARD.encode("our+id:s%3Acret%2F1+%2B");
    [CLIENT_SECRET, "s%3Acret%2F1+%2B", &pair, "token-1"].map(str::to_owned).into()
}

async fn heard(talk: &mut Talk, request: Request) -> Result<(u16, String), Trouble> {
    talk.ask(request).await.map(|(status, _, body)| (status, body))
}

fn ok(body: &str) -> Result<(u16, String), Trouble> {
    Ok((200, body.to_owned()))
}

#[tokio::test]
async fn a_token_is_asked_for_as_rfc_6749_says_and_kept() {
    let two = Two::new().await;
    let mut talk = two.setup(false).start();
    for _ in 0..3 {
        assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-1 "));
    }
    let pair = BASE64_STANDARD.encode("our+id:s%3Acret%2F1+%2B");
    let form = "grant_type=client_credentials&scope=a+b";
    assert_eq!(*two.server.asked.lock().unwrap(), [(format!("Basic {pair}"), form.to_owned())]);
    assert_eq!(talk.metered_at(&two.token_at).requests, 1);
    assert_eq!(talk.metered_at(&two.api).requests, 3);

    let two = Two::new().await;
    let mut talk = two.setup(true).start();
    assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-1 "));
    let form = format!("{form}&client_id=our+id&client_secret=s%3Acret%2F1+%2B");
    assert_eq!(*two.server.asked.lock().unwrap(), [("-".to_owned(), form)]);
}

#[tokio::test]
async fn it_is_minted_again_at_its_end_and_for_other_secrets() {
    let two = Two::new().await;
    *two.server.expires_in.lock().unwrap() = Some(0);
    let mut talk = two.setup(false).start();
    assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-1 "));
    *two.server.expires_in.lock().unwrap() = None;
    for _ in 0..2 {
        assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-2 "));
    }
    talk.egress.set_secrets(Setup::at(&[]).secret("another", &two.token_at).secrets);
    assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-3 "));
}

#[tokio::test]
async fn many_sessions_at_once_share_one() {
    let two = Two::new().await;
    let setup = two.setup(false);
    let grant = setup.grant.clone();
    let mut talk = setup.start();
    let (told, mut events) = tokio::sync::mpsc::unbounded_channel();
    let sessions: Vec<_> = (0..20)
        .map(|_| {
            let told = told.clone();
            let deliver = move |event| drop(told.send(event));
            let session = talk.egress.session(grant.clone(), deliver, || true);
            session.carry(NetEffect::Ask(two.signed()));
            session
        })
        .collect();
    let mut ended = 0;
    while ended < sessions.len() {
        match events.recv().await.unwrap() {
            NetEvent::Chunk { bytes, .. } => assert_eq!(bytes, b"Bearer token-1 "),
            NetEvent::Answered(head) => assert_eq!(head.status, 200),
            NetEvent::Ended { .. } => ended += 1,
            event => panic!("expected an answer, found {event:?}"),
        }
    }
    assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-1 "));
    assert_eq!(two.server.minted(), 1);
}

#[tokio::test]
async fn a_refused_token_is_minted_anew_and_the_request_repeated_once() {
    let two = Two::new().await;
    let mut setup = two.setup(false);
    // With one place at the API a request must not hold it while its token is minted.
    setup.limits.load.open = 1;
    let mut talk = setup.start();
    let body = Request { credential: Some("key".into()), ..post(&format!("{}/api", two.api), "text") };
    assert_eq!(heard(&mut talk, body.clone()).await, ok("Bearer token-1 text"));
    two.server.revokes("token-1");
    assert_eq!(heard(&mut talk, body.clone()).await, ok("Bearer token-2 text"));
    assert_eq!(talk.metered_at(&two.api).retries, 1);

    // The next one is refused as well: that is told.
    for token in ["token-2", "token-3"] {
        two.server.revokes(token);
    }
    assert_eq!(heard(&mut talk, body).await, Ok((401, "Bearer token-3 text".to_owned())));
    assert_eq!(two.server.minted(), 3);

    // A body that streamed by can't be sent again; the one after it has a new token.
    let streamed = Request { body: Body::Streamed, method: "POST".into(), ..two.signed() };
    talk.session.carry(NetEffect::Ask(streamed));
    talk.session.carry(NetEffect::End { ticket: 1 });
    assert_eq!(talk.answer().await.unwrap().0, 401);
    assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-4 "));
}

#[tokio::test]
async fn a_socket_has_a_token_too() {
    let two = Two::new().await;
    let mut talk = two.setup(false).start();
    let NetEffect::Open(plain) = socket(&format!("{}/api", two.api)) else { panic!("a socket") };
    let signed = Socket { credential: Some("key".into()), ..plain };
    two.server.revokes("token-1");
    talk.session.carry(NetEffect::Open(signed.clone()));
    // No WebSocket is spoken there, and it tells whom it heard.
    let NetEvent::Refused { head, body } = talk.next().await else { panic!("expected a refusal") };
    assert_eq!((head.status, String::from_utf8(body).unwrap()), (200, "Bearer token-2 ".to_owned()));

    two.server.revokes("token-2");
    two.server.answers(401, "");
    talk.session.carry(NetEffect::Open(signed));
    let NetEvent::Refused { head, body } = talk.next().await else { panic!("expected a refusal") };
    assert_eq!((head.status, body), (401, vec![]));
}

#[tokio::test]
async fn what_the_token_server_refuses_is_unauthorized_and_its_failures_are_unavailable() {
    let two = Two::new().await;
    let mut talk = two.setup(false).start();
    two.server.answers(401, r#"{"error": "invalid_client"}"#);
    assert_eq!(heard(&mut talk, two.signed()).await, Ok((401, String::new())));
    two.server.answers(200, "no token");
    assert_eq!(heard(&mut talk, two.signed()).await, Err(Trouble::Overloaded));
    assert_eq!(talk.metered_at(&two.token_at).failures.total(), 0, "both were answers");
    // Busy once: it is asked again.
    two.server.answers(503, "");
    assert_eq!(heard(&mut talk, two.signed()).await, ok("Bearer token-4 "));

    let mut setup = two.setup(false).credential(client("http://127.0.0.1:1", &two.api, false));
    setup.allow_private.push(Origin::of("http://127.0.0.1:1").unwrap());
    let mut talk = setup.secret(CLIENT_SECRET, "http://127.0.0.1:1").start();
    assert_eq!(heard(&mut talk, two.signed()).await, Err(Trouble::Connect));
    heard(&mut talk, two.signed()).await.unwrap_err();
    assert_eq!(heard(&mut talk, two.signed()).await, Err(Trouble::Overloaded), "its breaker is open");
}

#[tokio::test]
async fn secret_and_token_go_nowhere_else() {
    let two = Two::new().await;
    // The secret wasn't given to the token server.
    let mut talk = two.setup(false).secret(CLIENT_SECRET, &two.api).start();
    assert_eq!(heard(&mut talk, two.signed()).await, Err(Trouble::NotAllowed));
    // A token server inside that the operator didn't allow; one without TLS; one whose URL has a user.
    let mut setup = two.setup(false);
    setup.allow_private.pop();
    let mut talk = setup.start();
    assert_eq!(heard(&mut talk, two.signed()).await, Err(Trouble::NotAllowed));
    for url in ["http://auth.example.com", "https://127.0.0.1:1", "https://me@auth.example.com"] {
        let setup = two.setup(false).credential(client(url, &two.api, false)).secret(CLIENT_SECRET, url);
        assert_eq!(heard(&mut setup.start(), two.signed()).await, Err(Trouble::NotAllowed), "{url}");
    }
    assert_eq!(two.server.minted(), 0);

    // An origin that a workflow's option named gets the token once the operator gave it the secret.
    let optional = client(&two.token_at, "https://own.example.com", false);
    let mut talk = two.setup(false).credential(optional.clone()).start();
    assert_eq!(heard(&mut talk, two.signed()).await, Err(Trouble::NotAllowed));
    let mut setup = two.setup(false).credential(optional);
    let both = [&two.token_at, &two.api].map(|url| Origin::of(url).unwrap());
    setup.secrets.set("KEY", CLIENT_SECRET, both.to_vec());
    assert_eq!(heard(&mut setup.start(), two.signed()).await, ok("Bearer token-1 "));
}

#[tokio::test]
async fn a_dropped_session_leaves_the_token_to_those_who_wait() {
    let two = Two::new().await;
    let setup = two.setup(false);
    let grant = setup.grant.clone();
    let mut talk = setup.start();
    let first = talk.egress.session(grant, |_| {}, || true);
    first.carry(NetEffect::Ask(two.signed()));
    talk.session.carry(NetEffect::Ask(two.signed()));
    while two.server.minted() == 0 {
        tokio::task::yield_now().await;
    }
    drop(first);
    assert_eq!(talk.answer().await.unwrap().2, "Bearer token-1 ");
    assert_eq!(two.server.minted(), 1);
}

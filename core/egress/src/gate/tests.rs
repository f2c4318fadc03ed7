use super::*;
use crate::{Egress, EgressConfig, EgressOptions, NetSession};
use closare_terms::network::{Body, NetEffect, NetEvent, Request, Socket, Trouble};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

#[test]
fn public_addresses() {
    for ip in
        ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
    {
        assert!(is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn private_addresses_in_all_their_forms() {
    for ip in [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001::1",
        "::127.0.0.1",
        "64:ff9b:1::1",
    ] {
        assert!(!is_public(ip.parse().unwrap()), "{ip}");
    }
}

#[test]
fn a_name_with_mixed_addresses_keeps_the_public_ones() {
    let found =
        |ips: &[&str]| ips.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect::<Vec<_>>();
    let mixed = found(&["10.0.0.1", "1.1.1.1", "::1"]);
    assert_eq!(within(Reach::Public, is_public, mixed.clone()).unwrap(), found(&["1.1.1.1"]));
    assert_eq!(within(Reach::Anywhere, is_public, mixed.clone()).unwrap(), mixed);
    assert!(within(Reach::Public, is_public, found(&["10.0.0.1", "::1"])).is_err());
    assert!(within(Reach::Public, is_public, vec![]).unwrap().is_empty());
}

#[test]
fn only_declared_origins_pass_and_private_ones_only_if_allowed() {
    let origin = |url| Origin::of(url).unwrap();
    let grant = Grant {
        plugin: "test".into(),
        origins: vec![
            origin("https://api.example.com"),
            origin("http://127.0.0.1:9"),
            origin("http://[::1]:9"),
            origin("http://[fc00::1]:9"),
            origin("http://[::ffff:127.0.0.1]:9"),
        ],
        credentials: Default::default(),
        secrets: Default::default(),
        in_first_message: false,
    };
    let check = |url: &str, allowed: &[Origin]| {
        admit(&Url::parse(url).unwrap(), &grant, allowed).map(|p| p.reach).map_err(|e| e.to_string())
    };
    assert_eq!(check("wss://api.example.com/a", &[]), Ok(Reach::Public));
    assert_eq!(check("http://127.1:9/", &[origin("http://127.0.0.1:9")]), Ok(Reach::Anywhere));
    insta::assert_snapshot!(check("https://evil.example/", &[]).unwrap_err(),
        @"expected an origin that the manifest declares, found `https://evil.example`");
    insta::assert_snapshot!(check("http://127.0.0.1:9/", &[]).unwrap_err(),
        @"expected a public address, found a private one at `http://127.0.0.1:9`; the operator may allow this origin");
    insta::assert_snapshot!(check("http://[::1]:9/", &[origin("http://127.0.0.1:9")]).unwrap_err(),
        @"expected a public address, found a private one at `http://[::1]:9`; the operator may allow this origin");
    for url in ["http://[fc00::1]:9/", "ws://[::ffff:127.0.0.1]:9/", "ws://[::ffff:7f00:1]:9/"] {
        assert!(check(url, &[]).unwrap_err().starts_with("expected a public address"), "{url}");
    }
    insta::assert_snapshot!(check("https://me:pw@api.example.com/", &[]).unwrap_err(),
        @"expected no user or password in a URL to `https://api.example.com`; name a credential");
}

/// Each test server answers with its own address, on a port that all of them share.
async fn servers(ips: &[&str]) -> u16 {
    let first = TcpListener::bind((ips[0], 0)).await.unwrap();
    let port = first.local_addr().unwrap().port();
    let mut listeners = vec![first];
    for &ip in &ips[1..] {
        listeners.push(TcpListener::bind((ip, port)).await.unwrap());
    }
    for listener in listeners {
        let ip = listener.local_addr().unwrap().ip().to_string();
        let router = axum::Router::new().fallback(|| async { ([("connection", "close")], ip) });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    }
    port
}

/// A door where `rebind.test` has these addresses, one set a look-up, and 127.0.0.1 counts as public.
struct Rebinding {
    session: NetSession,
    told: UnboundedReceiver<NetEvent>,
    lookups: Arc<AtomicUsize>,
    url: String,
}

impl Rebinding {
    fn start(port: u16, answers: &'static [&'static [&'static str]]) -> Rebinding {
        let lookups = Arc::new(AtomicUsize::new(0));
        let counted = lookups.clone();
        let find = move |name: String| -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
            assert_eq!(name, "rebind.test");
            let ips = answers[counted.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1)];
            let found = ips.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
            Box::pin(std::future::ready(Ok(found)))
        };
        let as_public: fn(IpAddr) -> bool = |ip| ip == IpAddr::from([127, 0, 0, 1]) || is_public(ip);
        let names = Names { find: Arc::new(find), is_public: as_public };
        let egress = Egress::open(EgressConfig::default(), EgressOptions::default(), names).unwrap();
        let url = format!("http://rebind.test:{port}");
        let grant = Grant {
            plugin: "test".into(),
            origins: vec![Origin::of(&url).unwrap()],
            credentials: Default::default(),
            secrets: Default::default(),
            in_first_message: false,
        };
        let (tell, told) = unbounded_channel();
        let session = egress.session(grant, move |event| drop(tell.send(event)), || true);
        Rebinding { session, told, lookups, url }
    }

    /// The body, which is the address of who answered.
    async fn ask(&mut self) -> Result<String, Trouble> {
        let (url, method) = (self.url.clone(), "GET".to_owned());
        let (credential, time_limit, repeatable) = (None, None, true);
        let (ticket, headers, body) = (1, vec![], Body::None);
        let request = Request { ticket, method, url, headers, body, credential, time_limit, repeatable };
        self.session.carry(NetEffect::Ask(request));
        self.end().await
    }

    /// The same, by an upgrade: it is refused by the test server, with its address.
    async fn open(&mut self) -> Result<String, Trouble> {
        let (url, headers, protocols) = (self.url.replace("http", "ws"), vec![], vec![]);
        self.session.carry(NetEffect::Open(Socket { ticket: 1, url, headers, protocols, credential: None }));
        self.end().await
    }

    async fn end(&mut self) -> Result<String, Trouble> {
        let mut whole = vec![];
        loop {
            match self.told.recv().await.unwrap() {
                NetEvent::Failed { trouble, .. } => return Err(trouble),
                NetEvent::Chunk { bytes, .. } => whole.extend(bytes),
                NetEvent::Ended { .. } => return Ok(String::from_utf8(whole).unwrap()),
                NetEvent::Refused { body, .. } => return Ok(String::from_utf8(body).unwrap()),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn a_name_that_turns_private_after_the_check_gains_nothing() {
    let port = servers(&["127.0.0.1", "127.0.0.2"]).await;
    let answers: &[&[&str]] = &[&["127.0.0.1"], &["127.0.0.2"]];
    let mut by_request = Rebinding::start(port, answers);
    assert_eq!(by_request.ask().await.as_deref(), Ok("127.0.0.1"));
    assert_eq!(by_request.lookups.load(Ordering::Relaxed), 1, "what was checked is what was connected to");
    assert_eq!(by_request.ask().await, Err(Trouble::NotAllowed), "and it is checked for each connection");

    let mut by_socket = Rebinding::start(port, answers);
    assert_eq!(by_socket.open().await.as_deref(), Ok("127.0.0.1"));
    assert_eq!(by_socket.lookups.load(Ordering::Relaxed), 1);
    assert_eq!(by_socket.open().await, Err(Trouble::NotAllowed));
}

#[tokio::test]
async fn of_mixed_addresses_only_the_public_one_is_connected_to() {
    let port = servers(&["127.0.0.1", "127.0.0.2"]).await;
    let mut talk = Rebinding::start(port, &[&["127.0.0.2", "::1", "127.0.0.1", "10.0.0.1"]]);
    assert_eq!(talk.ask().await.as_deref(), Ok("127.0.0.1"));
    assert_eq!(talk.open().await.as_deref(), Ok("127.0.0.1"));
}

#[tokio::test]
async fn no_private_address_of_any_family_is_connected_to() {
    let port = servers(&["127.0.0.2", "::1"]).await;
    for answer in [
        &["127.0.0.2"],
        &["::1"],
        &["::ffff:127.0.0.2"],
        &["::ffff:127.0.0.1"],
        &["fc00::1"],
        &["fd00::1"],
        &["fe80::1"],
    ] as [&'static [&'static str]; 7]
    {
        let answers: &'static [&'static [&'static str]] = Box::leak(vec![answer].into_boxed_slice());
        let mut talk = Rebinding::start(port, answers);
        assert_eq!(talk.ask().await, Err(Trouble::NotAllowed), "{answer:?}");
        assert_eq!(talk.open().await, Err(Trouble::NotAllowed), "{answer:?}");
    }
}

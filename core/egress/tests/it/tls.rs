//! Over real TLS: an authority of the tests' own, and servers that it vouches for.

use crate::peer::{Setup, get, socket};
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get as route;
use axum::serve::Listener;
use closare_egress::{Credential, Root};
use closare_terms::network::{NetEffect, NetEvent, Request, Trouble};
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority { certificate: params.self_signed(&key).unwrap(), issuer: Issuer::new(params, key) }
    }

    fn acceptor(&self, name: &str, protocol: &[u8]) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let chain = vec![params.signed_by(&key, &self.issuer).unwrap().der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = builder.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![protocol.to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    fn pem(&self) -> Vec<Root> {
        vec![Root::Pem(self.certificate.pem())]
    }
}

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    connections: Arc<AtomicUsize>,
}

impl Tls {
    async fn bind(acceptor: TlsAcceptor) -> (String, Tls) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        (origin, Tls { listener, acceptor, connections: Arc::default() })
    }
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            // A client that doesn't trust us ends here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                self.connections.fetch_add(1, Relaxed);
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Speaks HTTP/1.1; gives its origin and how many shook hands.
async fn serve(acceptor: TlsAcceptor) -> (String, Arc<AtomicUsize>) {
    let (origin, tls) = Tls::bind(acceptor).await;
    let connections = tls.connections.clone();
    let echo = async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async |mut socket| {
            while let Some(Ok(message)) = socket.recv().await {
                let _ = socket.send(message).await;
            }
        })
    };
    let router = Router::new().route("/", route(|| async { "hello" })).route("/socket", route(echo));
    tokio::spawn(async move { axum::serve(tls, router).await.unwrap() });
    (origin, connections)
}

fn trusting(origin: &str, roots: Vec<Root>) -> Setup {
    let mut setup = Setup::at(&[origin]);
    setup.options.roots = roots;
    setup
}

#[tokio::test]
async fn an_authority_of_the_operators_own_is_trusted_for_requests_and_sockets() {
    let authority = Authority::new();
    let (origin, connections) = serve(authority.acceptor("localhost", b"http/1.1")).await;
    for roots in [authority.pem(), vec![Root::Der(authority.certificate.der().to_vec())]] {
        let mut talk = trusting(&origin, roots).start();
        for _ in 0..3 {
            assert_eq!(talk.ask(get(&origin)).await.unwrap().2, "hello");
        }
        talk.session.carry(socket(&format!("{}/socket", origin.replace("https", "wss"))));
        assert!(matches!(talk.next().await, NetEvent::Opened(_)));
        talk.session.carry(NetEffect::Text { ticket: 7, text: "over TLS".into() });
        assert_eq!(talk.next().await, NetEvent::Text { ticket: 7, text: "over TLS".into() });
    }
    assert_eq!(connections.load(Relaxed), 4, "each door: one for three requests, one for the socket");
}

#[tokio::test]
async fn a_wrong_name_and_an_unknown_authority_are_troubles_of_tls() {
    let (authority, other) = (Authority::new(), Authority::new());
    for (acceptor, roots) in [
        (authority.acceptor("elsewhere.test", b"http/1.1"), authority.pem()),
        (authority.acceptor("localhost", b"http/1.1"), other.pem()),
        (authority.acceptor("localhost", b"http/1.1"), vec![]),
    ] {
        let (origin, _) = serve(acceptor).await;
        let mut talk = trusting(&origin, roots).start();
        assert_eq!(talk.ask(Request { repeatable: true, ..get(&origin) }).await, Err(Trouble::Tls));
        talk.session.carry(socket(&origin.replace("https", "wss")));
        assert_eq!(talk.next().await, NetEvent::Failed { ticket: 7, trouble: Trouble::Tls });
        assert_eq!(talk.metered().retries, 0, "it would be the same again");
    }
}

/// Speaks HTTP/2, and answers two requests for `/pair` of one connection only when both are there.
async fn serve_in_pairs(acceptor: TlsAcceptor) -> (String, Arc<AtomicUsize>) {
    let (origin, mut tls) = Tls::bind(acceptor).await;
    let connections = tls.connections.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = tls.accept().await;
            tokio::spawn(async move {
                let both = Arc::new(Barrier::new(2));
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    let both = both.clone();
                    tokio::spawn(async move {
                        if request.uri().path() == "/pair" {
                            both.wait().await;
                        }
                        let key = request.headers()["x-key"].as_bytes().to_vec();
                        let mut body = respond.send_response(Default::default(), false).unwrap();
                        body.send_data(key.into(), true).unwrap();
                    });
                }
            });
        }
    });
    (origin, connections)
}

#[tokio::test]
async fn http_2_has_many_requests_on_one_connection() {
    let authority = Authority::new();
    let (origin, connections) = serve_in_pairs(authority.acceptor("localhost", b"h2")).await;
    let key = Credential::Header { name: "x-key".into(), value: "{{secret:KEY}}".into() };
    let mut talk = trusting(&origin, authority.pem()).credential(key).secret("a-key", &origin).start();
    let keyed = |url: &str| Request { credential: Some("key".to_owned()), ..get(url) };
    assert_eq!(talk.ask(keyed(&origin)).await.unwrap().2, "a-key");
    for ticket in [1, 2] {
        talk.session.carry(NetEffect::Ask(Request { ticket, ..keyed(&format!("{origin}/pair")) }));
    }
    let mut bodies = vec![];
    while bodies.len() < 2 {
        match talk.next().await {
            NetEvent::Chunk { bytes, .. } => bodies.push(bytes),
            NetEvent::Answered(head) => assert_eq!(head.status, 200),
            NetEvent::Ended { .. } => {}
            event => panic!("expected an answer, found {event:?}"),
        }
    }
    assert_eq!(bodies, [b"a-key", b"a-key"]);
    assert_eq!(connections.load(Relaxed), 1);
}

//! A registrar by hand: challenges with SHA-256 and MD5, wants a longer interval, grants a shorter one.

use closare_telephony::digest::{Challenge, Credentials, answer};
use closare_telephony::{Account, Config, RegistrationState, Telephony};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::timeout;

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let found = request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    found.unwrap_or_default().trim()
}

fn reply(request: &str, status: &str, more: &str) -> String {
    let kept: String = ["Via", "From", "To", "Call-ID", "CSeq"]
        .iter()
        .map(|name| format!("{name}: {}\r\n", header(request, name)))
        .collect();
    format!("SIP/2.0 {status}\r\n{kept}{more}Content-Length: 0\r\n\r\n")
}

/// Recomputes what the client must have sent.
fn is_right(request: &str, challenge: &str, password: &str) -> bool {
    let authorization = header(request, "Authorization");
    let cnonce =
        authorization.split("cnonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let uri = request.split_whitespace().nth(1).unwrap();
    let who = Credentials { user: "trunk", password, realm: None };
    authorization == answer(&Challenge::parse(challenge).unwrap(), who, "REGISTER", uri, cnonce)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_registered_and_given_up() {
    let registrar = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let account = Account {
        registrar: format!("sip:{}", registrar.local_addr().unwrap()),
        user: "trunk".to_owned(),
        password: "secret".to_owned(),
        realm: Some("here".to_owned()),
        expires: 60,
    };
    let (telephony, _calls) =
        Telephony::start(Config { register: vec![account], ..Config::loopback() }).await.unwrap();

    let mut buffer = vec![0; 4_096];
    let mut call_ids = Vec::new();
    let mut exchange = async |answer: &dyn Fn(&str) -> String| {
        let (length, from) =
            timeout(Duration::from_secs(5), registrar.recv_from(&mut buffer)).await.unwrap().unwrap();
        let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
        assert!(request.starts_with("REGISTER sip:127.0.0.1"), "{request}");
        call_ids.push(header(&request, "Call-ID").to_owned());
        registrar.send_to(answer(&request).as_bytes(), from).await.unwrap();
        request
    };

    let sha = "Digest realm=\"here\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"";
    let challenges =
        format!("WWW-Authenticate: {sha}\r\nWWW-Authenticate: Digest realm=\"here\", nonce=\"n2\"\r\n");
    let first = exchange(&|request| reply(request, "401 Unauthorized", &challenges)).await;
    assert_eq!(header(&first, "Expires"), "60");
    exchange(&|request| {
        assert!(is_right(request, sha, "secret"), "{request}");
        reply(request, "423 Interval Too Brief", "Min-Expires: 120\r\n")
    })
    .await;
    exchange(&|request| {
        assert_eq!(header(request, "Expires"), "120");
        reply(request, "401 Unauthorized", &challenges)
    })
    .await;
    exchange(&|request| {
        let contact = header(request, "Contact");
        reply(request, "200 OK", &format!("Contact: {contact};expires=90\r\n"))
    })
    .await;

    let registered = async {
        while telephony.registrations()[0].state != (RegistrationState::Registered { expires: 90 }) {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), registered).await.unwrap();

    let ending = telephony.clone();
    let ending = tokio::spawn(async move { ending.shutdown().await });
    let last = exchange(&|request| reply(request, "200 OK", "")).await;
    assert_eq!(header(&last, "Expires"), "0");
    ending.await.unwrap();
    call_ids.dedup();
    assert_eq!(call_ids.len(), 1, "one Call-ID for all");
}

//! Single requests by hand, as a peer or a scanner would send them.

use crate::calls::{Heard, next, until};
use closare_telephony::{Config, Error, LegEvent, Party, Telephony};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio::time::timeout;

pub struct Peer {
    socket: UdpSocket,
    pub address: SocketAddr,
    server: SocketAddr,
}

impl Peer {
    pub async fn of(server: SocketAddr) -> Peer {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        Peer { socket, address, server }
    }

    /// A request with the usual headers; `more` are header lines, then perhaps an empty line and a body.
    pub fn request(&self, method: &str, cseq: u32, to_tag: &str, more: &str) -> String {
        let (me, server) = (self.address, self.server);
        let (headers, body) = more.split_once("\r\n\r\n").unwrap_or((more, ""));
        let headers = if headers.is_empty() { String::new() } else { format!("{}\r\n", headers.trim_end()) };
        format!(
            "{method} sip:100@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{method}{cseq};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:+49301@{me}>;tag=f1\r\nTo: <sip:100@{server}>{to_tag}\r\n\
             Call-ID: c1@{me}\r\nCSeq: {cseq} {method}\r\nContact: <sip:peer@{me}>\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    pub async fn send(&self, request: &str) {
        self.socket.send_to(request.as_bytes(), self.server).await.unwrap();
    }

    /// The next message that isn't provisional.
    pub async fn receive(&self) -> String {
        let mut buffer = vec![0; 4_096];
        loop {
            let (length, _) =
                timeout(Duration::from_secs(5), self.socket.recv_from(&mut buffer)).await.unwrap().unwrap();
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if !text.starts_with("SIP/2.0 1") {
                return text;
            }
        }
    }

    pub async fn ask(&self, request: &str) -> String {
        self.send(request).await;
        self.receive().await
    }

    pub async fn acknowledge(&self, response: &str, body: &str) {
        let more = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: application/sdp\r\n\r\n{body}")
        };
        self.send(&self.request("ACK", 1, &to_tag(response), &more)).await;
    }
}

pub fn to_tag(response: &str) -> String {
    let to = response.lines().find(|line| line.starts_with("To:")).unwrap();
    to.find(";tag=").map(|at| to[at..].to_owned()).unwrap_or_default()
}

fn sdp(address: SocketAddr, more: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 {}\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\n{more}",
        address.ip(),
        address.port()
    )
}

fn with_sdp(body: &str) -> String {
    format!("Content-Type: application/sdp\r\n\r\n{body}")
}

fn status(response: &str) -> u16 {
    response.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_outside_a_call() {
    let (server, _calls) = Telephony::start(Config::loopback()).await.unwrap();
    let peer = Peer::of(server.local_addr()).await;
    let options = peer.ask(&peer.request("OPTIONS", 1, "", "")).await;
    assert_eq!(status(&options), 200);
    assert!(options.contains("Allow: INVITE") && options.contains("Accept: application/sdp"), "{options}");

    let changed = |from: &str, to: &str| {
        let request = peer.request("OPTIONS", 2, "", "");
        assert!(request.contains(from));
        request.replace(from, to)
    };
    for (request, expected) in [
        (peer.request("REGISTER", 3, "", ""), 405),
        (peer.request("BYE", 4, ";tag=x", ""), 481),
        (peer.request("INFO", 5, "", ""), 481),
        (peer.request("INVITE", 6, "", "Require: foo, 100rel"), 420),
        (peer.request("INVITE", 7, "", "Content-Type: text/plain\r\n\r\nhello"), 415),
        (peer.request("INVITE", 8, "", &with_sdp("m=audio 1 RTP/AVP 0")), 400),
        (peer.request("INVITE", 9, "", &with_sdp(&sdp(peer.address, "").replace("AVP 0", "AVP 18"))), 488),
        (peer.request("DANCE", 10, "", ""), 501),
        (changed(" SIP/2.0\r\nVia", " SIP/7.0\r\nVia"), 505),
        (changed("2 OPTIONS", "2 INVITE"), 400),
        (changed(";tag=f1", ""), 400),
        (changed("OPTIONS sip:", "OPTIONS http:"), 416),
        (changed("Content-Length: 0", "Content-Length: 5"), 400),
    ] {
        let response = peer.ask(&request).await;
        assert_eq!(status(&response), expected, "{request}\n{response}");
    }
    assert!(server.counters().bad_messages >= 7, "{:?}", server.counters());
    assert_eq!(server.counters().no_codec, 2);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_isnt_allowed_gets_no_answer_and_too_many_get_503() {
    let allow = vec!["192.0.2.0/24".parse().unwrap()];
    let (closed, _calls) = Telephony::start(Config { allow, ..Config::loopback() }).await.unwrap();
    let peer = Peer::of(closed.local_addr()).await;
    peer.send(&peer.request("OPTIONS", 1, "", "")).await;
    let counted = async {
        while closed.counters().not_allowed == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), counted).await.unwrap();
    closed.shutdown().await;

    let config = Config { max_calls: 0, invites_per_second: 1, ..Config::loopback() };
    let (full, _calls) = Telephony::start(config).await.unwrap();
    let peer = Peer::of(full.local_addr()).await;
    for cseq in [1, 2] {
        let response = peer.ask(&peer.request("INVITE", cseq, "", &with_sdp(&sdp(peer.address, "")))).await;
        assert_eq!(status(&response), 503);
        assert!(response.contains("Retry-After: "), "{response}");
    }
    assert_eq!((full.counters().over_calls, full.counters().over_rate), (1, 1));
    full.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call() {
    let (here, _) = Telephony::start(Config::loopback()).await.unwrap();
    let (there, mut calls) = Telephony::start(Config::loopback()).await.unwrap();
    tokio::spawn(async move { next(&mut calls).await.refuse(486, "on the phone", Some(30)) });
    let uri = format!("sip:100@{};transport=tcp", there.local_addr());
    let refused = here.dial(&uri, "200", Instant::now(), Heard::default().tap()).await;
    assert!(matches!(refused, Err(Error::Refused { status: 486 })), "{refused:?}");
    here.shutdown().await;
    there.shutdown().await;
    assert_eq!((here.counters().calls, there.counters().calls), (0, 0));
}

/// The offer is in our 200, the answer in the ACK.
#[tokio::test(flavor = "multi_thread")]
async fn an_invite_without_an_offer() {
    let (server, mut calls) = Telephony::start(Config::loopback()).await.unwrap();
    let peer = Peer::of(server.local_addr()).await;
    peer.send(&peer.request("INVITE", 1, "", "")).await;
    let call = next(&mut calls).await;
    let answering = tokio::spawn(call.answer(Instant::now(), Heard::default().tap()));
    let ok = peer.receive().await;
    assert_eq!(status(&ok), 200);
    assert!(ok.contains("RTP/AVP 9 8 0 101"), "{ok}");

    let sound = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    peer.acknowledge(&ok, &sdp(sound.local_addr().unwrap(), "")).await;
    let mut leg = answering.await.unwrap().unwrap();
    let mut packet = [0; 400];
    let (length, _) = timeout(Duration::from_secs(5), sound.recv_from(&mut packet)).await.unwrap().unwrap();
    let (header, payload) = closare_media::rtp::parse(&packet[..length]).unwrap();
    assert_eq!((header.payload_type, payload.len(), header.marker), (0, 160, true));

    let again = peer.ask(&peer.request("INVITE", 2, &to_tag(&ok), "")).await;
    assert!(again.contains("RTP/AVP 9 8 0 101"), "all codecs again: {again}");
    peer.send(&peer.request(
        "ACK",
        2,
        &to_tag(&ok),
        &with_sdp(&sdp(sound.local_addr().unwrap(), "a=inactive\r\n")),
    ))
    .await;
    until(&mut leg, |event| matches!(event, LegEvent::Hold { on: true, .. })).await;

    let old = peer.ask(&peer.request("INFO", 1, &to_tag(&ok), "")).await;
    assert_eq!(status(&old), 500, "an old CSeq");
    let fax =
        with_sdp(&sdp(peer.address, "").replace("m=audio", "m=image").replace("RTP/AVP 0", "udptl t38"));
    let fax = peer.ask(&peer.request("INVITE", 3, &to_tag(&ok), &fax)).await;
    assert_eq!(status(&fax), 488);
    assert!(fax.contains("Warning: 305"), "{fax}");
    peer.send(&peer.request("ACK", 3, &to_tag(&ok), "")).await;

    leg.control.hangup("over");
    let bye = loop {
        let message = peer.receive().await;
        if message.starts_with("BYE") {
            break message;
        }
    };
    assert!(bye.contains("text=\"over\""), "{bye}");
    let end = until(&mut leg, |event| matches!(event, LegEvent::Ended { .. })).await;
    assert!(matches!(end, LegEvent::Ended { by: Party::Us, .. }));
}

/// Nothing is heard: the call gets a BYE. The peer takes no key events, so keys go by INFO.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_call_and_keys_by_info() {
    let config = Config { silence_max: Duration::from_millis(600), ..Config::loopback() };
    let (server, mut calls) = Telephony::start(config).await.unwrap();
    let peer = Peer::of(server.local_addr()).await;
    let sound = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    peer.send(&peer.request("INVITE", 1, "", &with_sdp(&sdp(sound.local_addr().unwrap(), "")))).await;
    let mut leg = next(&mut calls).await.answer(Instant::now(), Heard::default().tap()).await.unwrap();
    let ok = peer.receive().await;
    peer.acknowledge(&ok, "").await;
    let options = peer.ask(&peer.request("OPTIONS", 2, &to_tag(&ok), "")).await;
    assert_eq!(status(&options), 200);
    leg.voice.send_keys("7");
    let info = loop {
        let message = peer.receive().await;
        if message.starts_with("INFO") {
            break message;
        }
    };
    assert!(info.contains("Signal=7"), "{info}");
    let end = until(&mut leg, |event| matches!(event, LegEvent::Ended { .. })).await;
    assert!(matches!(end, LegEvent::Ended { by: Party::Network, .. }), "{end:?}");
    assert_eq!(server.counters().dead_calls, 1);
}

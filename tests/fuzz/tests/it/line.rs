//! The engine's own SIP line, under fire: after each volley it still answers.

use crate::change::changed;
use closare_telephony::{Config, Telephony};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestRng, TestRunner};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

const VOLLEYS: usize = 200;
const IN_A_VOLLEY: usize = 25;
const PATIENCE: Duration = Duration::from_secs(20);

/// The stack's parser, transactions and dialogs meet what the targets can't show them: messages that are nearly right.
#[tokio::test(flavor = "multi_thread")]
async fn the_line_answers_after_each_volley_of_datagrams() {
    let server = busy_line().await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port of loopback");
    let us = socket.local_addr().expect("it is bound");
    socket.connect(server.local_addr()).await.expect("it is loopback");
    let mut volleys = Volleys::new(us, "UDP");
    for volley in 0..VOLLEYS {
        let sent = volleys.next();
        for bytes in &sent {
            // A full queue of the kernel's is no fault of the line.
            let _ = socket.send(bytes).await;
        }
        assert!(
            answers(&socket, us, volley).await,
            "the line is silent after volley {volley}:\n{}",
            shown(&sent)
        );
    }
    assert!(server.counters().bad_messages > 100, "{:?}", server.counters());
}

/// The same in streams, where messages are cut anywhere and run into each other.
#[tokio::test(flavor = "multi_thread")]
async fn the_line_answers_after_each_volley_in_a_stream() {
    let server = busy_line().await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port of loopback");
    let us = socket.local_addr().expect("it is bound");
    socket.connect(server.local_addr()).await.expect("it is loopback");
    let mut volleys = Volleys::new(us, "TCP");
    for volley in 0..VOLLEYS {
        let sent = volleys.next();
        for some in sent.chunks(5) {
            let mut stream = TcpStream::connect(server.local_addr()).await.expect("it takes streams");
            for bytes in some {
                // It may have ended the stream for what came before.
                let _ = stream.write_all(bytes).await;
            }
        }
        let mut stream = TcpStream::connect(server.local_addr()).await.expect("it takes streams");
        let ask = options(us, "TCP", volley);
        stream.write_all(ask.as_bytes()).await.expect("it takes what is right");
        let heard = timeout(PATIENCE, answered(&mut stream)).await;
        assert!(heard == Ok(true), "no answer in a stream after volley {volley}:\n{}", shown(&sent));
        assert!(
            answers(&socket, us, volley).await,
            "the line is silent after volley {volley}:\n{}",
            shown(&sent)
        );
    }
}

async fn busy_line() -> Telephony {
    let config = Config { invites_per_second: 100_000, ..Config::loopback() };
    let (server, mut calls) = Telephony::start(config).await.expect("a port of loopback");
    tokio::spawn(async move {
        while let Some(call) = calls.recv().await {
            call.refuse(486, "busy", None);
        }
    });
    server
}

/// The target's examples, broken, so that answers come to us.
struct Volleys {
    strategy: BoxedStrategy<Vec<u8>>,
    runner: TestRunner,
}

impl Volleys {
    fn new(us: SocketAddr, transport: &str) -> Volleys {
        let target = closare_test_fuzz::find("sip").expect("a target");
        let seeds: Vec<_> =
            crate::seeds(target).into_iter().map(|bytes| answered_to(bytes, us, transport)).collect();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        Volleys {
            strategy: changed(&seeds, target.length_max).boxed(),
            runner: TestRunner::new_with_rng(Cases::default(), rng),
        }
    }

    fn next(&mut self) -> Vec<Vec<u8>> {
        let mut one = || self.strategy.new_tree(&mut self.runner).expect("bytes").current();
        (0..IN_A_VOLLEY).map(|_| one()).collect()
    }
}

fn shown(sent: &[Vec<u8>]) -> String {
    sent.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect::<Vec<_>>().join("\n=====\n")
}

/// The first Via leads back to us.
fn answered_to(bytes: Vec<u8>, us: SocketAddr, transport: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bytes);
    let Some(begin) = text.find("\r\nVia: SIP/2.0/").map(|at| at + "\r\nVia: SIP/2.0/".len()) else {
        return bytes;
    };
    let Some(length) = text[begin..].find([';', '\r']) else { return bytes };
    format!("{}{transport} {us}{}", &text[..begin], &text[begin + length..]).into_bytes()
}

fn options(us: SocketAddr, transport: &str, volley: usize) -> String {
    format!(
        "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} {us};branch=z9hG4bKalive{transport}{volley};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:t@{us}>;tag=a{volley}\r\nTo: <sip:a@127.0.0.1>\r\n\
         Call-ID: alive-{transport}-{volley}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
}

async fn answers(socket: &UdpSocket, us: SocketAddr, volley: usize) -> bool {
    let ask = options(us, "UDP", volley);
    let heard = async {
        let mut buffer = vec![0; 65_535];
        loop {
            let _ = socket.send(ask.as_bytes()).await;
            while let Ok(Ok(length)) = timeout(Duration::from_millis(500), socket.recv(&mut buffer)).await {
                let text = String::from_utf8_lossy(&buffer[..length]);
                if text.contains(&format!("alive-UDP-{volley}\r")) && text.starts_with("SIP/2.0 200") {
                    return;
                }
            }
        }
    };
    timeout(PATIENCE, heard).await.is_ok()
}

/// Whether a 200 comes.
async fn answered(stream: &mut TcpStream) -> bool {
    let mut heard = Vec::new();
    let mut buffer = [0; 4_096];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        heard.extend_from_slice(&buffer[..length]);
        if heard.windows(11).any(|part| part == b"SIP/2.0 200") {
            return true;
        }
    }
    false
}

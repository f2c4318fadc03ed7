//! Free ports: bound to 0 and read back. Between that and the peer's own bind another process might take one; in this process
//! none is given twice.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// A port that is free for UDP and TCP.
pub fn free() -> u16 {
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = udp.local_addr().unwrap().port();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() && is_new(port) {
            return port;
        }
    }
}

/// An even port that is free, as is the odd one above it: RTP and RTCP.
pub fn free_pair() -> u16 {
    loop {
        let found = free();
        let port = found & !1;
        if port == found
            && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
            && UdpSocket::bind((Ipv4Addr::LOCALHOST, port + 1)).is_ok()
            && is_new(port + 1)
        {
            return port;
        }
    }
}

fn is_new(port: u16) -> bool {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(port)
}

/// A range of ports for an engine, another for each: late packets of one test's calls don't come to the next's. Below the
/// ranges of Asterisk's audio and of the system's own free ports.
pub fn range(count: u16) -> (u16, u16) {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = 12_000 + NEXT.fetch_add(count, Ordering::Relaxed) % 7_800;
    (begin, begin + count - 1)
}

/// Asks by OPTIONS until somebody answers there.
pub async fn answers_options(port: u16) -> bool {
    let socket = tokio::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let own = socket.local_addr().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut buffer = [0; 2_048];
    for count in 0.. {
        let request = format!(
            "OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKready{count};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:ready@{own}>;tag=ready\r\nTo: <sip:127.0.0.1:{port}>\r\n\
             Call-ID: ready-{count}@{own}\r\nCSeq: 1 OPTIONS\r\nContact: <sip:ready@{own}>\r\nContent-Length: 0\r\n\r\n"
        );
        // Refused as long as nobody listens; the answer's time-out paces the next attempt.
        let _ = socket.send_to(request.as_bytes(), (Ipv4Addr::LOCALHOST, port)).await;
        let until = deadline.min(Instant::now() + Duration::from_millis(200));
        if let Ok(Ok(_)) = timeout(until.duration_since(Instant::now()), answer(&socket, &mut buffer)).await {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
    }
    false
}

async fn answer(socket: &tokio::net::UdpSocket, buffer: &mut [u8]) -> std::io::Result<()> {
    loop {
        // A refused datagram shows as an error of the next receive.
        if let Ok(length) = socket.recv(buffer).await
            && buffer[..length].starts_with(b"SIP/2.0")
        {
            return Ok(());
        }
    }
}

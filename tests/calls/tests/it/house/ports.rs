//! Ports for peers that must be told theirs before they start, and so can't bind to 0.
//!
//! A process of tests has a share of the ports to itself, by a lock that ends with the process; in a process each is given once
//! until the share is used up. So neither another test nor another run takes a port before its peer has it. The shares lie
//! below what the system gives who binds to 0, and below the range of an engine that was told none.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::ops::Range;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};

const FIRST: u16 = 10_000;
const SHARES: u16 = 5;
const SHARE: u16 = 2_000;
/// Of a share; the others are ranges for engines.
const PEERS: u16 = 800;

/// A port that is free for UDP and TCP.
pub fn free() -> u16 {
    block(1)
}

/// The first of so many in a row. It is even, as RTP's is; the odd one above it is RTCP's.
pub fn block(count: u16) -> u16 {
    let mut share = share();
    for _ in 0..PEERS {
        let first = share.peers.take(count);
        if (first..first + count).all(is_free) {
            return first;
        }
    }
    panic!("expected {count} free ports, found none in {:?}", share.peers.all);
}

/// A range of ports for an engine, another for each: late packets of one test's calls don't come to the next's.
pub fn range(count: u16) -> (u16, u16) {
    let begin = share().engines.take(count);
    (begin, begin + count - 1)
}

/// Nobody outside the tests has it.
fn is_free(port: u16) -> bool {
    let udp = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port));
    udp.is_ok() && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
}

struct Share {
    peers: Ports,
    engines: Ports,
    /// Locked as long as the process lives.
    _lock: File,
}

struct Ports {
    all: Range<u16>,
    next: u16,
}

impl Ports {
    fn new(all: Range<u16>) -> Ports {
        Ports { next: all.start, all }
    }

    fn take(&mut self, count: u16) -> u16 {
        let mut first = self.next.next_multiple_of(2);
        if first + count > self.all.end {
            first = self.all.start;
        }
        self.next = first + count;
        first
    }
}

fn share() -> std::sync::MutexGuard<'static, Share> {
    static SHARE_OF_THIS: LazyLock<Mutex<Share>> = LazyLock::new(|| Mutex::new(claim()));
    SHARE_OF_THIS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn claim() -> Share {
    let found = (0..SHARES).find_map(|index| {
        // Another user's file can't be opened: that share is theirs.
        let lock = File::create(std::env::temp_dir().join(format!("closare-test-ports-{index}"))).ok()?;
        lock.try_lock().ok()?;
        Some((FIRST + index * SHARE, lock))
    });
    let (first, lock) = found.expect("no more than five processes of these tests at once");
    let engines = first + PEERS;
    let (peers, engines) = (Ports::new(first..engines), Ports::new(engines..first + SHARE));
    Share { peers, engines, _lock: lock }
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

#[cfg(test)]
mod tests {
    use super::{PEERS, block, share};
    use std::collections::BTreeSet;
    use std::process::Command;

    const TELLS: &str = "CLOSARE_TEST_TELLS_ITS_PORT";

    /// The same program as another process, which is this very test and tells a port that it was given.
    #[test]
    fn another_process_has_other_ports() {
        let own = block(1);
        if std::env::var_os(TELLS).is_some() {
            println!("PORT: {own}");
            return;
        }
        let name = format!("{}::another_process_has_other_ports", module_path!().split_once("::").unwrap().1);
        let mut other = Command::new(std::env::current_exe().unwrap());
        let told = other.args(["--exact", &name, "--nocapture"]).env(TELLS, "1").output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let port: u16 = told.lines().find_map(|line| line.split_once("PORT: ")).unwrap().1.parse().unwrap();
        assert!(!share().peers.all.contains(&port), "{port}");
    }

    #[test]
    fn threads_are_given_different_ports() {
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| [block(6), block(1), block(6)])).collect();
        let given = threads.into_iter().map(|thread| thread.join().unwrap());
        let ports: Vec<u16> = given.flat_map(|[a, b, c]| (a..a + 6).chain([b]).chain(c..c + 6)).collect();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), 4 * 13);
        assert!(ports.len() < usize::from(PEERS));
    }
}

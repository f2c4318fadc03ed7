//! Where a connection stands until it has shown that it may come in: for so long, and not too many of them. What HTTP's library is
//! given to read is cut off when the time is over, whatever it waits for: a head, the rest of one, or a form.

use super::knocks::{Knocks, Place};
use crate::sip::gate::Gate;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// From the connection to the end of what is asked and its answer. A proxy has it all when it connects.
pub const ASKED_WITHIN: Duration = Duration::from_secs(5);

pub struct Doorstep<L> {
    listener: L,
    within: Duration,
    gate: Arc<Gate>,
    knocks: Arc<Mutex<Knocks>>,
}

impl<L> Doorstep<L> {
    pub fn new(listener: L, within: Duration, gate: Arc<Gate>) -> Doorstep<L> {
        Doorstep { listener, within, gate, knocks: Arc::default() }
    }
}

impl<L: Listener<Addr = SocketAddr>> Listener for Doorstep<L> {
    type Io = Visitor<L::Io>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Visitor<L::Io>, SocketAddr) {
        loop {
            let (io, source) = self.listener.accept().await;
            match Place::take(&self.knocks, source.ip()) {
                Some(place) => return (Visitor::new(io, source, place, self), source),
                // Dropped, and closed by that: an answer would cost more than it did.
                None => self.gate.too_many(),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Who stands at the door, as a handler knows it.
#[derive(Clone)]
pub struct Visit {
    pub source: SocketAddr,
    standing: Arc<Standing>,
}

struct Standing {
    is_in: AtomicBool,
    place: Mutex<Option<Place>>,
}

impl Visit {
    /// It may stay, and makes way for the next.
    pub fn let_in(&self) {
        self.standing.is_in.store(true, Ordering::Release);
        self.standing.place.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn is_in(&self) -> bool {
        self.standing.is_in.load(Ordering::Acquire)
    }
}

impl<L: Listener<Addr = SocketAddr>> Connected<IncomingStream<'_, Doorstep<L>>> for Visit {
    fn connect_info(stream: IncomingStream<'_, Doorstep<L>>) -> Visit {
        stream.io().visit.clone()
    }
}

/// A connection that ends when its time is over, unless it was let in.
pub struct Visitor<S> {
    io: S,
    visit: Visit,
    /// None once it was let in.
    leaves: Option<Pin<Box<Sleep>>>,
    is_late: bool,
    gate: Arc<Gate>,
}

impl<S> Visitor<S> {
    fn new<L>(io: S, source: SocketAddr, place: Place, step: &Doorstep<L>) -> Visitor<S> {
        let standing = Standing { is_in: AtomicBool::new(false), place: Mutex::new(Some(place)) };
        let visit = Visit { source, standing: Arc::new(standing) };
        let leaves = Some(Box::pin(sleep(step.within)));
        Visitor { io, visit, leaves, is_late: false, gate: step.gate.clone() }
    }

    /// An error once its time is over; else this task is woken when it will be.
    fn in_time(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(leaves) = &mut self.leaves else { return Ok(()) };
        if self.visit.is_in() {
            self.leaves = None;
            return Ok(());
        }
        if !self.is_late && leaves.as_mut().poll(cx).is_ready() {
            self.is_late = true;
            self.gate.too_late();
        }
        if self.is_late { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Visitor<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Visitor<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.in_time(cx)?;
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.in_time(cx)?;
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counters::Tally;
    use crate::sip::admission::Admission;
    use axum::Router;
    use axum::extract::ConnectInfo;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
    use tokio::time::timeout;

    const SOURCE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4711);
    /// Never over in a test.
    const LONG: Duration = Duration::from_secs(3_600);
    const PATIENCE: Duration = Duration::from_secs(20);

    /// Connections without a network.
    struct Pipes(UnboundedReceiver<DuplexStream>);

    impl Listener for Pipes {
        type Io = DuplexStream;
        type Addr = SocketAddr;

        async fn accept(&mut self) -> (DuplexStream, SocketAddr) {
            match self.0.recv().await {
                Some(pipe) => (pipe, SOURCE),
                None => std::future::pending().await,
            }
        }

        fn local_addr(&self) -> io::Result<SocketAddr> {
            Ok(SOURCE)
        }
    }

    fn gate(tally: &Arc<Tally>) -> Arc<Gate> {
        Gate::new(Admission::new(Vec::new(), 1, 1), tally.clone(), String::new())
    }

    /// A server behind a doorstep: `/stay` lets in, `/form` reads a body.
    struct House {
        connects: UnboundedSender<DuplexStream>,
        tally: Arc<Tally>,
    }

    impl House {
        fn open(within: Duration) -> House {
            let (connects, pipes) = unbounded_channel();
            let tally = Arc::new(Tally::default());
            let gate = gate(&tally);
            let stay = async |ConnectInfo(visit): ConnectInfo<Visit>| {
                visit.let_in();
                "stay"
            };
            let router = Router::new().route("/stay", get(stay)).route("/form", post(async |_: String| "ok"));
            let service = router.into_make_service_with_connect_info::<Visit>();
            tokio::spawn(
                async move { axum::serve(Doorstep::new(Pipes(pipes), within, gate), service).await },
            );
            House { connects, tally }
        }

        fn connect(&self) -> DuplexStream {
            let (ours, theirs) = duplex(4 << 10);
            self.connects.send(theirs).unwrap();
            ours
        }

        /// What comes up to the close.
        async fn told(&self, words: &str) -> String {
            let mut pipe = self.connect();
            pipe.write_all(words.as_bytes()).await.unwrap();
            let mut told = String::new();
            timeout(PATIENCE, pipe.read_to_string(&mut told)).await.expect("a close").unwrap();
            told
        }
    }

    #[tokio::test]
    async fn who_asks_for_nothing_whole_is_closed() {
        let house = House::open(Duration::from_millis(20));
        for (count, words) in [
            "",
            "GET /stay HTTP/1.1\r\nHost: ca",
            "GET /stay HTTP/1.1\r\nHost: calls.example.com\r\n",
            "POST /form HTTP/1.1\r\nHost: calls.example.com\r\nContent-Length: 9\r\n\r\nhalf",
        ]
        .iter()
        .enumerate()
        {
            assert_eq!(house.told(words).await, "", "{words}");
            assert_eq!(house.tally.look().bad_messages, count as u64 + 1, "{words}");
        }
    }

    /// The time isn't begun anew by each byte.
    #[tokio::test]
    async fn who_asks_slowly_is_closed() {
        let house = House::open(Duration::from_millis(50));
        let mut pipe = house.connect();
        let mut slow = tokio::time::interval(Duration::from_millis(5));
        let asks = async {
            pipe.write_all(b"GET /stay HTTP/1.1\r\nX: ").await?;
            loop {
                slow.tick().await;
                pipe.write_all(b"x").await?;
            }
        };
        let ended: io::Result<()> = timeout(PATIENCE, asks).await.expect("a close");
        assert!(ended.is_err());
        assert_eq!(house.tally.look().bad_messages, 1);
    }

    #[tokio::test]
    async fn who_was_let_in_may_stay() {
        let step = Doorstep::new((), Duration::ZERO, gate(&Arc::default()));
        for is_in in [true, false] {
            let (mut ours, theirs) = duplex(16);
            let place = Place::take(&step.knocks, SOURCE.ip()).unwrap();
            let mut visitor = Visitor::new(theirs, SOURCE, place, &step);
            // Nothing comes to the other: it waits until its time is over.
            if is_in {
                visitor.visit.let_in();
                ours.write_all(b"x").await.unwrap();
            }
            let read = timeout(PATIENCE, visitor.read(&mut [0])).await.expect("an end");
            assert_eq!(read.ok(), is_in.then_some(1));
        }
    }

    #[tokio::test]
    async fn too_many_at_a_time_are_closed_at_once() {
        let house = House::open(LONG);
        let mut standing: Vec<DuplexStream> = Vec::new();
        while house.tally.look().not_allowed == 0 {
            standing.push(house.connect());
            tokio::task::yield_now().await;
        }
        let mut last = standing.pop().unwrap();
        let read = timeout(PATIENCE, last.read(&mut [0])).await.expect("a close").unwrap();
        assert_eq!(read, 0);
        // One that is let in makes room, and so does one that leaves.
        for _ in 0..2 {
            let mut pipe = standing.remove(0);
            pipe.write_all(b"GET /stay HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
            assert!(timeout(PATIENCE, pipe.read(&mut [0; 64])).await.expect("an answer").unwrap() > 0);
        }
        let stays = "GET /stay HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assert!(house.told(stays).await.starts_with("HTTP/1.1 200"));
        assert_eq!(house.tally.look().bad_messages, 0);
    }
}

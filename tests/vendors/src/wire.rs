//! The connections: TLS over TCP, each with a [`Line`] by which a fault can cut it, silence it or garble it.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const OPEN: u8 = 0;
const SILENT: u8 = 1;
const RESET: u8 = 2;
const GARBLED: u8 = 3;

/// What becomes of a connection.
#[derive(Clone)]
pub struct Line {
    fate: Arc<AtomicU8>,
    address: SocketAddr,
}

impl Line {
    fn new(address: SocketAddr) -> Line {
        Line { fate: Arc::new(AtomicU8::new(OPEN)), address }
    }

    /// Nothing is read or written from here on, and nothing is closed: a half-open socket.
    pub fn silence(&self) {
        self.fate.store(SILENT, Ordering::SeqCst);
    }

    /// The next read or write fails, and the peer gets a TCP reset.
    pub fn reset(&self) {
        self.fate.store(RESET, Ordering::SeqCst);
    }

    /// The next write's first byte becomes 0xFF: in a WebSocket a frame with every reserved bit set.
    pub fn garble(&self) {
        self.fate.store(GARBLED, Ordering::SeqCst);
    }

    fn fate(&self) -> u8 {
        self.fate.load(Ordering::SeqCst)
    }

    /// `None` while the line is open.
    fn broken<T>(&self) -> Option<Poll<io::Result<T>>> {
        match self.fate() {
            // Never woken: that is the point of it.
            SILENT => Some(Poll::Pending),
            RESET => Some(Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))),
            _ => None,
        }
    }
}

/// Connections whose handshake is done.
pub struct Wires {
    ready: Receiver<(Wire, Line)>,
    address: SocketAddr,
}

impl Wires {
    /// # Errors
    /// Where the port is taken.
    pub async fn listen(port: u16, tls: ServerConfig) -> io::Result<Wires> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let (send, ready) = channel(64);
        tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(tls)), send));
        Ok(Wires { ready, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A slow handshake holds up nobody else's.
async fn accept(listener: TcpListener, tls: TlsAcceptor, send: Sender<(Wire, Line)>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = send.closed() => return,
        };
        let Ok((tcp, address)) = accepted else { continue };
        let (tls, send) = (tls.clone(), send.clone());
        tokio::spawn(async move {
            // Without it a small write waits for the peer's acknowledgement; a socket that can't be set is gone.
            let Ok(()) = tcp.set_nodelay(true) else { return };
            let Ok(tls) = tls.accept(tcp).await else { return };
            let line = Line::new(address);
            // The other end is gone when the emulator is.
            let _ = send.send((Wire { tls, line: line.clone() }, line)).await;
        });
    }
}

impl Listener for Wires {
    type Io = Wire;
    type Addr = Line;

    async fn accept(&mut self) -> (Wire, Line) {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Line> {
        Ok(Line::new(self.address))
    }
}

impl Connected<IncomingStream<'_, Wires>> for Line {
    fn connect_info(stream: IncomingStream<'_, Wires>) -> Line {
        stream.remote_addr().clone()
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.address)
    }
}

pub struct Wire {
    tls: TlsStream<TcpStream>,
    line: Line,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.fate() == RESET {
            // Closing then sends RST. A socket that is gone already can't be set.
            let _ = self.tls.get_ref().0.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.line.broken() {
            Some(broken) => broken,
            None => Pin::new(&mut self.tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(broken) = self.line.broken() {
            return broken;
        }
        if self.line.fate() != GARBLED || buf.is_empty() {
            return Pin::new(&mut self.tls).poll_write(cx, buf);
        }
        let garbled = [&[0xFF], &buf[1..]].concat();
        let written = ready!(Pin::new(&mut self.tls).poll_write(cx, &garbled));
        self.line.fate.store(OPEN, Ordering::SeqCst);
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.line.broken() {
            Some(broken) => broken,
            None => Pin::new(&mut self.tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.line.broken() {
            Some(broken) => broken,
            None => Pin::new(&mut self.tls).poll_shutdown(cx),
        }
    }
}

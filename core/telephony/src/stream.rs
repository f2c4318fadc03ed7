//! Calls that come as a media stream over a WebSocket: a carrier's `<Connect><Stream>`. They stand on the `doorstep` until
//! `server` lets them in, `talk` carries one; the rest is pure.

mod ahead;
mod doorstep;
mod ear;
mod knocks;
mod marks;
pub mod messages;
mod said;
mod server;
mod signature;
mod talk;
mod tickets;

use crate::{Error, Leg, StreamConfig, Tap};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tickets::Tickets;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Where streams are taken, and those that are up.
pub(crate) struct Streams {
    listener: Mutex<Option<TcpListener>>,
    local: Option<SocketAddr>,
    tickets: Mutex<Tickets>,
    calls: Mutex<BTreeMap<u64, Arc<Call>>>,
}

/// A stream's call, as the rest of the engine holds it; its socket is with a task of its own.
#[derive(Debug)]
pub(crate) struct Call {
    asks: mpsc::UnboundedSender<Ask>,
    /// Before an answer: the caller gave up. After it: the call is over.
    over: CancellationToken,
}

pub(crate) enum Ask {
    Answer { epoch: Instant, tap: Box<dyn Tap>, reply: oneshot::Sender<Leg> },
    Refuse,
    HangUp(String),
    Transfer,
}

impl Streams {
    /// # Errors
    /// The port is taken.
    pub async fn open(config: Option<&StreamConfig>) -> Result<Streams, Error> {
        let (listener, local) = match config {
            None => (None, None),
            Some(StreamConfig { listen, .. }) => {
                let failed = |source| Error::Listen { listen: *listen, source };
                let listener = TcpListener::bind(listen).await.map_err(failed)?;
                let local = listener.local_addr().map_err(failed)?;
                (Some(listener), Some(local))
            }
        };
        let (tickets, calls) = Default::default();
        Ok(Streams { listener: Mutex::new(listener), local, tickets, calls })
    }

    pub fn local(&self) -> Option<SocketAddr> {
        self.local
    }

    pub fn count(&self) -> usize {
        self.calls().len()
    }

    pub fn hang_up_all(&self, reason: &str) {
        for call in self.calls().values() {
            call.hang_up(reason);
        }
    }

    fn add(&self, call: &Arc<Call>) -> u64 {
        let mut calls = self.calls();
        let place = calls.keys().next_back().map_or(0, |last| last + 1);
        calls.insert(place, call.clone());
        place
    }

    fn remove(&self, place: u64) {
        self.calls().remove(&place);
    }

    fn take_listener(&self) -> Option<TcpListener> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn new() -> (Arc<Call>, mpsc::UnboundedReceiver<Ask>) {
        let (asks, asked) = mpsc::unbounded_channel();
        (Arc::new(Call { asks, over: CancellationToken::new() }), asked)
    }

    pub async fn answer(&self, epoch: Instant, tap: Box<dyn Tap>) -> Result<Leg, Error> {
        let (reply, leg) = oneshot::channel();
        self.ask(Ask::Answer { epoch, tap, reply });
        leg.await.map_err(|_| Error::Gone)
    }

    /// Of a call that was not answered the socket is closed; of one that was, nothing comes.
    pub fn refuse(&self) {
        self.ask(Ask::Refuse);
    }

    pub async fn cancelled(&self) {
        self.over.cancelled().await;
    }

    pub fn is_cancelled(&self) -> bool {
        self.over.is_cancelled()
    }

    pub fn hang_up(&self, reason: &str) {
        self.ask(Ask::HangUp(reason.to_owned()));
    }

    /// A stream can't be handed over by its own means.
    pub fn transfer(&self) {
        self.ask(Ask::Transfer);
    }

    fn ask(&self, ask: Ask) {
        // The task is gone with its socket: then the call is over, and its leg was told so.
        let _ = self.asks.send(ask);
    }
}

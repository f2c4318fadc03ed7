//! The door: which datagrams and requests get past the sockets. Here is counted what is turned away.

use crate::counters::Tally;
use crate::sip::admission::Admission;
use crate::sip::{datagram, requests, unreadable};
use futures::future::BoxFuture;
use rsipstack::platform::net::UdpSocket as StackSocket;
use rsipstack::sip::{Method, SipMessage};
use rsipstack::transaction::endpoint::TransportEventInspector;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transport::TransportEvent;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

/// Allows, and complains: one line a minute, however many knock.
#[derive(Debug)]
pub struct Gate {
    pub admission: Mutex<Admission>,
    tally: Arc<Tally>,
    complained: Mutex<Option<Instant>>,
    user_agent: String,
}

impl Gate {
    pub fn new(admission: Admission, tally: Arc<Tally>, user_agent: String) -> Arc<Gate> {
        Arc::new(Gate { admission: Mutex::new(admission), tally, complained: Mutex::default(), user_agent })
    }

    pub fn lets_in(&self, peer: IpAddr) -> bool {
        let allowed = self.admission().is_allowed(peer);
        if !allowed {
            self.tally.not_allowed.more();
            self.complain("a peer that isn't allowed");
        }
        allowed
    }

    pub fn admission(&self) -> std::sync::MutexGuard<'_, Admission> {
        self.admission.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bad_message(&self) {
        self.tally.bad_messages.more();
        self.complain("messages that break SIP's rules");
    }

    /// A request for a stream that isn't signed by the carrier.
    pub fn unsigned(&self) {
        self.tally.not_allowed.more();
        self.complain("a request for a stream without the carrier's signature");
    }

    /// More connections for streams than may wait to be let in.
    pub fn too_many(&self) {
        self.tally.not_allowed.more();
        self.complain("connections for streams, too many of which asked for nothing yet");
    }

    /// A connection for a stream that asked for nothing whole in its time.
    pub fn too_late(&self) {
        self.tally.bad_messages.more();
        self.complain("a connection for a stream that asked for nothing in time");
    }

    fn complain(&self, what: &str) {
        let mut last = self.complained.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= COMPLAIN_EACH) {
            *last = Some(Instant::now());
            let seen = self.tally.look();
            tracing::warn!(
                not_allowed = seen.not_allowed,
                bad_messages = seen.bad_messages,
                "turned away {what}"
            );
        }
    }
}

/// Requests that break a rule are answered here, before the stack keeps anything of them.
pub struct Inspector(pub Arc<Gate>);

impl TransportEventInspector for Inspector {
    fn handle<'a, 'b>(&'a self, event: TransportEvent) -> BoxFuture<'b, Option<TransportEvent>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let (request, connection) = match &event {
                TransportEvent::Incoming(SipMessage::Request(request), connection, _) => {
                    (request, connection)
                }
                TransportEvent::Incoming(SipMessage::Response(response), ..) => {
                    return self.response(
                        TransactionKey::from_response(response, TransactionRole::Client).is_ok(),
                        event,
                    );
                }
                TransportEvent::New(_) | TransportEvent::Closed(_) => return Some(event),
            };
            let Some(refusal) = requests::check(request) else { return Some(event) };
            self.0.bad_message();
            if request.method != Method::Ack {
                let response = requests::response(request, &refusal, &self.0.user_agent);
                if let Err(error) = connection.send(response.into(), None).await {
                    tracing::debug!(%error, status = refusal.status, "a refusal couldn't be sent");
                }
            }
            None
        })
    }
}

impl Inspector {
    /// Nobody answers a response.
    fn response(&self, readable: bool, event: TransportEvent) -> Option<TransportEvent> {
        if readable {
            return Some(event);
        }
        self.0.bad_message();
        None
    }
}

/// A UDP socket that hands on what is SIP and from an allowed peer. The stack would drop the rest too, but tell nobody.
pub struct Door {
    pub socket: UdpSocket,
    pub gate: Arc<Gate>,
}

impl Door {
    async fn next(&self, buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        loop {
            let (length, source) = self.socket.recv_from(buffer).await?;
            let datagram = &buffer[..length];
            if !self.gate.lets_in(source.ip()) {
                continue;
            }
            if !datagram::is_readable(datagram) {
                self.gate.bad_message();
                if let Some(answer) = unreadable::answer(datagram) {
                    let _ = self.socket.send_to(&answer, source).await;
                }
                continue;
            }
            return Ok((length, source));
        }
    }
}

impl StackSocket for Door {
    fn recv_from<'a, 'b, 'c>(
        &'a self,
        buffer: &'b mut [u8],
    ) -> BoxFuture<'c, rsipstack::Result<(usize, SocketAddr)>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(self.next(buffer))
    }

    fn send_to<'a, 'b, 'c>(
        &'a self,
        bytes: &'b [u8],
        to: SocketAddr,
    ) -> BoxFuture<'c, rsipstack::Result<usize>>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move { Ok(self.socket.send_to(bytes, to).await?) })
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }
}

const COMPLAIN_EACH: Duration = Duration::from_secs(60);

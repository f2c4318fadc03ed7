//! The SIP endpoint: opens the ports, owns what all calls share. Requests are sorted in `receiving`.

use crate::counters::Tally;
use crate::media::ports::Ports;
use crate::media::threads::Threads;
use crate::sip::admission::Admission;
use crate::sip::call::Call;
use crate::sip::gate::{Door, Gate, Inspector};
use crate::sip::registration::Registrations;
use crate::stream::Streams;
use crate::{Config, Error, Incoming};
use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::transaction::endpoint::Endpoint;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{TcpListenerConnection, TransportLayer};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub(crate) struct Driver {
    pub config: Config,
    pub local: SocketAddr,
    pub tally: Arc<Tally>,
    pub gate: Arc<Gate>,
    pub dialogs: DialogLayer,
    pub audio: Threads,
    pub ports: Arc<Ports>,
    pub registrations: Registrations,
    pub runtime: Handle,
    pub stop: CancellationToken,
    pub incoming: mpsc::Sender<Incoming>,
    pub streams: Streams,
    /// By Call-ID and the peer's tag.
    calls: Mutex<BTreeMap<(String, String), Arc<Call>>>,
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("local", &self.local).finish_non_exhaustive()
    }
}

impl Driver {
    pub async fn start(config: Config) -> Result<(Arc<Driver>, mpsc::Receiver<Incoming>), Error> {
        let listen = config.listen;
        let failed = |source| Error::Listen { listen, source };
        let (udp, local) = bind(listen).map_err(failed)?;
        let tally = Arc::new(Tally::default());
        let admission = Admission::new(config.allow.clone(), config.max_calls, config.invites_per_second);
        let gate = Gate::new(admission, Arc::clone(&tally), config.user_agent.clone());
        let stop = CancellationToken::new();

        let endpoint = endpoint(&config, udp, local, &gate, &stop).await.map_err(|error| match error {
            rsipstack::Error::IoError(source) => failed(source),
            other => failed(std::io::Error::other(other.to_string())),
        })?;
        let requests = endpoint.incoming_transactions().map_err(|error| Error::Peer(error.to_string()))?;
        let (incoming, receiver) = mpsc::channel(INCOMING_WAITING);
        let driver = Arc::new(Driver {
            local,
            gate,
            dialogs: DialogLayer::new(endpoint.inner.clone()),
            audio: Threads::start(config.media_threads, &tally).map_err(failed)?,
            ports: Ports::new(config.listen.ip(), config.rtp_ports.clone()),
            registrations: Registrations::new(&config.register),
            runtime: Handle::current(),
            stop,
            incoming,
            streams: Streams::open(config.streams.as_ref()).await?,
            calls: Mutex::default(),
            tally,
            config,
        });
        tokio::spawn(async move { endpoint.serve().await });
        if let Err(source) = takes_streams(local).await {
            driver.stop.cancel();
            return Err(failed(source));
        }
        tokio::spawn(Arc::clone(&driver).receive(requests));
        driver.register();
        driver.serve_streams();
        tracing::info!(%local, "telephone line is open");
        Ok((driver, receiver))
    }

    /// What a peer is told as our address.
    pub fn address_towards(&self, peer: IpAddr) -> IpAddr {
        if let Some(advertise) = self.config.advertise {
            return advertise;
        }
        if !self.local.ip().is_unspecified() {
            return self.local.ip();
        }
        route_towards(peer).unwrap_or(self.local.ip())
    }

    /// Calls of any kind.
    pub fn count(&self) -> usize {
        self.calls().len() + self.streams.count()
    }

    pub fn add(&self, key: (String, String), call: &Arc<Call>) {
        self.calls().insert(key, Arc::clone(call));
        self.tally.calls.more();
    }

    pub fn remove(&self, key: &(String, String)) {
        if self.calls().remove(key).is_some() {
            self.tally.calls.less();
        }
    }

    pub fn call(&self, key: &(String, String)) -> Option<Arc<Call>> {
        self.calls().get(key).cloned()
    }

    pub async fn shutdown(&self) {
        let calls: Vec<Arc<Call>> = self.calls().values().cloned().collect();
        for call in calls {
            call.hang_up("shutting down");
        }
        self.streams.hang_up_all("shutting down");
        let _ = tokio::time::timeout(GOODBYE, async {
            self.registrations.give_up().await;
            while self.count() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        self.stop.cancel();
    }

    fn calls(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Arc<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port that is free for both UDP and TCP. The TCP port is given back for the stack to open.
fn bind(listen: SocketAddr) -> std::io::Result<(UdpSocket, SocketAddr)> {
    let attempts = if listen.port() == 0 { 20 } else { 1 };
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    for _ in 0..attempts {
        let udp = UdpSocket::bind(listen)?;
        let local = udp.local_addr()?;
        match TcpListener::bind(local) {
            Ok(_tcp) => {
                udp.set_nonblocking(true)?;
                return Ok((udp, local));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Waits until the TCP port is open. The stack opens it in a task of its own, and tells nobody if it can't: another process may have
/// taken the port since [`bind`] gave it back.
async fn takes_streams(local: SocketAddr) -> std::io::Result<()> {
    let loopback = if local.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    let ip = if local.ip().is_unspecified() { loopback } else { local.ip() };
    let mut look = tokio::time::interval(OPENING_LOOK);
    for _ in 1..OPENING_LOOKS {
        look.tick().await;
        if TcpStream::connect((ip, local.port())).await.is_ok() {
            return Ok(());
        }
    }
    TcpStream::connect((ip, local.port())).await.map(drop)
}

async fn endpoint(
    config: &Config,
    udp: UdpSocket,
    local: SocketAddr,
    gate: &Arc<Gate>,
    stop: &CancellationToken,
) -> rsipstack::Result<Endpoint> {
    let transports = TransportLayer::new(stop.child_token());
    let told = match config.advertise {
        Some(ip) => Some(SocketAddr::new(ip, local.port())),
        None if local.ip().is_unspecified() => {
            let anywhere = if local.is_ipv4() { IpAddr::V4(SOMEWHERE_V4) } else { IpAddr::V6(SOMEWHERE_V6) };
            route_towards(anywhere).map(|ip| SocketAddr::new(ip, local.port()))
        }
        None => None,
    };
    let door = Arc::new(Door { socket: tokio::net::UdpSocket::from_std(udp)?, gate: Arc::clone(gate) });
    let udp = UdpConnection::from_socket(door, told, Some(stop.child_token())).await?;
    transports.add_transport(udp.into());
    transports.add_transport(TcpListenerConnection::new(local, told).await?.into());
    let peers = Arc::clone(gate);
    transports.set_whitelist(move |ip| std::future::ready(peers.lets_in(ip)));
    Ok(EndpointBuilder::new()
        .with_user_agent(&config.user_agent)
        .with_transport_layer(transports)
        .with_transport_inspector(Box::new(Inspector(Arc::clone(gate))))
        .with_cancel_token(stop.child_token())
        .build())
}

/// The address that this machine uses to reach `peer`; nothing is sent.
fn route_towards(peer: IpAddr) -> Option<IpAddr> {
    let any: IpAddr =
        if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((peer, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// Addresses for documentation: any will do, to find the default route.
const SOMEWHERE_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const SOMEWHERE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// How often, and how many times, it is looked whether the stack has opened its TCP port.
const OPENING_LOOK: Duration = Duration::from_millis(10);
const OPENING_LOOKS: u32 = 200;
/// Calls that ring while nobody takes them out.
const INCOMING_WAITING: usize = 64;

/// How long shutdown waits for peers to confirm.
const GOODBYE: Duration = Duration::from_secs(2);

//! The door: its clients, its limits, and who may ask for a session.

use crate::gate::{Reach, Resolver};
use crate::meter::{Meter, Metered};
use crate::secrets::SecretBook;
use crate::{Error, Grant, NetSession, Origin};
use closare_terms::PluginName;
use closare_terms::network::NetEvent;
use reqwest::Client;
use rustls::{ClientConfig, RootCertStore};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::Handle;

pub struct EgressConfig {
    pub limits: Limits,
    /// Origins that may lead to private and loopback addresses.
    pub allow_private: Vec<Origin>,
    pub secrets: SecretBook,
}

#[derive(Clone, Debug)]
pub struct Limits {
    /// To resolve a name, connect and shake hands.
    pub connect: Duration,
    /// From asking to the head of the answer.
    pub answer: Duration,
    /// Between two pieces of a body, and for a write to a socket to get through.
    pub stall: Duration,
    /// For a whole exchange; a request may ask for less.
    pub exchange: Duration,
    /// Bytes of one answer.
    pub body_max: usize,
    /// Bytes of one message of a socket.
    pub message_max: usize,
    /// Requests, sockets and wake-ups of one session.
    pub open_max: usize,
    /// Bytes of one ticket that wait to leave. More of them fail it.
    pub in_flight_max: usize,
    /// Bytes that wait to leave at which the session is told so, and again when they are fewer.
    pub waiting_mark: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // A caller waits: a vendor that takes longer than this is down, and the next of the chain is tried.
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            stall: Duration::from_secs(20),
            exchange: Duration::from_secs(300),
            // Twenty minutes of speech at 24 kHz, 16 bit.
            body_max: 64 << 20,
            message_max: 4 << 20,
            open_max: 64,
            in_flight_max: 8 << 20,
            // Eight seconds of 16 kHz audio: a vendor that reads in real time never lets it come to that.
            waiting_mark: 256 << 10,
        }
    }
}

/// Carries out the network effects of all sessions; connections are shared between them.
#[derive(Clone)]
pub struct Egress {
    door: Arc<Door>,
}

impl Egress {
    /// Sessions run on the tokio runtime that this is called in.
    ///
    /// # Errors
    /// [`Error::Client`] where TLS can't be set up.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(config: EgressConfig) -> Result<Egress, Error> {
        let roots = Arc::new(roots());
        let client = |reach, http1| client(&config.limits, roots.clone(), reach, http1);
        let clients = Clients {
            public: client(Reach::Public, false)?,
            public_http1: client(Reach::Public, true)?,
            anywhere: client(Reach::Anywhere, false)?,
            anywhere_http1: client(Reach::Anywhere, true)?,
        };
        let door = Door {
            clients,
            limits: config.limits,
            allow_private: config.allow_private,
            secrets: RwLock::new(Arc::new(config.secrets)),
            meter: Meter::default(),
            runtime: Handle::current(),
        };
        Ok(Egress { door: Arc::new(door) })
    }

    /// Opens the door for one plugin session. `deliver` is called from the runtime's threads, in order for each
    /// ticket; it must return soon, and may be called once more while the session is being dropped. While there is no
    /// `room` for what was delivered, nothing more is read, as if the session were held.
    pub fn session(
        &self,
        grant: Grant,
        deliver: impl Fn(NetEvent) + Send + Sync + 'static,
        room: impl Fn() -> bool + Send + Sync + 'static,
    ) -> NetSession {
        NetSession::start(self.door.clone(), grant, Arc::new(deliver), Arc::new(room))
    }

    /// Puts another book of secrets in place, for what is asked from here on.
    pub fn set_secrets(&self, secrets: SecretBook) {
        *self.door.secrets.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(secrets);
    }

    /// What each plugin used, since the start.
    pub fn meter(&self) -> BTreeMap<PluginName, Metered> {
        self.door.meter.read()
    }
}

/// What all sessions share.
pub(crate) struct Door {
    clients: Clients,
    pub limits: Limits,
    pub allow_private: Vec<Origin>,
    secrets: RwLock<Arc<SecretBook>>,
    pub meter: Meter,
    pub runtime: Handle,
}

impl Door {
    pub fn secrets(&self) -> Arc<SecretBook> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn client(&self, reach: Reach) -> &Client {
        match reach {
            Reach::Public => &self.clients.public,
            Reach::Anywhere => &self.clients.anywhere,
        }
    }

    /// For sockets: an upgrade is a thing of HTTP/1.1.
    pub fn client_http1(&self, reach: Reach) -> &Client {
        match reach {
            Reach::Public => &self.clients.public_http1,
            Reach::Anywhere => &self.clients.anywhere_http1,
        }
    }
}

struct Clients {
    public: Client,
    public_http1: Client,
    anywhere: Client,
    anywhere_http1: Client,
}

fn client(limits: &Limits, roots: Arc<RootCertStore>, reach: Reach, http1: bool) -> Result<Client, Error> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls(roots, http1)?)
        .dns_resolver(Arc::new(Resolver(reach)))
        .connect_timeout(limits.connect)
        .redirect(reqwest::redirect::Policy::none())
        // A proxy would resolve names by itself, past the guard.
        .no_proxy()
        .referer(false)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(15))
        // Below the minute after which balancers drop an idle connection without a word.
        .pool_idle_timeout(Duration::from_secs(45))
        .user_agent(concat!("closare/", env!("CARGO_PKG_VERSION")));
    let builder = if http1 { builder.http1_only() } else { builder };
    builder.build().map_err(|error| Error::Client(Box::new(error)))
}

fn tls(roots: Arc<RootCertStore>, http1: bool) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| Error::Client(Box::new(error)))?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = match http1 {
        true => vec![b"http/1.1".to_vec()],
        false => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
    };
    Ok(config)
}

/// Mozilla's, and those of the machine: a company's own proxy or server is signed by one of these.
fn roots() -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let machine = rustls_native_certs::load_native_certs();
    let (added, left_out) = roots.add_parsable_certificates(machine.certs);
    tracing::debug!(added, left_out, errors = machine.errors.len(), "root certificates of this machine");
    roots
}

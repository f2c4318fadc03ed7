//! The door: its clients, its limits, and who may ask for a session.

use crate::clients::{Clients, Kind};
use crate::gate::{Names, Reach};
use crate::lane::Lanes;
use crate::meter::{Meter, Metered};
use crate::secrets::SecretBook;
use crate::tokens::Tokens;
use crate::{Error, Grant, Limits, NetSession, Origin, Root};
use closare_terms::PluginName;
use closare_terms::network::NetEvent;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::runtime::Handle;

#[derive(Default)]
pub struct EgressConfig {
    pub limits: Limits,
    /// Origins that may lead to private and loopback addresses.
    pub allow_private: Vec<Origin>,
    pub secrets: SecretBook,
}

/// What few operators need.
#[derive(Clone, Debug, Default)]
pub struct EgressOptions {
    /// Trusted as well as Mozilla's and the machine's.
    pub roots: Vec<Root>,
    /// In place of [`EgressConfig::limits`] for these origins.
    pub per_origin: BTreeMap<Origin, Limits>,
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
        Egress::with(config, EgressOptions::default())
    }

    /// As [`Egress::new`], with options.
    ///
    /// # Errors
    /// Likewise, and [`Error::Root`] or [`Error::RootNone`] for a root that is no certificate.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn with(config: EgressConfig, options: EgressOptions) -> Result<Egress, Error> {
        Egress::open(config, options, Names::of_system())
    }

    pub(crate) fn open(config: EgressConfig, options: EgressOptions, names: Names) -> Result<Egress, Error> {
        let limits = Arc::new(config.limits);
        let clients = Clients::new(&options.roots, names)?;
        // What can't be made is told at the start.
        clients.get(Kind { reach: Reach::Public, http1: false, connect: limits.connect })?;
        let door = Door {
            clients,
            lanes: Lanes::new(limits.clone(), options.per_origin),
            limits,
            allow_private: config.allow_private,
            secrets: RwLock::new(Arc::new(config.secrets)),
            meter: Meter::default(),
            tokens: Tokens::default(),
            runtime: Handle::current(),
        };
        Ok(Egress { door: Arc::new(door) })
    }

    /// Opens the door for one plugin session. `deliver` is called from the runtime's threads, in order for each
    /// ticket; it must return soon, and may be called once more while the session is being dropped. While there is no
    /// `room` for what was delivered, nothing more is read, as if the session were held.
    /// What is traced of the session stands in the span that this is called in.
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
        self.door.meter.by_plugin()
    }

    /// The same, by origin. What was refused before it came to an origin isn't in here.
    pub fn meter_by_origin(&self) -> BTreeMap<(PluginName, Origin), Metered> {
        self.door.meter.by_origin()
    }
}

/// What all sessions share.
pub(crate) struct Door {
    pub clients: Clients,
    pub lanes: Lanes,
    /// Those of a session.
    pub limits: Arc<Limits>,
    pub allow_private: Vec<Origin>,
    secrets: RwLock<Arc<SecretBook>>,
    pub meter: Meter,
    pub tokens: Tokens,
    pub runtime: Handle,
}

impl Door {
    pub fn secrets(&self) -> Arc<SecretBook> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

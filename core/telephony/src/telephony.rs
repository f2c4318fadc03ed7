use crate::sip::driver::Driver;
use crate::{Config, Counters, Error, Incoming, Leg, Registration, Tap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// The telephone line of this process. Cheap to clone; lives until [`Telephony::shutdown`].
#[derive(Clone, Debug)]
pub struct Telephony {
    driver: Arc<Driver>,
}

impl Telephony {
    /// Opens the ports, and registers where asked to. Calls come out of the receiver; while it is full, callers get 503.
    ///
    /// # Errors
    /// The port is taken, or isn't this machine's.
    pub async fn start(config: Config) -> Result<(Telephony, mpsc::Receiver<Incoming>), Error> {
        let (driver, incoming) = Driver::start(config).await?;
        Ok((Telephony { driver }, incoming))
    }

    /// For UDP and TCP.
    pub fn local_addr(&self) -> SocketAddr {
        self.driver.local
    }

    /// Where media streams are taken, if they are.
    pub fn streams_addr(&self) -> Option<SocketAddr> {
        self.driver.streams.local()
    }

    pub fn counters(&self) -> Counters {
        self.driver.tally.look()
    }

    /// Calls `uri` (`sip:100@host:5060`, `;transport=tcp`), from the user `from`; returns when it is answered. Dropping the
    /// future gives the call up.
    ///
    /// # Errors
    /// The URI can't be read, the peer refuses or stays silent, no codec is common, no port is free.
    pub async fn dial(&self, uri: &str, from: &str, epoch: Instant, tap: Box<dyn Tap>) -> Result<Leg, Error> {
        self.driver.dial(uri, from, epoch, tap).await
    }

    /// One for each account, in the order of the configuration.
    pub fn registrations(&self) -> Vec<Registration> {
        self.driver.registrations.look()
    }

    /// Waits until the line is shut down.
    pub async fn closed(&self) {
        self.driver.stop.cancelled().await;
    }

    /// Hangs up all calls, takes the registrations back, closes the ports.
    pub async fn shutdown(&self) {
        self.driver.shutdown().await;
    }
}

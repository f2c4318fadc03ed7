//! The HTTP clients, and whom they trust. A client keeps its connections: HTTP/1.1 ones for the next request, HTTP/2
//! ones for all at once.

use crate::Error;
use crate::gate::{Names, Reach, Resolver};
use reqwest::Client;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A certificate authority that is trusted as well, for every origin: a company's own, or a test's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// One or more certificates as text (RFC 7468).
    Pem(String),
    Der(Vec<u8>),
}

/// What tells two clients apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub reach: Reach,
    /// For sockets: an upgrade is a thing of HTTP/1.1.
    pub http1: bool,
    /// To resolve a name, connect and shake hands.
    pub connect: Duration,
}

pub(crate) struct Clients {
    roots: Arc<RootCertStore>,
    names: Names,
    made: Mutex<BTreeMap<Kind, Client>>,
}

impl Clients {
    /// # Errors
    /// A root that is none.
    pub fn new(extra: &[Root], names: Names) -> Result<Clients, Error> {
        Ok(Clients { roots: Arc::new(roots(extra)?), names, made: Mutex::default() })
    }

    /// Makes it, the first time.
    ///
    /// # Errors
    /// [`Error::Client`] where TLS can't be set up.
    pub fn get(&self, kind: Kind) -> Result<Client, Error> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(&kind) {
            return Ok(client.clone());
        }
        let client = self.make(kind)?;
        made.insert(kind, client.clone());
        Ok(client)
    }

    fn make(&self, kind: Kind) -> Result<Client, Error> {
        let builder = Client::builder()
            .tls_backend_preconfigured(tls(self.roots.clone(), kind.http1)?)
            .dns_resolver(Arc::new(Resolver { reach: kind.reach, names: self.names.clone() }))
            .connect_timeout(kind.connect)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names by itself, past the guard.
            .no_proxy()
            .referer(false)
            .tcp_nodelay(true)
            .tcp_keepalive(Duration::from_secs(15))
            .tcp_keepalive_interval(Duration::from_secs(5))
            .tcp_keepalive_retries(3)
            // Below the minute after which balancers drop an idle connection without a word.
            .pool_idle_timeout(Duration::from_secs(45))
            .user_agent(concat!("closare/", env!("CARGO_PKG_VERSION")));
        // A peer that acknowledges nothing for this long is gone: without it, a line that went dead under a socket or
        // under HTTP/2 streams is found after a quarter of an hour. Not below the usual `stall`.
        #[cfg(target_os = "linux")]
        let builder = builder.tcp_user_timeout(Duration::from_secs(20));
        let builder = if kind.http1 { builder.http1_only() } else { builder };
        builder.build().map_err(|error| Error::Client(Box::new(error)))
    }
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

/// Mozilla's, those of the machine (a company's own proxy or server is signed by one of these), and the operator's.
fn roots(extra: &[Root]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let machine = rustls_native_certs::load_native_certs();
    let (added, left_out) = roots.add_parsable_certificates(machine.certs);
    tracing::debug!(added, left_out, errors = machine.errors.len(), "root certificates of this machine");
    for certificate in extra.iter().map(certificates).collect::<Result<Vec<_>, _>>()?.concat() {
        roots.add(certificate).map_err(|error| Error::Root(Box::new(error)))?;
    }
    Ok(roots)
}

fn certificates(root: &Root) -> Result<Vec<CertificateDer<'static>>, Error> {
    match root {
        Root::Der(bytes) => Ok(vec![CertificateDer::from(bytes.clone())]),
        Root::Pem(text) => {
            let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
            match read.map_err(|error| Error::Root(Box::new(error)))? {
                none if none.is_empty() => Err(Error::RootNone),
                some => Ok(some),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(root: Root) -> Result<usize, String> {
        let before = roots(&[]).unwrap().len();
        roots(&[root]).map(|roots| roots.len() - before).map_err(|error| error.to_string())
    }

    #[test]
    fn a_root_is_read_or_refused() {
        let one = rcgen::generate_simple_self_signed(["a.test".to_owned()]).unwrap().cert;
        let two = rcgen::generate_simple_self_signed(["b.test".to_owned()]).unwrap().cert;
        assert_eq!(check(Root::Der(one.der().to_vec())), Ok(1));
        assert_eq!(check(Root::Pem(format!("# ours\n{}{}", one.pem(), two.pem()))), Ok(2));
        insta::assert_snapshot!(check(Root::Pem(String::new())).unwrap_err(),
            @"expected a root certificate in PEM or DER, found none");
        let unread = "expected a root certificate in PEM or DER, found what can't be read";
        for root in [Root::Der(b"rubbish".to_vec()), Root::Pem(one.pem().replace("-----END", "-----"))] {
            assert_eq!(check(root).unwrap_err(), unread);
        }
    }
}

//! Registering as an extension (RFC 3261 §10): asked again at 80 % of what was granted, taken back at the end.

use crate::Account;
use crate::sip::dialing::authorization;
use crate::sip::driver::Driver;
use crate::sip::{dialing, requests};
use rsipstack::sip::headers::CallId;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::typed::{From, To};
use rsipstack::sip::{Header, Method, Param, Request, Response, SipMessage, Transport, Uri};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::Transaction;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How it stands with one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub registrar: String,
    pub state: RegistrationState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    Trying,
    /// For so many seconds; renewed before they are over.
    Registered {
        expires: u32,
    },
    /// By the registrar's word, or 408 if it says nothing; tried again.
    Failed {
        status: u16,
    },
    GivenUp,
}

#[derive(Debug)]
pub(crate) struct Registrations {
    all: Mutex<Vec<Registration>>,
    leave: CancellationToken,
    tasks: TaskTracker,
}

impl Registrations {
    pub fn new(accounts: &[Account]) -> Registrations {
        let registration = |account: &Account| Registration {
            registrar: account.registrar.clone(),
            state: RegistrationState::Trying,
        };
        Registrations {
            all: Mutex::new(accounts.iter().map(registration).collect()),
            leave: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    pub fn look(&self) -> Vec<Registration> {
        self.all().clone()
    }

    /// Returns when the registrars know.
    pub async fn give_up(&self) {
        self.leave.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn set(&self, index: usize, state: RegistrationState) {
        if let Some(registration) = self.all().get_mut(index) {
            registration.state = state;
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Registration>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Driver {
    pub fn register(self: &Arc<Self>) {
        for (index, account) in self.config.register.iter().cloned().enumerate() {
            let driver = Arc::clone(self);
            self.registrations.tasks.spawn(async move {
                let mut exchange = None;
                tokio::select! {
                    () = keep_registered(&driver, index, &account, &mut exchange) => {}
                    () = driver.registrations.leave.cancelled() => {}
                }
                if let Some(exchange) = &mut exchange {
                    let _ = exchange.ask(&driver, &account, 0).await;
                }
                driver.registrations.set(index, RegistrationState::GivenUp);
            });
        }
    }
}

async fn keep_registered(driver: &Driver, index: usize, account: &Account, exchange: &mut Option<Exchange>) {
    let mut failures = 0;
    loop {
        if exchange.is_none() {
            *exchange = Exchange::new(driver, account).await;
        }
        let outcome = match exchange {
            Some(exchange) => exchange.ask(driver, account, account.expires).await,
            None => Err(404),
        };
        let pause = match outcome {
            Ok(granted) => {
                failures = 0;
                driver.registrations.set(index, RegistrationState::Registered { expires: granted });
                tracing::debug!(account = index, granted, "registered");
                Duration::from_secs(u64::from(granted.max(10)) * 8 / 10)
            }
            Err(status) => {
                failures += 1;
                driver.registrations.set(index, RegistrationState::Failed { status });
                tracing::warn!(account = index, status, "registration failed");
                back_off(failures)
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Twice as long after each failure, up to five minutes, and never all clients at once.
fn back_off(failures: u32) -> Duration {
    let seconds = (5u64 << failures.min(6)).min(300);
    Duration::from_millis(seconds * 500 + rand::random::<u64>() % (seconds * 500))
}

/// One account's series of REGISTERs: one Call-ID, growing CSeq.
struct Exchange {
    registrar: Uri,
    contact: Uri,
    call_id: CallId,
    tag: String,
    number: u32,
}

impl Exchange {
    async fn new(driver: &Driver, account: &Account) -> Option<Exchange> {
        let registrar = Uri::try_from(account.registrar.as_str()).ok()?;
        let peer: SocketAddr = dialing::resolve(&registrar).await.ok()?;
        driver.gate.admission().invite(peer.ip());
        let stream = registrar.params.iter().any(|param| matches!(param, Param::Transport(Transport::Tcp)));
        let contact = Uri { auth: Some(account.user.clone().into()), ..driver.contact(peer, stream) };
        let (call_id, tag) = (random_name(), random_name());
        Some(Exchange { registrar, contact, call_id: CallId::new(call_id), tag, number: 0 })
    }

    /// Seconds granted, or the status of the refusal.
    async fn ask(&mut self, driver: &Driver, account: &Account, expires: u32) -> Result<u32, u16> {
        let mut expires = expires;
        let mut authorized = None;
        let mut challenges = 0;
        // A challenge, a stale nonce and a longer interval: each at most once.
        for _ in 0..4 {
            let response = self.send(driver, account, expires, authorized.take()).await.ok_or(408u16)?;
            match response.status_code.code() {
                200..=299 => return Ok(granted(&response, &self.contact).unwrap_or(expires)),
                status @ (401 | 407) => {
                    challenges += 1;
                    let uri = self.registrar.to_string();
                    let answer = authorization(account, &response, Method::Register, &uri);
                    authorized = Some(answer.filter(|_| challenges <= 2).ok_or(status)?);
                }
                423 => {
                    let minimum =
                        response.min_expires_header().and_then(|header| header.value().trim().parse().ok());
                    expires = minimum.filter(|minimum| *minimum > expires).ok_or(423u16)?;
                }
                status => return Err(status),
            }
        }
        Err(403)
    }

    async fn send(
        &mut self,
        driver: &Driver,
        account: &Account,
        expires: u32,
        authorized: Option<Header>,
    ) -> Option<Response> {
        self.number += 1;
        let request = self.request(driver, account, expires, authorized)?;
        let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
        let mut tx = Transaction::new_client(key, request, driver.dialogs.endpoint.clone(), None);
        tx.send().await.ok()?;
        // The registrar's calls come from where it answers.
        if let Some(Ok(address)) = tx.destination.as_ref().map(rsipstack::transport::SipAddr::get_socketaddr)
        {
            driver.gate.admission().invite(address.ip());
        }
        while let Some(message) = tx.receive().await {
            if let SipMessage::Response(response) = message
                && response.status_code.code() >= 200
            {
                return Some(response);
            }
        }
        None
    }

    fn request(
        &self,
        driver: &Driver,
        account: &Account,
        expires: u32,
        authorized: Option<Header>,
    ) -> Option<Request> {
        let endpoint = &driver.dialogs.endpoint;
        let transport =
            self.contact.params.iter().any(|param| matches!(param, Param::Transport(Transport::Tcp)));
        let listens = endpoint.transport_layer.get_listen_addrs();
        let wanted = if transport { Transport::Tcp } else { Transport::Udp };
        let via = endpoint.get_via(listens.into_iter().find(|one| one.r#type == Some(wanted)), None).ok()?;
        let who =
            Uri { auth: Some(account.user.clone().into()), params: Vec::new(), ..self.registrar.clone() };
        let from =
            From { display_name: None, uri: who.clone(), params: vec![Param::Tag(self.tag.clone().into())] };
        let to = To { display_name: None, uri: who, params: Vec::new() };
        let call_id = Some(self.call_id.clone());
        let mut request = endpoint.make_request(
            Method::Register,
            self.registrar.clone(),
            via,
            from,
            to,
            self.number,
            call_id,
        );
        request.headers.push(requests::header("Contact", &format!("<{}>", self.contact)));
        request.headers.push(requests::header("Expires", &expires.to_string()));
        request.headers.extend(authorized.into_iter().collect());
        Some(request)
    }
}

/// Of our own contact, else of the answer as a whole.
fn granted(response: &Response, contact: &Uri) -> Option<u32> {
    let ours = contact.host_with_port.to_string();
    let by_contact = response
        .headers
        .iter()
        .filter(|header| header.name().eq_ignore_ascii_case("Contact"))
        .flat_map(|header| header.value().split(','))
        .find(|value| value.contains(&ours))
        .and_then(|value| {
            value.split(';').find_map(|param| param.trim().strip_prefix("expires=")?.parse().ok())
        });
    by_contact.or_else(|| response.expires_header().and_then(|header| header.value().trim().parse().ok()))
}

fn random_name() -> String {
    format!("{:016x}", rand::random::<u64>())
}

//! Where every request comes in: it is recorded, its fault is taken, its key is looked at.

use crate::fault::{Armed, Fault, Gate};
use crate::record::{Book, Entry};
use crate::wire::Line;
use crate::{Api, Pace, Script, Vendor, anthropic, deepgram, elevenlabs, openai};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What all vendors share.
#[derive(Clone, Debug)]
pub struct Desk {
    pub script: Script,
    pub book: Book,
    armed: Arc<Mutex<Armed>>,
    visits: Arc<AtomicU64>,
}

/// One request that was let in.
#[derive(Debug)]
pub struct Visit {
    pub api: Api,
    pub number: u64,
    pub entry: Entry,
    pub gate: Gate,
    pub script: Script,
}

/// An error as a status; how it is said is each vendor's own.
pub struct Refusal {
    pub status: u16,
    pub wait: Option<Duration>,
    pub number: u64,
}

impl Desk {
    pub fn new(keeps: bool) -> Desk {
        let (script, armed, visits) = Default::default();
        Desk { script, book: Book::new(keeps), armed, visits }
    }

    pub fn arm(&self, change: impl FnOnce(&mut Armed)) {
        change(&mut self.armed.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// # Errors
    /// The vendor's refusal, of a fault or of the key.
    pub async fn receive(&self, api: Api, line: Line, parts: &Parts) -> Result<Visit, Response> {
        let number = self.visits.fetch_add(1, Ordering::Relaxed) + 1;
        let entry = self.book.enter(api, parts);
        let mut fault = None;
        self.arm(|armed| fault = armed.take(api));
        let refusal = |status, wait| refused(api.vendor(), &Refusal { status, wait, number });
        match &fault {
            Some(Fault::Status(status)) => return Err(refusal(*status, None)),
            Some(Fault::RateLimited { wait }) => return Err(refusal(429, Some(*wait))),
            Some(Fault::Slow(time)) => tokio::time::sleep(*time).await,
            Some(_) | None => {}
        }
        if !has_key(api.vendor(), &parts.headers) {
            return Err(refusal(401, None));
        }
        Ok(Visit { api, number, entry, gate: Gate::new(fault, line), script: self.script.clone() })
    }
}

impl Visit {
    pub fn pace(&self) -> Pace {
        self.script.pace_of(self.api)
    }
}

fn has_key(vendor: Vendor, headers: &HeaderMap) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = vendor.key();
    match vendor {
        // The scheme's case doesn't matter (RFC 9110, 11.1).
        Vendor::Deepgram => header("authorization")
            .split_once(' ')
            .is_some_and(|(scheme, value)| scheme.eq_ignore_ascii_case("token") && value == key),
        // May come in the first message, too, which its sockets look at.
        Vendor::ElevenLabs => true,
        // Its own client sends the key as a bearer token since version 2.
        Vendor::Anthropic => header("x-api-key") == key || header("authorization") == format!("Bearer {key}"),
        Vendor::OpenAi => header("authorization") == format!("Bearer {key}"),
    }
}

fn refused(vendor: Vendor, refusal: &Refusal) -> Response {
    match vendor {
        Vendor::Deepgram => deepgram::refused(refusal),
        Vendor::ElevenLabs => elevenlabs::refused(refusal),
        Vendor::Anthropic => anthropic::refused(refusal),
        Vendor::OpenAi => openai::refused(refusal),
    }
}

//! What was asked of the vendors.

use crate::Api;
use axum::http::{Version, request::Parts};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A request, or a socket and what came in over it so far.
#[derive(Clone, Debug)]
pub struct Request {
    pub api: Api,
    pub method: String,
    pub path: String,
    /// Percent-decoded, in the order they came.
    pub query: Vec<(String, String)>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub http2: bool,
    /// Empty for a socket.
    pub body: Vec<u8>,
    /// What a socket's client said.
    pub heard: Vec<Heard>,
    /// The code of the close frame that came from the client; 1005 for one without a code (RFC 6455, 7.1.5).
    pub closed: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Text(String),
    /// Bytes in binary messages, those in a row added up.
    Binary(usize),
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, &name.to_ascii_lowercase())
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Bytes in binary messages of a socket.
    pub fn audio_bytes(&self) -> usize {
        self.heard.iter().map(|heard| if let Heard::Binary(bytes) = heard { *bytes } else { 0 }).sum()
    }

    /// The text messages of a socket, as JSON.
    pub fn texts(&self) -> Vec<serde_json::Value> {
        let text = |heard: &Heard| match heard {
            Heard::Text(text) => serde_json::from_str(text).ok(),
            Heard::Binary(_) => None,
        };
        self.heard.iter().filter_map(text).collect()
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[derive(Clone, Debug)]
pub struct Book {
    requests: Arc<Mutex<Vec<Request>>>,
    keeps: bool,
}

/// A request's place in the book.
#[derive(Clone, Debug)]
pub struct Entry {
    book: Book,
    place: usize,
}

impl Book {
    /// One that doesn't keep is for long runs.
    pub fn new(keeps: bool) -> Book {
        Book { requests: Arc::default(), keeps }
    }

    pub fn all(&self) -> Vec<Request> {
        self.lock().clone()
    }

    pub fn enter(&self, api: Api, parts: &Parts) -> Entry {
        let mut requests = self.lock();
        let place = requests.len();
        if self.keeps {
            requests.push(Request {
                api,
                method: parts.method.to_string(),
                path: parts.uri.path().to_owned(),
                query: query(parts),
                headers: headers(parts),
                http2: parts.version == Version::HTTP_2,
                body: Vec::new(),
                heard: Vec::new(),
                closed: None,
            });
        }
        drop(requests);
        Entry { book: self.clone(), place }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    pub fn body(&self, bytes: &[u8]) {
        self.change(|request| request.body = bytes.to_vec());
    }

    pub fn text(&self, text: &str) {
        self.change(|request| request.heard.push(Heard::Text(text.to_owned())));
    }

    pub fn binary(&self, bytes: usize) {
        self.change(|request| match request.heard.last_mut() {
            Some(Heard::Binary(sum)) => *sum += bytes,
            _ => request.heard.push(Heard::Binary(bytes)),
        });
    }

    pub fn closed(&self, code: u16) {
        self.change(|request| request.closed = Some(code));
    }

    fn change(&self, change: impl FnOnce(&mut Request)) {
        if let Some(request) = self.book.lock().get_mut(self.place) {
            change(request);
        }
    }
}

fn headers(parts: &Parts) -> Vec<(String, String)> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// As `application/x-www-form-urlencoded`, which every client's query is.
pub fn query(parts: &Parts) -> Vec<(String, String)> {
    let query = parts.uri.query().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (decoded(k), decoded(v)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

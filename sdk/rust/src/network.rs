//! What a session asks of the network ([`Effect`]) and what came of it ([`Event`]). The host does it all.

use crate::Failure;
pub use crate::bindings::words::closare::plugin::network::{
    Body, Credential, Effect, Event, Head, Request, Socket, Ticket, Trouble,
};
use serde::Serialize;

impl Request {
    pub fn new(method: &str, url: impl Into<String>) -> Request {
        Request {
            ticket: 0,
            method: method.to_owned(),
            url: url.into(),
            headers: Vec::new(),
            body: Body::None,
            credential: None,
            time_limit: None,
            repeatable: false,
        }
    }

    /// Without a body, and the host may ask again.
    pub fn get(url: impl Into<String>) -> Request {
        Request { repeatable: true, ..Request::new("GET", url) }
    }

    pub fn post(url: impl Into<String>) -> Request {
        Request::new("POST", url)
    }

    pub fn ticket(mut self, ticket: Ticket) -> Request {
        self.ticket = ticket;
        self
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A name from the manifest's `credentials`.
    pub fn credential(mut self, name: &str) -> Request {
        self.credential = Some(name.to_owned());
        self
    }

    pub fn body(mut self, content_type: &str, bytes: Vec<u8>) -> Request {
        self.body = Body::Whole(bytes);
        self.header("content-type", content_type)
    }

    pub fn json(self, body: &impl Serialize) -> Request {
        // Serializing fails only for a map whose keys aren't strings, which is a fault in the plugin that its first test shows.
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        self.body("application/json", bytes)
    }

    /// The body follows by [`Effect::More`], up to [`Effect::End`].
    pub fn streamed(mut self) -> Request {
        self.body = Body::Streamed;
        self
    }

    /// For the whole exchange, in milliseconds.
    pub fn time_limit(mut self, ms: u32) -> Request {
        self.time_limit = Some(ms);
        self
    }

    /// The host may ask again after a failure before the first byte of the answer.
    pub fn repeatable(mut self) -> Request {
        self.repeatable = true;
        self
    }
}

impl Socket {
    pub fn open(url: impl Into<String>) -> Socket {
        Socket { ticket: 0, url: url.into(), headers: Vec::new(), protocols: Vec::new(), credential: None }
    }

    pub fn ticket(mut self, ticket: Ticket) -> Socket {
        self.ticket = ticket;
        self
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Socket {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn protocol(mut self, name: impl Into<String>) -> Socket {
        self.protocols.push(name.into());
        self
    }

    /// A name from the manifest's `credentials`.
    pub fn credential(mut self, name: &str) -> Socket {
        self.credential = Some(name.to_owned());
        self
    }
}

impl Head {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// An answer that refuses, with what its body says.
#[derive(Clone, Debug)]
pub struct Refusal {
    head: Head,
    body: Vec<u8>,
}

/// Bytes. A refusal's reason is short; a page of HTML need not be kept whole.
const REFUSAL_MAX: usize = 16 << 10;

impl Refusal {
    /// Nothing where the status is a success.
    pub fn of(head: Head) -> Option<Refusal> {
        (!head.is_success()).then(|| Refusal { head, body: Vec::new() })
    }

    /// A piece of its body.
    pub fn more(&mut self, bytes: &[u8]) {
        let room = REFUSAL_MAX.saturating_sub(self.body.len());
        self.body.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub fn failure(&self) -> Failure {
        failure(&self.head, &self.body)
    }
}

impl Event {
    /// The ticket that this event answers.
    pub fn ticket(&self) -> Ticket {
        match self {
            Event::Answered(head) | Event::Opened(head) | Event::Refused((head, _)) => head.ticket,
            Event::Chunk((ticket, _)) | Event::Binary((ticket, _)) => *ticket,
            Event::Ended((ticket, _)) => *ticket,
            Event::Text((ticket, _)) => *ticket,
            Event::Closed((ticket, _, _)) => *ticket,
            Event::Failed((ticket, _)) => *ticket,
            Event::Woke(ticket) => *ticket,
            Event::Waiting((ticket, _)) => *ticket,
        }
    }
}

/// A query's value, or a path's segment: everything but RFC 3986's unreserved characters is percent-encoded.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

/// A refusal by its HTTP status, with what its body says. 401 and 403 are [`Failure::Unauthorized`], 429 is
/// [`Failure::RateLimited`] with `retry-after` where it is in seconds, 408 and 5xx are [`Failure::Unavailable`],
/// 404, 405, 415 and 501 are [`Failure::Unsupported`], any other 4xx is [`Failure::Refused`].
pub fn failure(head: &Head, body: &[u8]) -> Failure {
    let says = || says(head.status, body);
    match head.status {
        401 | 403 => Failure::Unauthorized,
        429 => Failure::RateLimited(retry_after(head)),
        404 | 405 | 415 | 501 => Failure::Unsupported(says()),
        408 | 500..=599 => Failure::Unavailable(says()),
        400..=499 => Failure::Refused(says()),
        _ => Failure::Broken(says()),
    }
}

/// What a broken exchange means for the session.
pub fn trouble(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::NotAllowed => Failure::Refused("the operator doesn't allow this host".to_owned()),
        Trouble::TooLarge => Failure::Broken("the answer is larger than the host takes".to_owned()),
        Trouble::Dns => Failure::Unavailable("the host's name was not found".to_owned()),
        Trouble::Connect => Failure::Unavailable("no connection".to_owned()),
        Trouble::Tls => Failure::Unavailable("the secure connection failed".to_owned()),
        Trouble::TimeOut => Failure::Unavailable("no answer in time".to_owned()),
        Trouble::Reset => Failure::Unavailable("the connection broke".to_owned()),
        Trouble::Stalled => Failure::Unavailable("the connection stalled".to_owned()),
        Trouble::Overloaded => Failure::Unavailable("it is down or overloaded".to_owned()),
    }
}

/// In ms. Some vendors give parts of a second, where RFC 9110 (10.2.3) has whole ones; a date is not understood.
///
/// Without `f64`: the tables that read one are 12 KB of each sandbox.
fn retry_after(head: &Head) -> Option<u32> {
    let text = head.header("retry-after")?.trim();
    let (seconds, part) = text.split_once('.').unwrap_or((text, ""));
    let (seconds, part): (u32, u32) = (seconds.parse().ok()?, format!("{part:0<3.3}").parse().ok()?);
    Some(seconds.saturating_mul(1_000).saturating_add(part))
}

/// A vendor's own words, from the places where vendors put them, cut to what an operator will read.
fn says(status: u16, body: &[u8]) -> String {
    const LONGEST: usize = 300;
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let message = json.as_ref().and_then(|json| {
        ["/error/message", "/message", "/detail/message", "/detail", "/error", "/err_msg", "/reason"]
            .iter()
            .find_map(|place| json.pointer(place).and_then(|value| value.as_str()))
    });
    let text = message.map_or_else(|| String::from_utf8_lossy(body).trim().to_owned(), str::to_owned);
    let short: String = text.chars().take(LONGEST).collect();
    if short.is_empty() { format!("status {status}") } else { format!("status {status}: {short}") }
}

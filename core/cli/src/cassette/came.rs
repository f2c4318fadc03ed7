//! What came from the network, as the file has it: text where it is text, base64 otherwise.

use super::place::Thing;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use closare_terms::network::{self, NetEvent, Ticket, Trouble};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Came {
    Answered(Head),
    Chunk(Piece),
    Ended {
        ticket: Ticket,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        trailers: Vec<Header>,
    },
    Opened(Head),
    Refused {
        head: Head,
        body: Body,
    },
    Text {
        ticket: Ticket,
        text: String,
    },
    Binary(Piece),
    Closed {
        ticket: Ticket,
        code: u16,
        #[serde(default)]
        reason: String,
    },
    Failed {
        ticket: Ticket,
        #[serde(with = "TroubleWord")]
        trouble: Trouble,
    },
    Woke {
        ticket: Ticket,
    },
    Waiting {
        ticket: Ticket,
        bytes: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    ticket: Ticket,
    status: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<Header>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Line", into = "Line")]
pub struct Piece {
    ticket: Ticket,
    body: Body,
}

/// A piece as the file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    ticket: Ticket,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<Base64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Text(String),
    Base64(Base64),
}

/// `name: value`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Header(String, String);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Base64(Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Trouble", rename_all = "kebab-case")]
enum TroubleWord {
    Dns,
    Connect,
    Tls,
    TimeOut,
    Reset,
    Stalled,
    NotAllowed,
    TooLarge,
    Overloaded,
}

/// What an answer's headers are kept of: what a body is, how long to wait, and the ids by which a vendor finds a request.
/// Anything else, a cookie first of all, may be somebody's.
pub fn may_be_kept(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    matches!(name.as_str(), "content-type" | "retry-after")
        || name.contains("request-id")
        || name.contains("requestid")
}

/// Without the headers that aren't kept. The plugin gets what the cassette will have, so that it does the same when it is played.
pub fn sifted(event: NetEvent) -> NetEvent {
    let sift = |head: network::Head| network::Head {
        headers: head.headers.into_iter().filter(|(name, _)| may_be_kept(name)).collect(),
        ..head
    };
    match event {
        NetEvent::Answered(head) => NetEvent::Answered(sift(head)),
        NetEvent::Opened(head) => NetEvent::Opened(sift(head)),
        NetEvent::Refused { head, body } => NetEvent::Refused { head: sift(head), body },
        NetEvent::Ended { ticket, trailers } => NetEvent::Ended {
            ticket,
            trailers: trailers.into_iter().filter(|(name, _)| may_be_kept(name)).collect(),
        },
        other => other,
    }
}

impl Came {
    /// What it is, and of which ticket.
    pub fn thing(&self) -> Thing {
        let one = |noun, of, ticket: &Ticket| Thing { noun, of, ticket: *ticket };
        match self {
            Came::Answered(head) => one("the answer", "to request", &head.ticket),
            Came::Chunk(piece) => one("piece", "of the answer to request", &piece.ticket),
            Came::Ended { ticket, .. } => one("the end", "of the answer to request", ticket),
            Came::Opened(head) => one("the opening", "of socket", &head.ticket),
            Came::Refused { head, .. } => one("the refusal", "of socket", &head.ticket),
            Came::Text { ticket, .. } => one("message", "from socket", ticket),
            Came::Binary(piece) => one("message", "from socket", &piece.ticket),
            Came::Closed { ticket, .. } => one("the close", "from socket", ticket),
            Came::Failed { ticket, .. } => one("the failure", "of ticket", ticket),
            Came::Woke { ticket } => one("the end", "of timer", ticket),
            Came::Waiting { ticket, .. } => one("what waits", "on ticket", ticket),
        }
    }
}

impl From<NetEvent> for Came {
    fn from(event: NetEvent) -> Came {
        match event {
            NetEvent::Answered(head) => Came::Answered(head.into()),
            NetEvent::Chunk { ticket, bytes } => Came::Chunk(Piece::new(ticket, bytes)),
            NetEvent::Ended { ticket, trailers } => Came::Ended { ticket, trailers: headers(trailers) },
            NetEvent::Opened(head) => Came::Opened(head.into()),
            NetEvent::Refused { head, body } => Came::Refused { head: head.into(), body: Body::new(body) },
            NetEvent::Text { ticket, text } => Came::Text { ticket, text },
            NetEvent::Binary { ticket, bytes } => Came::Binary(Piece::new(ticket, bytes)),
            NetEvent::Closed { ticket, code, reason } => Came::Closed { ticket, code, reason },
            NetEvent::Failed { ticket, trouble } => Came::Failed { ticket, trouble },
            NetEvent::Woke { ticket } => Came::Woke { ticket },
            NetEvent::Waiting { ticket, bytes } => Came::Waiting { ticket, bytes },
        }
    }
}

impl From<Came> for NetEvent {
    fn from(came: Came) -> NetEvent {
        match came {
            Came::Answered(head) => NetEvent::Answered(head.into()),
            Came::Chunk(piece) => NetEvent::Chunk { ticket: piece.ticket, bytes: piece.body.bytes() },
            Came::Ended { ticket, trailers } => NetEvent::Ended { ticket, trailers: pairs(trailers) },
            Came::Opened(head) => NetEvent::Opened(head.into()),
            Came::Refused { head, body } => NetEvent::Refused { head: head.into(), body: body.bytes() },
            Came::Text { ticket, text } => NetEvent::Text { ticket, text },
            Came::Binary(piece) => NetEvent::Binary { ticket: piece.ticket, bytes: piece.body.bytes() },
            Came::Closed { ticket, code, reason } => NetEvent::Closed { ticket, code, reason },
            Came::Failed { ticket, trouble } => NetEvent::Failed { ticket, trouble },
            Came::Woke { ticket } => NetEvent::Woke { ticket },
            Came::Waiting { ticket, bytes } => NetEvent::Waiting { ticket, bytes },
        }
    }
}

impl From<network::Head> for Head {
    fn from(head: network::Head) -> Head {
        Head { ticket: head.ticket, status: head.status, headers: headers(head.headers) }
    }
}

impl From<Head> for network::Head {
    fn from(head: Head) -> network::Head {
        network::Head { ticket: head.ticket, status: head.status, headers: pairs(head.headers) }
    }
}

fn headers(pairs: Vec<(String, String)>) -> Vec<Header> {
    pairs.into_iter().map(|(name, value)| Header(name, value)).collect()
}

fn pairs(headers: Vec<Header>) -> Vec<(String, String)> {
    headers.into_iter().map(|Header(name, value)| (name, value)).collect()
}

impl Body {
    fn new(bytes: Vec<u8>) -> Body {
        match String::from_utf8(bytes) {
            Ok(text) => Body::Text(text),
            Err(error) => Body::Base64(Base64(error.into_bytes())),
        }
    }

    fn bytes(self) -> Vec<u8> {
        match self {
            Body::Text(text) => text.into_bytes(),
            Body::Base64(bytes) => bytes.0,
        }
    }
}

impl Piece {
    fn new(ticket: Ticket, bytes: Vec<u8>) -> Piece {
        Piece { ticket, body: Body::new(bytes) }
    }
}

impl TryFrom<Line> for Piece {
    type Error = &'static str;

    fn try_from(line: Line) -> Result<Piece, &'static str> {
        let body = match (line.text, line.base64) {
            (Some(text), None) => Body::Text(text),
            (None, Some(bytes)) => Body::Base64(bytes),
            (Some(_), Some(_)) | (None, None) => return Err("expected one of `text` and `base64`"),
        };
        Ok(Piece { ticket: line.ticket, body })
    }
}

impl From<Piece> for Line {
    fn from(piece: Piece) -> Line {
        let (text, base64) = match piece.body {
            Body::Text(text) => (Some(text), None),
            Body::Base64(bytes) => (None, Some(bytes)),
        };
        Line { ticket: piece.ticket, text, base64 }
    }
}

impl TryFrom<String> for Header {
    type Error = String;

    fn try_from(text: String) -> Result<Header, String> {
        let (name, value) =
            text.split_once(':').ok_or_else(|| format!("expected `name: value`, found `{text}`"))?;
        Ok(Header(name.trim().to_owned(), value.trim().to_owned()))
    }
}

impl From<Header> for String {
    fn from(Header(name, value): Header) -> String {
        format!("{name}: {value}")
    }
}

impl TryFrom<String> for Base64 {
    type Error = String;

    fn try_from(text: String) -> Result<Base64, String> {
        BASE64_STANDARD.decode(text).map(Base64).map_err(|error| format!("expected base64: {error}"))
    }
}

impl From<Base64> for String {
    fn from(bytes: Base64) -> String {
        BASE64_STANDARD.encode(bytes.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(event: NetEvent, expected: &str) {
        let came = Came::from(event.clone());
        let written = serde_json::to_string(&came).unwrap();
        assert_eq!(written, expected);
        assert_eq!(NetEvent::from(serde_json::from_str::<Came>(&written).unwrap()), event);
    }

    #[test]
    fn text_stays_text() {
        check(
            NetEvent::Chunk { ticket: 1, bytes: b"data: {}\n\n".to_vec() },
            r#"{"chunk":{"ticket":1,"text":"data: {}\n\n"}}"#,
        );
        check(
            NetEvent::Binary { ticket: 1, bytes: vec![0xff, 0xfe] },
            r#"{"binary":{"ticket":1,"base64":"//4="}}"#,
        );
        check(
            NetEvent::Failed { ticket: 2, trouble: Trouble::TimeOut },
            r#"{"failed":{"ticket":2,"trouble":"time-out"}}"#,
        );
        let head = network::Head {
            ticket: 1,
            status: 429,
            headers: vec![("retry-after".to_owned(), "2".to_owned())],
        };
        check(
            NetEvent::Refused { head, body: b"no".to_vec() },
            r#"{"refused":{"head":{"ticket":1,"status":429,"headers":["retry-after: 2"]},"body":{"text":"no"}}}"#,
        );
    }

    #[test]
    fn a_cookie_is_not_kept() {
        let names = ["Content-Type", "X-Request-Id", "set-cookie", "authorization", "Retry-After", "server"];
        let headers = names.map(|name| (name.to_owned(), "x".to_owned())).to_vec();
        let NetEvent::Answered(head) =
            sifted(NetEvent::Answered(network::Head { ticket: 1, status: 200, headers }))
        else {
            panic!("expected an answer")
        };
        let kept: Vec<_> = head.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(kept, ["Content-Type", "X-Request-Id", "Retry-After"]);
    }
}

//! What a plugin session asks of the network, and what came of it: the contract's `network` interface in Rust.
//! `host` hands these out of the sandbox and back in; `egress` carries them out.

use crate::Millis;

/// Chosen by the session; unique among what it has open.
pub type Ticket = u32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    None,
    Whole(Vec<u8>),
    /// Follows by [`NetEffect::More`], up to [`NetEffect::End`].
    Streamed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub ticket: Ticket,
    pub method: String,
    /// May hold `{{secret:NAME}}`, as may headers; filled in as the bytes leave.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// A name from the manifest's `credentials`.
    pub credential: Option<String>,
    /// For the whole exchange.
    pub time_limit: Option<Millis>,
    /// May be asked again after a failure before the first byte of the answer.
    pub repeatable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    pub ticket: Ticket,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub protocols: Vec<String>,
    pub credential: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetEffect {
    Ask(Request),
    More {
        ticket: Ticket,
        bytes: Vec<u8>,
    },
    End {
        ticket: Ticket,
    },
    Open(Socket),
    Text {
        ticket: Ticket,
        text: String,
    },
    Binary {
        ticket: Ticket,
        bytes: Vec<u8>,
    },
    Close {
        ticket: Ticket,
        code: u16,
    },
    /// Answered by [`NetEvent::Woke`] after this long.
    Wake {
        ticket: Ticket,
        after: Millis,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub ticket: Ticket,
    pub status: u16,
    pub headers: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetEvent {
    Answered(Head),
    Chunk {
        ticket: Ticket,
        bytes: Vec<u8>,
    },
    Ended {
        ticket: Ticket,
        trailers: Vec<(String, String)>,
    },
    Opened(Head),
    Refused {
        head: Head,
        body: Vec<u8>,
    },
    Text {
        ticket: Ticket,
        text: String,
    },
    Binary {
        ticket: Ticket,
        bytes: Vec<u8>,
    },
    Closed {
        ticket: Ticket,
        code: u16,
        reason: String,
    },
    Failed {
        ticket: Ticket,
        trouble: Trouble,
    },
    Woke {
        ticket: Ticket,
    },
    /// Bytes that wait to leave.
    Waiting {
        ticket: Ticket,
        bytes: u32,
    },
}

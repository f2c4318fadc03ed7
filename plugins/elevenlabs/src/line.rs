//! The connection: one socket at a time, and the contexts on it.

use closare_plugin::network::{Effect, Socket, Ticket};
use closare_plugin::socket::WebSocket;
use std::collections::BTreeSet;

/// The vendor's limit: https://elevenlabs.io/docs/eleven-api/guides/how-to/websockets/multi-context-web-socket
const CONTEXTS_MAX: usize = 5;

pub struct Line {
    pub socket: WebSocket,
    ticket: Ticket,
    /// It is part of the URL, so another language needs another connection.
    pub language: Option<String>,
    /// Contexts that were given up before their end: the vendor counts them until it says that they are final.
    ending: BTreeSet<String>,
    /// Whether the vendor has taken the connection.
    pub is_open: bool,
}

impl Line {
    pub fn open(url: String, ticket: Ticket, language: Option<String>) -> (Line, Effect) {
        let socket = Socket::open(url).ticket(ticket).credential("key");
        let (socket, effect) = WebSocket::open(socket);
        (Line { socket, ticket, language, ending: BTreeSet::new(), is_open: false }, effect)
    }

    /// Whether a further context fits on it.
    pub fn has_room(&self) -> bool {
        self.ending.len() < CONTEXTS_MAX
    }

    /// Gives a context up before its end. One that was told to close isn't told again: it ends what it has flushed all the
    /// same, and where it has ended, the vendor would take the message for the start of another.
    pub fn drop_context(&mut self, context: String, is_closed: bool) -> Vec<Effect> {
        let message = serde_json::json!({"context_id": context, "close_context": true});
        self.ending.insert(context);
        if is_closed { Vec::new() } else { self.socket.json(&message) }
    }

    /// Its last message came.
    pub fn ended(&mut self, context: &str) {
        self.ending.remove(context);
    }

    /// Whether a message without a name can be of one context alone.
    pub fn has_one(&self) -> bool {
        self.ending.is_empty()
    }

    /// Everything on it ends. One that isn't open yet has nothing on it.
    pub fn close(&mut self) -> Vec<Effect> {
        if !self.is_open {
            return vec![Effect::Close((self.ticket, 1000))];
        }
        let mut effects = self.socket.json(&serde_json::json!({"close_socket": true}));
        effects.extend(self.socket.close());
        effects
    }
}

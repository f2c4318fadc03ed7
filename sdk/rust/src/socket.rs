//! A WebSocket as most vendors use it: opened once, fed from the start, closed at the end. What is sent before it is open
//! waits here.

use crate::Failure;
use crate::network::{self, Effect, Event, Ticket};

pub struct WebSocket {
    ticket: Ticket,
    state: State,
    waiting: Vec<Effect>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Opening,
    Open,
    /// We have said goodbye.
    Closing,
    Closed,
}

/// What an event means for the socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrived {
    /// Effects to pass on: what waited for it to open.
    Opened(Vec<Effect>),
    Text(String),
    Binary(Vec<u8>),
    /// It closed, after we said so or by itself.
    Closed {
        asked_for: bool,
        code: u16,
        reason: String,
    },
    Failed(Failure),
    /// Not for this socket, or of no account.
    Nothing,
}

impl WebSocket {
    /// The socket, and the effect that opens it.
    pub fn open(socket: network::Socket) -> (WebSocket, Effect) {
        let this = WebSocket { ticket: socket.ticket, state: State::Opening, waiting: Vec::new() };
        (this, Effect::Open(socket))
    }

    pub fn text(&mut self, text: impl Into<String>) -> Vec<Effect> {
        self.send(Effect::Text((self.ticket, text.into())))
    }

    pub fn json(&mut self, message: &impl serde::Serialize) -> Vec<Effect> {
        // As for a request's body: only a map whose keys aren't strings can't be written.
        self.text(serde_json::to_string(message).unwrap_or_default())
    }

    pub fn binary(&mut self, bytes: Vec<u8>) -> Vec<Effect> {
        self.send(Effect::Binary((self.ticket, bytes)))
    }

    /// Says goodbye with code 1000, after all that was sent before.
    pub fn close(&mut self) -> Vec<Effect> {
        let effects = self.send(Effect::Close((self.ticket, 1000)));
        if self.state == State::Open {
            self.state = State::Closing;
        }
        effects
    }

    pub fn is_over(&self) -> bool {
        self.state == State::Closed
    }

    pub fn arrived(&mut self, event: Event) -> Arrived {
        if event.ticket() != self.ticket {
            return Arrived::Nothing;
        }
        match event {
            Event::Opened(_) => self.opened(),
            Event::Text((_, text)) => Arrived::Text(text),
            Event::Binary((_, bytes)) => Arrived::Binary(bytes),
            Event::Closed((_, code, reason)) => {
                let asked_for = self.state == State::Closing;
                self.state = State::Closed;
                Arrived::Closed { asked_for, code, reason }
            }
            Event::Refused((head, body)) => self.failed(network::failure(&head, &body)),
            Event::Failed((_, trouble)) => self.failed(network::trouble(trouble)),
            _ => Arrived::Nothing,
        }
    }

    fn send(&mut self, effect: Effect) -> Vec<Effect> {
        match self.state {
            State::Opening => self.waiting.push(effect),
            State::Open => return vec![effect],
            State::Closing | State::Closed => {}
        }
        Vec::new()
    }

    fn opened(&mut self) -> Arrived {
        let waiting = std::mem::take(&mut self.waiting);
        let goodbye = waiting.iter().any(|effect| matches!(effect, Effect::Close(_)));
        self.state = if goodbye { State::Closing } else { State::Open };
        Arrived::Opened(waiting)
    }

    fn failed(&mut self, failure: Failure) -> Arrived {
        self.state = State::Closed;
        Arrived::Failed(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Head, Socket};

    #[test]
    fn what_is_sent_early_waits_for_the_opening() {
        let (mut socket, effect) = WebSocket::open(Socket::open("wss://api.example.com").ticket(3));
        assert!(matches!(effect, Effect::Open(_)));
        assert_eq!((socket.text("hello"), socket.close()), (Vec::new(), Vec::new()));
        let head = Head { ticket: 3, status: 101, headers: Vec::new() };
        let sent = vec![Effect::Text((3, "hello".to_owned())), Effect::Close((3, 1000))];
        assert_eq!(socket.arrived(Event::Opened(head)), Arrived::Opened(sent));
        let closed = Arrived::Closed { asked_for: true, code: 1000, reason: String::new() };
        assert_eq!(socket.arrived(Event::Closed((3, 1000, String::new()))), closed);
        assert!(socket.is_over() && socket.text("late").is_empty());
    }

    #[test]
    fn a_refusal_is_told_by_its_status() {
        let (mut socket, _) = WebSocket::open(Socket::open("wss://api.example.com").ticket(3));
        let head = Head { ticket: 3, status: 401, headers: Vec::new() };
        assert_eq!(
            socket.arrived(Event::Refused((head, Vec::new()))),
            Arrived::Failed(Failure::Unauthorized)
        );
        assert_eq!(socket.arrived(Event::Woke(9)), Arrived::Nothing);
    }
}

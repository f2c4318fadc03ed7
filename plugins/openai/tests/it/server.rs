//! A server's side of an exchange, as events.

use closare_plugin::Opening;
use closare_plugin::network::{Body, Effect, Event, Head, Request, Ticket, Trouble};

pub fn opening(options: &str) -> Opening {
    let languages = vec!["en".to_owned()];
    Opening { at: 0, wall: 1_790_000_000_000, seed: 7, options: options.to_owned(), languages }
}

pub fn answered(ticket: Ticket, status: u16, headers: &[(&str, &str)]) -> Event {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Event::Answered(Head { ticket, status, headers })
}

pub fn chunk(ticket: Ticket, bytes: impl Into<Vec<u8>>) -> Event {
    Event::Chunk((ticket, bytes.into()))
}

pub fn ended(ticket: Ticket) -> Event {
    Event::Ended((ticket, Vec::new()))
}

pub fn failed(ticket: Ticket, trouble: Trouble) -> Event {
    Event::Failed((ticket, trouble))
}

/// An effect in a line, a request with its body.
pub fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Ask(request) => format!("ask {}", self::request(request)),
        Effect::Close((ticket, _)) => format!("close {ticket}"),
        other => format!("{other:?}"),
    }
}

fn request(request: &Request) -> String {
    let body = match &request.body {
        Body::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => format!("{other:?}"),
    };
    let credential = request.credential.as_deref().unwrap_or("no credential");
    format!("{} {} {} ({credential}) {body}", request.ticket, request.method, request.url)
}

//! Deepgram's side of an exchange, as events.

use closare_plugin::network::{Body, Effect, Event, Head, Request, Ticket};

pub fn head(ticket: Ticket, status: u16, headers: &[(&str, &str)]) -> Head {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Head { ticket, status, headers }
}

/// The upgrade is accepted. The header: https://developers.deepgram.com/changelog/2022/11/8.
pub fn opened(ticket: Ticket) -> Event {
    Event::Opened(head(ticket, 101, &[("dg-request-id", "8c8ebea9-dbec-45fa-a035-e4632cb05b5f")]))
}

pub fn text(ticket: Ticket, text: &str) -> Event {
    Event::Text((ticket, text.to_owned()))
}

pub fn closed(ticket: Ticket, code: u16, reason: &str) -> Event {
    Event::Closed((ticket, code, reason.to_owned()))
}

/// An effect in a line.
pub fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Ask(request) => format!("ask {}", self::request(request)),
        Effect::Open(socket) => {
            let credential = socket.credential.as_deref().unwrap_or("no credential");
            format!("open {} ({credential}) {}", socket.ticket, socket.url)
        }
        Effect::Text((ticket, text)) => format!("text {ticket} {text}"),
        Effect::Binary((ticket, bytes)) => format!("binary {ticket} of {} bytes", bytes.len()),
        Effect::Close((ticket, code)) => format!("close {ticket} {code}"),
        Effect::Wake((ticket, ms)) => format!("wake {ticket} in {ms}"),
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

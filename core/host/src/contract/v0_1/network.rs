use super::wit::closare::plugin::network as wit;
use closare_terms::Millis;
use closare_terms::network::{Body, Head, NetEffect, NetEvent, Request, Socket, Trouble};

impl From<wit::Effect> for NetEffect {
    fn from(effect: wit::Effect) -> NetEffect {
        match effect {
            wit::Effect::Ask(request) => NetEffect::Ask(asked(request)),
            wit::Effect::More((ticket, bytes)) => NetEffect::More { ticket, bytes },
            wit::Effect::End(ticket) => NetEffect::End { ticket },
            wit::Effect::Open(socket) => NetEffect::Open(opened(socket)),
            wit::Effect::Text((ticket, text)) => NetEffect::Text { ticket, text },
            wit::Effect::Binary((ticket, bytes)) => NetEffect::Binary { ticket, bytes },
            wit::Effect::Close((ticket, code)) => NetEffect::Close { ticket, code },
            wit::Effect::Wake((ticket, ms)) => NetEffect::Wake { ticket, after: Millis(u64::from(ms)) },
        }
    }
}

fn asked(request: wit::Request) -> Request {
    Request {
        ticket: request.ticket,
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: match request.body {
            wit::Body::None => Body::None,
            wit::Body::Whole(bytes) => Body::Whole(bytes),
            wit::Body::Streamed => Body::Streamed,
        },
        credential: request.credential,
        time_limit: request.time_limit.map(|ms| Millis(u64::from(ms))),
        repeatable: request.repeatable,
    }
}

fn opened(socket: wit::Socket) -> Socket {
    Socket {
        ticket: socket.ticket,
        url: socket.url,
        headers: socket.headers,
        protocols: socket.protocols,
        credential: socket.credential,
    }
}

impl From<NetEvent> for wit::Event {
    fn from(event: NetEvent) -> wit::Event {
        match event {
            NetEvent::Answered(head) => wit::Event::Answered(head.into()),
            NetEvent::Chunk { ticket, bytes } => wit::Event::Chunk((ticket, bytes)),
            NetEvent::Ended { ticket, trailers } => wit::Event::Ended((ticket, trailers)),
            NetEvent::Opened(head) => wit::Event::Opened(head.into()),
            NetEvent::Refused { head, body } => wit::Event::Refused((head.into(), body)),
            NetEvent::Text { ticket, text } => wit::Event::Text((ticket, text)),
            NetEvent::Binary { ticket, bytes } => wit::Event::Binary((ticket, bytes)),
            NetEvent::Closed { ticket, code, reason } => wit::Event::Closed((ticket, code, reason)),
            NetEvent::Failed { ticket, trouble } => wit::Event::Failed((ticket, trouble.into())),
            NetEvent::Woke { ticket } => wit::Event::Woke(ticket),
            NetEvent::Waiting { ticket, bytes } => wit::Event::Waiting((ticket, bytes)),
        }
    }
}

impl From<Head> for wit::Head {
    fn from(head: Head) -> wit::Head {
        wit::Head { ticket: head.ticket, status: head.status, headers: head.headers }
    }
}

impl From<Trouble> for wit::Trouble {
    fn from(trouble: Trouble) -> wit::Trouble {
        match trouble {
            Trouble::Dns => wit::Trouble::Dns,
            Trouble::Connect => wit::Trouble::Connect,
            Trouble::Tls => wit::Trouble::Tls,
            Trouble::TimeOut => wit::Trouble::TimeOut,
            Trouble::Reset => wit::Trouble::Reset,
            Trouble::Stalled => wit::Trouble::Stalled,
            Trouble::NotAllowed => wit::Trouble::NotAllowed,
            Trouble::TooLarge => wit::Trouble::TooLarge,
            Trouble::Overloaded => wit::Trouble::Overloaded,
        }
    }
}

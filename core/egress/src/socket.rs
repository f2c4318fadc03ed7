//! One WebSocket (RFC 6455): the upgrade goes by the same clients as requests, so that names, addresses, TLS and
//! a refusal's body are dealt with in one place.

use crate::Error;
use crate::attempts::signed_answer;
use crate::exchange::{Exchange, What};
use crate::http::head;
use crate::prepared::Prepared;
use crate::retry::Again;
use crate::session::{Inbox, Session};
use crate::ticket::Out;
use crate::trouble::Failed;
use closare_terms::network::{NetEvent, Socket, Ticket, Trouble};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use reqwest::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
};
use reqwest::header::{SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{RequestBuilder, Response, StatusCode, Upgraded};
use std::sync::Arc;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};

/// Bytes. The library's own 128 KiB are cleared at each read and kept for each socket; a vendor's message is a few thousand.
const READ_BUFFER: usize = 4 << 10;

/// Opens, carries messages both ways, and gives the end.
pub(crate) async fn open(session: &Arc<Session>, socket: Socket, inbox: Inbox) -> Result<NetEvent, Failed> {
    let deadline = Instant::now() + session.door.limits.exchange;
    let credential = socket.credential.as_deref();
    let prepared = session.prepare(&socket.url, &socket.headers, credential, deadline).await?;
    let mut exchange = session.begin(What::Socket, &prepared.origin);
    let result = talk(session, &mut exchange, &socket, prepared, inbox).await;
    exchange.ended(result)
}

async fn talk(
    session: &Session,
    exchange: &mut Exchange,
    socket: &Socket,
    mut prepared: Prepared,
    inbox: Inbox,
) -> Result<NetEvent, Failed> {
    let ticket = socket.ticket;
    let key = generate_key();
    let asking = upgrade(session, exchange, &mut prepared, &socket.protocols, &key)?;
    let deadline = Instant::now() + exchange.lane.limits.exchange;
    // The turn is held as long as the socket is open.
    let (response, _turn) =
        signed_answer(session, exchange, Again::IfNeverConnected, deadline, prepared, true, asking).await?;
    let head = head(ticket, &response);
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(NetEvent::Refused { head, body: refusal(exchange, response).await });
    }
    let accepted = derive_accept_key(key.as_bytes());
    if response.headers().get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes) != Some(accepted.as_bytes()) {
        // RFC 6455, 4.1: whoever answers so doesn't speak WebSocket.
        return Err(Trouble::Reset.into());
    }
    let limits = &exchange.lane.limits;
    let stream = timeout(limits.connect, response.upgrade()).await.map_err(|_| Trouble::TimeOut)??;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(limits.message_max))
        .max_frame_size(Some(limits.message_max));
    let (sink, stream) = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await.split();
    (session.deliver)(NetEvent::Opened(head));
    tokio::select! {
        end = read(session, exchange, ticket, stream) => end,
        end = write(session, exchange, ticket, inbox, sink) => end,
    }
}

/// Makes the request for an upgrade (RFC 6455, 4.1), as often as it is asked.
fn upgrade(
    session: &Session,
    exchange: &Exchange,
    prepared: &mut Prepared,
    protocols: &[String],
    key: &str,
) -> Result<impl FnMut(&Prepared) -> RequestBuilder + use<>, Failed> {
    let client = session.client(exchange, prepared.reach, true)?;
    let Prepared { url, headers, .. } = prepared;
    let scheme = if matches!(url.scheme(), "wss" | "https") { "https" } else { "http" };
    url.set_scheme(scheme).map_err(|()| Error::Origin(url.scheme().to_owned()))?;
    let value = |text: &str| {
        HeaderValue::from_str(text).map_err(|_| Error::Header(SEC_WEBSOCKET_PROTOCOL.to_string()))
    };
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(SEC_WEBSOCKET_KEY, value(key)?);
    if !protocols.is_empty() {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, value(&protocols.join(", "))?);
    }
    Ok(move |prepared: &Prepared| client.get(prepared.url.clone()).headers(prepared.headers.clone()))
}

/// As much of a refusal as tells why.
async fn refusal(exchange: &Exchange, mut response: Response) -> Vec<u8> {
    const ENOUGH: usize = 64 << 10;
    let mut body = vec![];
    while body.len() < ENOUGH {
        match timeout(exchange.lane.limits.stall, response.chunk()).await {
            Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            Ok(Ok(None) | Err(_)) | Err(_) => break,
        }
    }
    body.truncate(ENOUGH);
    exchange.bytes.got(body.len());
    body
}

type Stream = WebSocketStream<Upgraded>;

async fn read(
    session: &Session,
    exchange: &Exchange,
    ticket: Ticket,
    mut stream: SplitStream<Stream>,
) -> Result<NetEvent, Failed> {
    loop {
        session.readable().await;
        let event = match stream.next().await {
            Some(Ok(Message::Text(text))) => NetEvent::Text { ticket, text: text.to_string() },
            Some(Ok(Message::Binary(bytes))) => NetEvent::Binary { ticket, bytes: bytes.into() },
            Some(Ok(Message::Close(frame))) => return Ok(closed(ticket, frame)),
            // Pings are answered by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Err(tungstenite::Error::Capacity(_))) => return Err(Trouble::TooLarge.into()),
            Some(Err(_)) | None => return Err(Trouble::Reset.into()),
        };
        exchange.bytes.got(length(&event));
        (session.deliver)(event);
    }
}

fn length(event: &NetEvent) -> usize {
    match event {
        NetEvent::Text { text, .. } => text.len(),
        NetEvent::Binary { bytes, .. } => bytes.len(),
        _ => 0,
    }
}

fn closed(ticket: Ticket, frame: Option<CloseFrame>) -> NetEvent {
    // RFC 6455, 7.1.5: 1005 where there was no code.
    let (code, reason) =
        frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.to_string()));
    NetEvent::Closed { ticket, code, reason }
}

/// What leaves; then, after a close, the end where the other side doesn't answer it.
async fn write(
    session: &Session,
    exchange: &Exchange,
    ticket: Ticket,
    inbox: Inbox,
    sink: SplitSink<Stream, Message>,
) -> Result<NetEvent, Failed> {
    match write_all(session, exchange, inbox, sink).await? {
        Then::Read => std::future::pending().await,
        Then::Leave => {
            tokio::time::sleep(exchange.lane.limits.connect).await;
            // RFC 6455, 7.1.5: 1006 where there was no close from the other side.
            Ok(NetEvent::Closed { ticket, code: 1006, reason: String::new() })
        }
    }
}

/// What is left to do once all is written.
enum Then {
    /// The reader tells how it ended: a close may be waiting to be read.
    Read,
    /// We said goodbye.
    Leave,
}

async fn write_all(
    session: &Session,
    exchange: &Exchange,
    mut inbox: Inbox,
    mut sink: SplitSink<Stream, Message>,
) -> Result<Then, Failed> {
    let (origin, stall) = (&exchange.lane.origin, exchange.lane.limits.stall);
    let mut is_first = true;
    while let Some(out) = inbox.queue.recv().await {
        let length = out.len();
        let message = match out {
            Out::Text(text) if std::mem::take(&mut is_first) => session.first_message(text, origin)?.into(),
            Out::Text(text) => Message::text(text),
            Out::Bytes(bytes) => Message::binary(bytes),
            Out::Close(code) => {
                let goodbye = Message::Close(Some(CloseFrame { code: code.into(), reason: "".into() }));
                let _ = timeout(stall, sink.send(goodbye)).await;
                return Ok(Then::Leave);
            }
        };
        match timeout(stall, sink.send(message)).await {
            Ok(Ok(())) => inbox.waiting.left(length, &*session.deliver),
            Ok(Err(tungstenite::Error::Capacity(_))) => return Err(Trouble::TooLarge.into()),
            Ok(Err(_)) => return Ok(Then::Read),
            Err(_) => return Err(Trouble::Stalled.into()),
        }
        exchange.bytes.sent(length);
    }
    Ok(Then::Read)
}

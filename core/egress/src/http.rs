//! One request and its answer. Redirects are handed back; server-sent events are plain chunks.

use crate::session::{Inbox, Session};
use crate::ticket::Out;
use crate::trouble::Failed;
use closare_terms::network::{Body, Head, NetEvent, Request, Ticket, Trouble};
use futures::{Stream, stream};
use http_body_util::BodyExt;
use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Asks, tells the head and the body's pieces, and gives the end.
pub(crate) async fn ask(
    session: &Arc<Session>,
    request: Request,
    body: Option<Inbox>,
) -> Result<NetEvent, Failed> {
    session.counts.request();
    let longest = session.door.limits.exchange;
    let limit = request.time_limit.map_or(longest, |limit| Duration::from_millis(limit.0).min(longest));
    timeout(limit, exchange(session, request, body)).await.map_err(|_| Trouble::TimeOut)?
}

async fn exchange(session: &Arc<Session>, request: Request, body: Option<Inbox>) -> Result<NetEvent, Failed> {
    let ticket = request.ticket;
    let response = answer(session, request, body).await?;
    (session.deliver)(NetEvent::Answered(head(ticket, &response)));
    let mut whole = 0;
    let mut trailers = vec![];
    let mut body = reqwest::Body::from(response);
    loop {
        session.readable().await;
        let frame = timeout(session.door.limits.stall, body.frame()).await.map_err(|_| Trouble::Stalled)?;
        let Some(frame) = frame else { return Ok(NetEvent::Ended { ticket, trailers }) };
        match frame?.into_data() {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => {
                whole += bytes.len();
                if whole > session.door.limits.body_max {
                    return Err(Trouble::TooLarge.into());
                }
                session.counts.got(bytes.len());
                (session.deliver)(NetEvent::Chunk { ticket, bytes: bytes.into() });
            }
            Err(frame) => trailers.extend(frame.into_trailers().iter().flat_map(all)),
        }
    }
}

/// The head of the answer; a repeatable request is asked once more where none came.
async fn answer(session: &Arc<Session>, request: Request, body: Option<Inbox>) -> Result<Response, Failed> {
    let again = request.repeatable && body.is_none();
    let streamed = body.map(|inbox| reqwest::Body::wrap_stream(pieces(session.clone(), inbox)));
    match send(session, &request, streamed).await {
        Err(Failed::Trouble(Trouble::Dns | Trouble::Connect | Trouble::Reset)) if again => {
            send(session, &request, None).await
        }
        result => result,
    }
}

async fn send(
    session: &Session,
    request: &Request,
    streamed: Option<reqwest::Body>,
) -> Result<Response, Failed> {
    let (passed, url, headers) =
        session.prepare(&request.url, &request.headers, request.credential.as_deref())?;
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| crate::Error::Method(request.method.clone()))?;
    let asked = session.door.client(passed.reach).request(method, url).headers(headers);
    let asked = match (streamed, &request.body) {
        (Some(body), _) => asked.body(body),
        (None, Body::Whole(bytes)) => {
            session.counts.sent(bytes.len());
            asked.body(bytes.clone())
        }
        (None, Body::None | Body::Streamed) => asked,
    };
    Ok(timeout(session.door.limits.answer, asked.send()).await.map_err(|_| Trouble::TimeOut)??)
}

/// The pieces of a streamed body as they leave, up to the end of the queue.
fn pieces(session: Arc<Session>, inbox: Inbox) -> impl Stream<Item = Result<Vec<u8>, Infallible>> + Send {
    stream::unfold((session, inbox), |(session, mut inbox)| async move {
        let bytes = match inbox.queue.recv().await? {
            Out::Bytes(bytes) => bytes,
            Out::Text(text) => text.into_bytes(),
            Out::Close(_) => return None,
        };
        inbox.waiting.left(bytes.len(), &*session.deliver);
        session.counts.sent(bytes.len());
        Some((Ok(bytes), (session, inbox)))
    })
}

pub(crate) fn head(ticket: Ticket, response: &Response) -> Head {
    Head { ticket, status: response.status().as_u16(), headers: all(response.headers()) }
}

fn all(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| pair(name.as_str(), value.as_bytes())).collect()
}

fn pair(name: &str, value: &[u8]) -> (String, String) {
    (name.to_owned(), String::from_utf8_lossy(value).into_owned())
}

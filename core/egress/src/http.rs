//! One request and its answer. Redirects are handed back; server-sent events are plain chunks.

use crate::Error;
use crate::attempts::signed_answer;
use crate::exchange::{Bytes, Exchange, What};
use crate::gate::Reach;
use crate::prepared::Prepared;
use crate::retry::Again;
use crate::session::{Inbox, Session};
use crate::ticket::Out;
use crate::trouble::Failed;
use closare_terms::network::{Body, Head, NetEvent, Request, Ticket, Trouble};
use futures::{Stream, TryStreamExt, stream};
use http_body_util::BodyExt;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// Asks, tells the head and the body's pieces, and gives the end.
pub(crate) async fn ask(
    session: &Arc<Session>,
    request: Request,
    body: Option<Inbox>,
) -> Result<NetEvent, Failed> {
    let asked = Instant::now();
    let longest = asked + limit(&request, session.door.limits.exchange);
    let credential = request.credential.as_deref();
    let prepared = session.prepare(&request.url, &request.headers, credential, longest).await?;
    let mut exchange = session.begin(What::Request, &prepared.origin);
    let deadline = asked + limit(&request, exchange.lane.limits.exchange);
    let result = talk(session, &mut exchange, request, prepared, body, deadline).await;
    exchange.ended(result)
}

async fn talk(
    session: &Arc<Session>,
    exchange: &mut Exchange,
    request: Request,
    prepared: Prepared,
    body: Option<Inbox>,
    deadline: Instant,
) -> Result<NetEvent, Failed> {
    let (ticket, is_whole) = (request.ticket, body.is_none());
    let again = if request.repeatable && is_whole { Again::Safe } else { Again::IfNeverConnected };
    let asking = asking(session, exchange, request, prepared.reach, body)?;
    let answer = signed_answer(session, exchange, again, deadline, prepared, is_whole, asking).await?;
    // The turn is held until the body is read.
    let (response, _turn) = answer;
    (session.deliver)(NetEvent::Answered(head(ticket, &response)));
    timeout_at(deadline, read(session, exchange, ticket, response)).await.map_err(|_| Trouble::TimeOut)?
}

fn limit(request: &Request, longest: Duration) -> Duration {
    request.time_limit.map_or(longest, |limit| Duration::from_millis(limit.0).min(longest))
}

/// Makes the request, as often as it is asked.
fn asking(
    session: &Arc<Session>,
    exchange: &Exchange,
    request: Request,
    reach: Reach,
    body: Option<Inbox>,
) -> Result<impl FnMut(&Prepared) -> RequestBuilder + use<>, Failed> {
    let client = session.client(exchange, reach, false)?;
    let method =
        Method::from_bytes(request.method.as_bytes()).map_err(|_| Error::Method(request.method.clone()))?;
    let bytes = exchange.bytes.clone();
    let streamed = body.map(|inbox| Streamed::new(session.clone(), bytes.clone(), inbox));
    let whole = match request.body {
        Body::Whole(whole) => Some(whole),
        Body::None | Body::Streamed => None,
    };
    Ok(move |prepared: &Prepared| {
        let asked = client.request(method.clone(), prepared.url.clone()).headers(prepared.headers.clone());
        match (&streamed, &whole) {
            (Some(streamed), _) => asked.body(streamed.body()),
            (None, Some(whole)) => {
                bytes.sent(whole.len());
                asked.body(whole.clone())
            }
            (None, None) => asked,
        }
    })
}

async fn read(
    session: &Session,
    exchange: &Exchange,
    ticket: Ticket,
    response: Response,
) -> Result<NetEvent, Failed> {
    let limits = &exchange.lane.limits;
    let mut whole = 0;
    let mut trailers = vec![];
    let mut body = reqwest::Body::from(response);
    loop {
        session.readable().await;
        let frame = timeout(limits.stall, body.frame()).await.map_err(|_| Trouble::Stalled)?;
        let Some(frame) = frame else { return Ok(NetEvent::Ended { ticket, trailers }) };
        match frame?.into_data() {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => {
                whole += bytes.len();
                if whole > limits.body_max {
                    return Err(Trouble::TooLarge.into());
                }
                exchange.bytes.got(bytes.len());
                (session.deliver)(NetEvent::Chunk { ticket, bytes: bytes.into() });
            }
            Err(frame) => trailers.extend(frame.into_trailers().iter().flat_map(all)),
        }
    }
}

/// A body that follows piece by piece. Whoever sends its first piece has it: where there was no connection nobody did,
/// and it is whole for the next attempt.
struct Streamed(Arc<Mutex<Option<Pieces>>>);

struct Pieces {
    session: Arc<Session>,
    bytes: Arc<Bytes>,
    inbox: Inbox,
}

impl Streamed {
    fn new(session: Arc<Session>, bytes: Arc<Bytes>, inbox: Inbox) -> Streamed {
        Streamed(Arc::new(Mutex::new(Some(Pieces { session, bytes, inbox }))))
    }

    fn body(&self) -> reqwest::Body {
        let whole = self.0.clone();
        let first = stream::once(async move {
            let pieces = whole.lock().unwrap_or_else(PoisonError::into_inner).take();
            pieces
                .map(Pieces::stream)
                .ok_or_else(|| io::Error::other("expected a whole body, found a begun one"))
        });
        reqwest::Body::wrap_stream(first.try_flatten())
    }
}

impl Pieces {
    /// Up to the end of the queue.
    fn stream(self) -> impl Stream<Item = io::Result<Vec<u8>>> + Send {
        stream::unfold(self, |mut pieces| async move {
            let bytes = match pieces.inbox.queue.recv().await? {
                Out::Bytes(bytes) => bytes,
                Out::Text(text) => text.into_bytes(),
                Out::Close(_) => return None,
            };
            pieces.inbox.waiting.left(bytes.len(), &*pieces.session.deliver);
            pieces.bytes.sent(bytes.len());
            Some((Ok(bytes), pieces))
        })
    }
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

//! The door for media streams: HTTP, behind a proxy that speaks TLS. Who doesn't know the path's token, or can't sign, is turned away
//! before the upgrade, with 403 and nothing more. Who doesn't ask in time is cut off, and a connection that isn't a stream ends with its
//! answer.
//!
//! - `GET {public}/twilio/TOKEN`: the stream of a `<Connect><Stream>` that the operator wrote.
//! - `POST {public}/twilio/TOKEN/voice`: the number's voice webhook; the answer is TwiML with a ticket for this one call.
//! - `GET {public}/twilio/TOKEN/TICKET`: that call's stream.

use super::doorstep::{ASKED_WITHIN, Doorstep, Visit};
use super::messages::Start;
use super::signature::is_signed;
use super::tickets::Ticket;
use super::{Call, talk};
use crate::sip::admission::Verdict;
use crate::sip::driver::Driver;
use crate::{StreamConfig, StreamLine};
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use subtle::ConstantTimeEq;

/// A message of a second's audio has 11 KB.
const MESSAGE_MAX: usize = 64 << 10;
const FORM_MAX: usize = 16 << 10;
/// A frame's message has 350 bytes; the library's own 128 KiB are cleared at each read.
const READ_BUFFER: usize = 4 << 10;
const SIGNATURE: &str = "x-twilio-signature";

/// Whom a stream is for, and what is known of its caller.
pub(crate) struct Guest {
    pub number: String,
    pub source: SocketAddr,
    pub ticket: Option<Ticket>,
}

#[derive(Clone)]
struct Door {
    driver: Arc<Driver>,
    config: Arc<StreamConfig>,
}

impl Driver {
    pub fn serve_streams(self: &Arc<Self>) {
        let (Some(config), Some(listener)) = (&self.config.streams, self.streams.take_listener()) else {
            return;
        };
        let door = Door { driver: self.clone(), config: Arc::new(config.clone()) };
        let router = Router::new()
            .route("/twilio/{token}", get(stream))
            .route("/twilio/{token}/voice", post(voice))
            .route("/twilio/{token}/{ticket}", get(ticketed))
            .layer(DefaultBodyLimit::max(FORM_MAX))
            .with_state(door);
        let stop = self.stop.clone();
        let router = router.layer(map_response(last_answer));
        let service = router.into_make_service_with_connect_info::<Visit>();
        let listener = Doorstep::new(listener, ASKED_WITHIN, self.gate.clone());
        tokio::spawn(async move {
            let served =
                axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await });
            if let Err(error) = served.await {
                tracing::error!(%error, "the door for media streams has closed");
            }
        });
    }
}

async fn stream(
    State(door): State<Door>,
    Path(token): Path<String>,
    ConnectInfo(visit): ConnectInfo<Visit>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(line) = door.line(&token, &token, &headers, "wss", &BTreeMap::new()) else {
        return door.turn_away();
    };
    let guest = Guest { number: line.number.clone(), source: visit.source, ticket: None };
    door.let_in(guest, &visit, upgrade)
}

async fn ticketed(
    State(door): State<Door>,
    Path((token, ticket)): Path<(String, String)>,
    ConnectInfo(visit): ConnectInfo<Visit>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let path = format!("{token}/{ticket}");
    let Some(line) = door.line(&token, &path, &headers, "wss", &BTreeMap::new()) else {
        return door.turn_away();
    };
    let ticket = door.driver.streams.tickets().take(&ticket, Instant::now());
    let Some(ticket) = ticket else { return door.turn_away() };
    let guest = Guest { number: line.number.clone(), source: visit.source, ticket: Some(ticket) };
    door.let_in(guest, &visit, upgrade)
}

/// Tells the carrier where to stream this call to.
async fn voice(
    State(door): State<Door>,
    Path(token): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    // Who doesn't know the token isn't waited for: a form that comes slowly would hold a place, and all that a proxy passes on comes
    // from one address.
    if !door.knows(&token) {
        return door.turn_away();
    }
    let form = match Form::<BTreeMap<String, String>>::from_request(request, &()).await {
        Ok(Form(form)) => form,
        Err(rejection) => return rejection.into_response(),
    };
    let path = format!("{token}/voice");
    if door.line(&token, &path, &headers, "https", &form).is_none() {
        return door.turn_away();
    }
    let name = format!("{:016x}{:016x}", rand::random::<u64>(), rand::random::<u64>());
    let from = form.get("From").cloned().unwrap_or_default();
    door.driver.streams.tickets().issue(name.clone(), from, Instant::now());
    let url = door.url("wss", &format!("{token}/{name}"));
    let twiml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Connect><Stream url=\"{}\"/></Connect></Response>\n",
        escaped(&url)
    );
    ([(header::CONTENT_TYPE, "text/xml")], twiml).into_response()
}

/// Nothing is kept open for another request: a proxy that sent one as the time ran out would have it lost.
async fn last_answer(mut response: Response) -> Response {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

impl Door {
    /// The line of this token, if the request is signed for it.
    fn line(
        &self,
        token: &str,
        path: &str,
        headers: &HeaderMap,
        scheme: &str,
        form: &BTreeMap<String, String>,
    ) -> Option<&StreamLine> {
        let signature = headers.get(SIGNATURE)?.to_str().ok()?;
        let line = self.line_of(token)?;
        is_signed(&line.auth_token, &self.url(scheme, path), form, signature).then_some(line)
    }

    fn knows(&self, token: &str) -> bool {
        self.line_of(token).is_some()
    }

    fn line_of(&self, token: &str) -> Option<&StreamLine> {
        self.config.lines.iter().find(|line| line.token.as_bytes().ct_eq(token.as_bytes()).into())
    }

    /// As the carrier knows it.
    fn url(&self, scheme: &str, path: &str) -> String {
        let public = self.config.public.trim_end_matches('/');
        let rest = public.split_once("://").map_or(public, |(_, rest)| rest);
        format!("{scheme}://{rest}/twilio/{path}")
    }

    fn turn_away(&self) -> Response {
        self.driver.gate.unsigned();
        StatusCode::FORBIDDEN.into_response()
    }

    fn let_in(&self, guest: Guest, visit: &Visit, upgrade: WebSocketUpgrade) -> Response {
        let driver = self.driver.clone();
        driver.tally.invites.more();
        let verdict = driver.gate.admission().new_call(Instant::now(), driver.count());
        let retry_after = match verdict {
            Verdict::Welcome => None,
            Verdict::OverRate { retry_after } => {
                driver.tally.over_rate.more();
                Some(retry_after)
            }
            Verdict::OverCalls { retry_after } => {
                driver.tally.over_calls.more();
                Some(retry_after)
            }
        };
        if let Some(seconds) = retry_after {
            let headers = [(header::RETRY_AFTER, seconds.to_string())];
            return (StatusCode::SERVICE_UNAVAILABLE, headers).into_response();
        }
        visit.let_in();
        // It counts from here on, not from its first message: a flood of sockets is a flood of calls.
        let (call, asks) = Call::new();
        let place = driver.streams.add(&call);
        driver.tally.calls.more();
        let left = Left { driver: driver.clone(), place };
        let upgrade =
            upgrade.max_message_size(MESSAGE_MAX).max_frame_size(MESSAGE_MAX).read_buffer_size(READ_BUFFER);
        upgrade.on_upgrade(move |socket| async move {
            talk::follow(socket, &driver, guest, call, asks).await;
            drop(left);
        })
    }
}

/// A call's place, until its socket is closed.
struct Left {
    driver: Arc<Driver>,
    place: u64,
}

impl Drop for Left {
    fn drop(&mut self) {
        self.driver.streams.remove(self.place);
        self.driver.tally.calls.less();
    }
}

impl Guest {
    /// By the ticket, else by what the TwiML told along.
    pub fn from(&self, start: &Start) -> String {
        let told = || start.parameters.get("from").cloned().unwrap_or_default();
        self.ticket
            .as_ref()
            .map(|ticket| ticket.from.clone())
            .filter(|from| !from.is_empty())
            .unwrap_or_else(told)
    }
}

/// For an attribute of XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

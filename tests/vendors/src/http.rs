//! Answers: whole, or piece by piece through the gate.

use crate::desk::Visit;
use crate::fault::Pass;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use serde_json::Value;
use std::collections::VecDeque;
use std::io;

/// The largest body that a vendor takes: 32 MB (Anthropic), 25 MB (OpenAI's audio).
const BODY_MAX: usize = 32 << 20;

/// The whole body, recorded.
///
/// # Errors
/// 413, as a plain status: the vendors' edge says it, not their API.
pub async fn read(visit: &Visit, body: Body) -> Result<Bytes, Response> {
    let bytes = axum::body::to_bytes(body, BODY_MAX)
        .await
        .map_err(|_| with_status(413, Response::new(Body::from("request entity too large"))))?;
    visit.entry.body(&bytes);
    Ok(bytes)
}

pub fn json(status: u16, body: &Value) -> Response {
    let response = Response::new(Body::from(body.to_string()));
    with_header(with_status(status, response), "content-type", "application/json")
}

pub fn with_status(status: u16, mut response: Response) -> Response {
    // A test that arms a status which is none gets the plainest of them.
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

pub fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    response
}

/// Where an answer that is one piece is not sent whole.
pub fn broken(pass: Pass) -> Response {
    let body = match pass {
        Pass::Broken => Body::from_stream(futures::stream::once(async { Err::<Bytes, _>(reset()) })),
        Pass::Garbage => Body::from(&b"{\"type\": \xFF"[..]),
        Pass::Whole | Pass::Error | Pass::End => Body::empty(),
    };
    Response::new(body)
}

fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

/// What comes where a fault wants something else than the next piece.
pub struct Instead {
    pub garbage: Bytes,
    pub error: Bytes,
}

impl Instead {
    /// Of a stream of server-sent events.
    pub fn events(error: String) -> Instead {
        Instead {
            garbage: Bytes::from_static(b"event: \xFFdata\ndata: {\"type\": \n\n"),
            error: error.into(),
        }
    }

    /// Of a body that has no way to say an error.
    pub fn nothing() -> Instead {
        Instead { garbage: Bytes::from_static(b"\xFF"), error: Bytes::new() }
    }
}

/// Sends the pieces at the vendor's pace.
pub fn streamed(visit: Visit, content_type: &str, pieces: Vec<Bytes>, instead: Instead) -> Response {
    let pace = visit.pace();
    let state = (visit, VecDeque::from(pieces), pace.first, instead);
    let stream = futures::stream::unfold(Some(state), move |state| async move {
        let (mut visit, mut pieces, wait, instead) = state?;
        let piece = pieces.pop_front()?;
        tokio::time::sleep(wait).await;
        match visit.gate.pass().await {
            Pass::Whole => Some((Ok(piece), Some((visit, pieces, pace.each, instead)))),
            Pass::Garbage => {
                let garbage = instead.garbage.clone();
                Some((Ok(garbage), Some((visit, pieces, pace.each, instead))))
            }
            Pass::Error => Some((Ok(instead.error), None)),
            Pass::End => None,
            Pass::Broken => Some((Err(reset()), None)),
        }
    });
    let mut response = Response::new(Body::from_stream(stream));
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

//! What every request goes through, and the way in.

use super::{PageState, files};
use crate::door::{Door, is_foreign};
use crate::routes::refusal;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Around everything that this server answers: the host is looked at first, and each answer says what a browser may do with it.
pub(crate) async fn fortify(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let mut response = if door.is_host(request.headers()) {
        next.run(request).await
    } else {
        refusal(StatusCode::FORBIDDEN, "expected `Host` to be this machine's address and port")
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Scripts, styles, sound and data from here alone; a picture may be part of the page itself. Words of a call are stored nowhere,
/// and no address of this server goes to another one.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; \
         img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

#[derive(Deserialize)]
pub(crate) struct Entrance {
    token: Option<String>,
}

/// The front door: a link lets in, and so does the cookie that it has left.
pub(crate) async fn enter(
    State(state): State<PageState>,
    Query(entrance): Query<Entrance>,
    headers: HeaderMap,
) -> Response {
    let cookie = entrance.token.as_deref().and_then(|token| state.door.enter(token));
    match cookie {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], files::welcome()).into_response(),
        None if !state.door.knows(&headers) => files::closed().into_response(),
        None if entrance.token.is_some() => files::welcome().into_response(),
        None => files::index().into_response(),
    }
}

/// For pages and data of calls.
pub(crate) async fn with_cookie(State(state): State<PageState>, request: Request, next: Next) -> Response {
    let data = request.uri().path().starts_with("/api/");
    if state.door.knows(request.headers()) && !(data && is_foreign(request.headers())) {
        next.run(request).await
    } else if data {
        refusal(
            StatusCode::FORBIDDEN,
            "expected the page's cookie: open the link that `closare serve` printed",
        )
    } else {
        files::closed().into_response()
    }
}

/// For commands of this machine.
pub(crate) async fn with_token(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    if door.has_token(request.headers()) {
        next.run(request).await
    } else {
        refusal(StatusCode::UNAUTHORIZED, "expected the token of the data folder's `api.json`")
    }
}

//! OAuth 2.0's client credentials grant (RFC 6749, 4.4): what a token endpoint is asked, what its answer means, how long
//! a token is used. Does no I/O, and takes the time as an argument.

use crate::credentials::{Filler, header_value};
use crate::{Error, Origin};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

/// The manifest's `oauth_client`. Id and secret are templates that hold `{{secret:NAME}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthClient {
    pub token_url: String,
    pub client_id: String,
    pub client_secret: String,
    /// With a space between them, or empty.
    pub scopes: String,
    /// In the body, where the endpoint takes no HTTP Basic (RFC 6749, 2.3.1).
    pub in_body: bool,
    /// The manifest's own origins, which get the token. One that a workflow's option names gets it only where the operator
    /// gave the client's secret to it, too.
    pub origins: Vec<Origin>,
}

impl OauthClient {
    /// By a manifest's keys; `None` where one is missing.
    pub fn of(keys: &BTreeMap<String, String>, origins: Vec<Origin>) -> Option<OauthClient> {
        let key = |name: &str| keys.get(name).cloned();
        Some(OauthClient {
            token_url: key("token_url")?,
            client_id: key("client_id")?,
            client_secret: key("client_secret")?,
            scopes: key("scopes").unwrap_or_default(),
            in_body: key("auth").as_deref() == Some("body"),
            origins,
        })
    }

    /// `filler` is the token endpoint's.
    pub(crate) fn asks(&self, url: Url, filler: &Filler<'_>) -> Result<Ask, Error> {
        let id = filler.text(&self.client_id, str::to_owned)?;
        let secret = filler.text(&self.client_secret, str::to_owned)?;
        let mut body = Serializer::new(String::new());
        body.append_pair("grant_type", "client_credentials");
        if !self.scopes.is_empty() {
            body.append_pair("scope", &self.scopes);
        }
        if self.in_body {
            body.append_pair("client_id", &id).append_pair("client_secret", &secret);
            return Ok(Ask { url, authorization: None, body: body.finish() });
        }
        // RFC 6749, 2.3.1: both are form-encoded first, so that an id may hold a colon.
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = BASE64_STANDARD.encode(format!("{}:{}", encoded(&id), encoded(&secret)));
        let authorization = header_value("authorization", &format!("Basic {pair}"))?;
        Ok(Ask { url, authorization: Some(authorization), body: body.finish() })
    }
}

/// What leaves for the token endpoint. It holds the secret: there is no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub url: Url,
    pub authorization: Option<HeaderValue>,
    pub body: String,
}

/// `Debug` doesn't tell it: the header is marked as sensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub header: HeaderValue,
    pub until: Instant,
}

/// Why there is no token. Nothing of the answer but a code of the RFC: a server may repeat what it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The client isn't known, or may not have this: asking again changes nothing.
    Unauthorized(String),
    Unavailable(String),
}

/// An answer of the token endpoint (RFC 6749, 5.1 and 5.2).
pub(crate) fn read(status: u16, body: &[u8], now: Instant) -> Result<Token, Denied> {
    match status {
        200 => minted(body, now).map_err(|what| Denied::Unavailable(what.to_owned())),
        400 | 401 | 403 => {
            let refusal: Option<Refusal> = serde_json::from_slice(body).ok();
            let code = refusal.and_then(|it| CODES.into_iter().find(|code| *code == it.error));
            let code = code.map_or_else(String::new, |code| format!(", `{code}`"));
            Err(Denied::Unauthorized(format!("status {status}{code}")))
        }
        _ => Err(Denied::Unavailable(format!("status {status}"))),
    }
}

const CODES: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    expires_in: Option<Value>,
}

fn minted(body: &[u8], now: Instant) -> Result<Token, &'static str> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| "an answer without a token")?;
    if !answer.token_type.eq_ignore_ascii_case("bearer") {
        return Err("a token of another type than Bearer");
    }
    let header = header_value("authorization", &format!("Bearer {}", answer.access_token));
    let header = header.map_err(|_| "a token that no header can hold")?;
    Ok(Token { header, until: now + good_for(answer.expires_in.as_ref().and_then(seconds)) })
}

/// Some servers write the number as text.
fn seconds(value: &Value) -> Option<Duration> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).map(Duration::from_secs)
}

/// Up to shortly before its end, so that it is still good where it arrives.
fn good_for(expires_in: Option<Duration>) -> Duration {
    /// Of one whose end isn't told (it should be, says RFC 6749, 5.1): as short as vendors make them.
    const UNTOLD: Duration = Duration::from_secs(300);
    const LONGEST: Duration = Duration::from_secs(86_400);
    /// For clocks that differ, and for a request that waits for its turn.
    const MARGIN: Duration = Duration::from_secs(60);
    let whole = expires_in.unwrap_or(UNTOLD).min(LONGEST);
    whole - MARGIN.min(whole / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str) -> Result<(String, u64), Denied> {
        let now = Instant::now();
        let token = read(status, body.as_bytes(), now)?;
        assert!(!format!("{token:?}").contains("Bearer"), "it isn't told");
        Ok((token.header.to_str().unwrap().to_owned(), (token.until - now).as_secs()))
    }

    #[test]
    fn a_token_is_used_until_shortly_before_its_end() {
        for (expires, seconds) in [
            (r#""expires_in": 3600"#, 3540),
            (r#""expires_in": "3600""#, 3540),
            (r#""expires_in": 100"#, 75),
            (r#""expires_in": 0"#, 0),
            (r#""scope": "a""#, 240),
            (r#""expires_in": 18446744073709551615"#, 86_340),
        ] {
            let body = format!(r#"{{"access_token": "t0ken", "token_type": "bearer", {expires}}}"#);
            assert_eq!(check(200, &body), Ok(("Bearer t0ken".to_owned(), seconds)), "{expires}");
        }
    }

    #[test]
    fn what_is_no_token_says_so_and_tells_nothing_of_it() {
        let unavailable = |text: &str| Err(Denied::Unavailable(text.to_owned()));
        let unauthorized = |text: &str| Err(Denied::Unauthorized(text.to_owned()));
        assert_eq!(check(200, r#"{"token": "t0ken"}"#), unavailable("an answer without a token"));
        assert_eq!(
            check(200, r#"{"access_token": "t0ken", "token_type": "mac"}"#),
            unavailable("a token of another type than Bearer")
        );
        assert_eq!(
            check(200, r#"{"access_token": "a\nb", "token_type": "Bearer"}"#),
            unavailable("a token that no header can hold")
        );
        let refused = r#"{"error": "invalid_client", "error_description": "no client s3cret"}"#;
        assert_eq!(check(401, refused), unauthorized("status 401, `invalid_client`"));
        assert_eq!(check(400, r#"{"error": "s3cret"}"#), unauthorized("status 400"));
        assert_eq!(check(403, "s3cret"), unauthorized("status 403"));
        for status in [302, 404, 408, 429, 500, 503] {
            assert_eq!(check(status, refused), unavailable(&format!("status {status}")));
        }
    }
}

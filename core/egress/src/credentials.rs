//! What a session may do outside, and the secrets that go with its requests.
//!
//! A plugin names a credential or writes `{{secret:NAME}}`; the value is put in here, last thing before the bytes
//! leave, and only if three agree: the manifest declared the secret, the origin is declared, and the operator
//! gave the secret to that origin.

use crate::secrets::SecretBook;
use crate::{Error, OauthClient, Origin};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use closare_terms::PluginName;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// What one session may do: its manifest, with the workflow's options put in.
#[derive(Clone, Debug)]
pub struct Grant {
    pub plugin: PluginName,
    pub origins: Vec<Origin>,
    /// The manifest's `credentials`, by name.
    pub credentials: BTreeMap<String, Credential>,
    /// The names in the manifest's `secrets`; no other is filled in.
    pub secrets: BTreeSet<String>,
    /// Whether `{{secret:NAME}}` is filled in in the first text of a socket, too.
    pub in_first_message: bool,
}

/// How a request is signed. The texts are templates that hold `{{secret:NAME}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    Header {
        name: String,
        value: String,
    },
    /// `Authorization: Bearer VALUE` (RFC 6750).
    Bearer {
        value: String,
    },
    /// `Authorization: Basic …` (RFC 7617) of `user:password`.
    Basic {
        value: String,
    },
    /// A parameter of the URL.
    Query {
        name: String,
        value: String,
    },
    /// `Authorization: Bearer` with a token that the host asks for.
    OauthClient(OauthClient),
    /// A kind of the contract that isn't carried out: using it fails, with its name in the log.
    Unsupported(String),
}

impl Credential {
    /// By its kind's name in a manifest.
    pub fn of(kind: &str, name: Option<&str>, value: Option<&str>) -> Credential {
        match (kind, name.map(str::to_owned), value.map(str::to_owned)) {
            ("header", Some(name), Some(value)) => Credential::Header { name, value },
            ("query", Some(name), Some(value)) => Credential::Query { name, value },
            ("bearer", _, Some(value)) => Credential::Bearer { value },
            ("basic", _, Some(value)) => Credential::Basic { value },
            (kind, _, _) => Credential::Unsupported(kind.to_owned()),
        }
    }
}

/// Who asks, what it may use, and where it leads.
pub(crate) struct Filler<'a> {
    pub grant: &'a Grant,
    pub book: &'a SecretBook,
    pub origin: &'a Origin,
}

impl Filler<'_> {
    /// The URL and the headers as they leave.
    pub fn fill(
        &self,
        url: &str,
        headers: &[(String, String)],
        credential: Option<&str>,
    ) -> Result<(Url, HeaderMap), Error> {
        let mut url = parse(&self.text(url, percent_encoded)?)?;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            if let Some((name, value)) = self.header(name, value)? {
                map.append(name, value);
            }
        }
        if let Some(name) = credential {
            let unknown = || Error::CredentialUnknown(name.to_owned());
            self.sign(self.grant.credentials.get(name).ok_or_else(unknown)?, &mut url, &mut map)?;
        }
        Ok((url, map))
    }

    /// A text with its secrets put in.
    pub fn text(&self, template: &str, escape: fn(&str) -> String) -> Result<String, Error> {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (name, after) = after.split_once(CLOSE).ok_or(Error::Template)?;
            filled.push_str(before);
            filled.push_str(&escape(&self.secret(name)?));
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn secret(&self, name: &str) -> Result<String, Error> {
        if !self.grant.secrets.contains(name) {
            return Err(Error::SecretNotDeclared(name.to_owned()));
        }
        Ok(self.book.secret(name, self.origin)?.0)
    }

    fn sign(&self, credential: &Credential, url: &mut Url, headers: &mut HeaderMap) -> Result<(), Error> {
        match credential {
            Credential::Header { name, value } => {
                if let Some((name, value)) = self.header(name, value)? {
                    headers.insert(name, value);
                }
            }
            Credential::Bearer { value } => {
                let value = format!("Bearer {}", self.text(value, str::to_owned)?);
                headers.insert(AUTHORIZATION, header_value("authorization", &value)?);
            }
            Credential::Basic { value } => {
                let pair = self.text(value, str::to_owned)?;
                let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
                headers.insert(AUTHORIZATION, header_value("authorization", &value)?);
            }
            Credential::Query { name, value } => {
                let value = self.text(value, str::to_owned)?;
                url.query_pairs_mut().append_pair(name, &value);
            }
            // Who fills waits for nothing: the session gets the token and puts it in.
            Credential::OauthClient(_) => {}
            Credential::Unsupported(kind) => return Err(Error::CredentialKind(kind.clone())),
        }
        Ok(())
    }

    /// `None` for one that belongs to the connection.
    fn header(&self, name: &str, value: &str) -> Result<Option<(HeaderName, HeaderValue)>, Error> {
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::Header(name.to_owned()))?;
        if OURS.contains(&parsed.as_str()) || parsed.as_str().starts_with("sec-websocket-") {
            return Ok(None);
        }
        let value = header_value(name, &self.text(value, str::to_owned)?)?;
        Ok(Some((parsed, value)))
    }
}

/// A plugin's URL before its secrets are known: where it leads must not depend on them.
pub(crate) fn without_secrets(url: &str) -> Result<Url, Error> {
    let mut bare = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (_, after) = after.split_once(CLOSE).ok_or(Error::Template)?;
        bare.push_str(before);
        bare.push_str("SECRET");
        rest = after;
    }
    bare.push_str(rest);
    parse(&bare)
}

const OPEN: &str = "{{secret:";
const CLOSE: &str = "}}";

/// Set by the connection, whatever a plugin says. A `host` of the plugin's own would reach past the declared origin.
const OURS: [&str; 9] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "proxy-authorization",
];

pub(crate) fn parse(url: &str) -> Result<Url, Error> {
    // What can't be parsed may hold a secret: it isn't told.
    Url::parse(url).map_err(|_| Error::Origin("no URL".to_owned()))
}

pub(crate) fn header_value(name: &str, value: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(value).map_err(|_| Error::Header(name.to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// All but RFC 3986's unreserved letters, so that a secret can't add to the URL's structure.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "https://api.example.com";

    fn filled(credential: Credential, url: &str, headers: &[(&str, &str)]) -> Result<String, String> {
        let origin = Origin::of(HERE).unwrap();
        let mut book = SecretBook::default();
        book.set("KEY", "s&cret/1", vec![origin.clone()]);
        book.set("ELSEWHERE", "x", vec![Origin::of("https://b.example").unwrap()]);
        book.set("UNDECLARED", "x", vec![origin.clone()]);
        book.set("CONTROL", "a\r\nHost: evil", vec![origin.clone()]);
        let grant = Grant {
            plugin: "test".into(),
            origins: vec![origin.clone()],
            credentials: [("key".to_owned(), credential)].into(),
            secrets: ["KEY", "ELSEWHERE", "MISSING", "CONTROL"].map(str::to_owned).into(),
            in_first_message: false,
        };
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let filler = Filler { grant: &grant, book: &book, origin: &origin };
        let (url, headers) = filler.fill(url, &headers, Some("key")).map_err(|error| error.to_string())?;
        assert!(!format!("{headers:?}").contains("s&cret"), "headers tell no secret");
        let lines = headers.iter().map(|(name, value)| format!("\n{name}: {}", value.to_str().unwrap()));
        Ok(format!("{url}{}", lines.collect::<String>()))
    }

    fn bearer() -> Credential {
        Credential::Bearer { value: "{{secret:KEY}}".into() }
    }

    #[test]
    fn each_kind_puts_the_secret_where_it_belongs() {
        insta::assert_snapshot!(filled(bearer(), HERE, &[]).unwrap(), @r"
        https://api.example.com/
        authorization: Bearer s&cret/1
        ");
        let token = Credential::Header { name: "Authorization".into(), value: "Token {{secret:KEY}}".into() };
        insta::assert_snapshot!(filled(token, HERE, &[("authorization", "mine")]).unwrap(), @r"
        https://api.example.com/
        authorization: Token s&cret/1
        ");
        let basic = Credential::of("basic", None, Some("api:{{secret:KEY}}"));
        insta::assert_snapshot!(filled(basic, HERE, &[]).unwrap(), @r"
        https://api.example.com/
        authorization: Basic YXBpOnMmY3JldC8x
        ");
        let query = Credential::Query { name: "key".into(), value: "{{secret:KEY}}".into() };
        insta::assert_snapshot!(filled(query, "https://api.example.com/a?b=c", &[]).unwrap(),
            @"https://api.example.com/a?b=c&key=s%26cret%2F1");
    }

    #[test]
    fn a_template_is_filled_in_a_url_and_a_header() {
        let url = "https://api.example.com/{{secret:KEY}}/x?a={{secret:KEY}}";
        insta::assert_snapshot!(filled(bearer(), url, &[("X-Key", "k={{secret:KEY}};")]).unwrap(), @r"
        https://api.example.com/s%26cret%2F1/x?a=s%26cret%2F1
        x-key: k=s&cret/1;
        authorization: Bearer s&cret/1
        ");
    }

    #[test]
    fn the_connections_headers_are_left_out() {
        let headers =
            [("Host", "evil"), ("Content-Length", "7"), ("Sec-WebSocket-Key", "x"), ("accept", "*/*")];
        insta::assert_snapshot!(filled(bearer(), HERE, &headers).unwrap(), @r"
        https://api.example.com/
        accept: */*
        authorization: Bearer s&cret/1
        ");
    }

    #[test]
    fn what_is_refused_says_why() {
        let check = |template: &str| filled(bearer(), HERE, &[("x", template)]).unwrap_err();
        insta::assert_snapshot!(check("{{secret:ELSEWHERE}}"),
            @"secret `ELSEWHERE` may not go to `https://api.example.com`: closare key set ELSEWHERE --for https://api.example.com");
        insta::assert_snapshot!(check("{{secret:MISSING}}"),
            @"expected a value for secret `MISSING`: closare key set MISSING --for https://api.example.com");
        insta::assert_snapshot!(check("{{secret:UNDECLARED}}"),
            @"expected a secret that the manifest declares, found `UNDECLARED`");
        insta::assert_snapshot!(check("{{secret:KEY"), @"expected `{{secret:NAME}}`, found `{{` without its end");
        insta::assert_snapshot!(check("{{secret:CONTROL}}"),
            @"expected a header that HTTP allows, found name `x` or a value with control characters");
        insta::assert_snapshot!(filled(Credential::Unsupported("sigv4".into()), HERE, &[]).unwrap_err(),
            @"expected a credential of kind header, bearer, basic, query or oauth_client, found `sigv4`, which isn't supported");
    }
}

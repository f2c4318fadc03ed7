//! Digest authentication as a client: RFC 7616 (and RFC 2617, which is its MD5), in SIP RFC 8760.
//! Text in, text out; the client nonce is handed in.

use md5::Digest as _;
use std::fmt::Write as _;

/// What we prove that we are.
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    pub user: &'a str,
    pub password: &'a str,
    /// Answer only this realm.
    pub realm: Option<&'a str>,
}

/// A challenge from a `WWW-Authenticate` or `Proxy-Authenticate` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub realm: String,
    pub nonce: String,
    pub opaque: Option<String>,
    pub algorithm: Algorithm,
    /// The server offers `qop=auth`; without it the old form of RFC 2069 is used.
    pub auth: bool,
    /// Our nonce was too old: answer once more.
    pub stale: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Md5,
    Sha256,
}

impl Challenge {
    /// None for another scheme than `Digest`, an algorithm that we don't speak, or `qop` without `auth`.
    pub fn parse(header: &str) -> Option<Challenge> {
        let (scheme, rest) = header.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let fields = fields(rest);
        let field = |name: &str| {
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let auth = match field("qop") {
            Some(options) if options.split(',').any(|option| option.trim().eq_ignore_ascii_case("auth")) => {
                true
            }
            Some(_) => return None,
            None => false,
        };
        Some(Challenge {
            realm: field("realm")?.clone(),
            nonce: field("nonce")?.clone(),
            opaque: field("opaque").cloned(),
            algorithm: Algorithm::parse(field("algorithm").map_or("MD5", String::as_str))?,
            auth,
            stale: field("stale").is_some_and(|value| value.eq_ignore_ascii_case("true")),
        })
    }
}

impl Algorithm {
    fn parse(name: &str) -> Option<Algorithm> {
        match name {
            name if name.eq_ignore_ascii_case("MD5") => Some(Algorithm::Md5),
            name if name.eq_ignore_ascii_case("SHA-256") => Some(Algorithm::Sha256),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    fn hash(self, text: &str) -> String {
        match self {
            Algorithm::Md5 => hex(&md5::Md5::digest(text.as_bytes())),
            Algorithm::Sha256 => hex(&sha2::Sha256::digest(text.as_bytes())),
        }
    }
}

/// The first challenge that we can answer: their order is the server's preference (RFC 8760 §2.4).
pub fn choose<'a>(headers: impl IntoIterator<Item = &'a str>, realm: Option<&str>) -> Option<Challenge> {
    headers
        .into_iter()
        .filter_map(Challenge::parse)
        .find(|challenge| realm.is_none_or(|realm| realm == challenge.realm))
}

/// The value of `Authorization` or `Proxy-Authorization`. `uri` is the one in the request line, `cnonce` ours and fresh,
/// and this is the first request with the server's nonce.
pub fn answer(challenge: &Challenge, who: Credentials<'_>, method: &str, uri: &str, cnonce: &str) -> String {
    let Challenge { realm, nonce, algorithm, .. } = challenge;
    let a1 = algorithm.hash(&format!("{}:{realm}:{}", who.user, who.password));
    let a2 = algorithm.hash(&format!("{method}:{uri}"));
    let response = if challenge.auth {
        algorithm.hash(&format!("{a1}:{nonce}:{FIRST}:{cnonce}:auth:{a2}"))
    } else {
        algorithm.hash(&format!("{a1}:{nonce}:{a2}"))
    };

    let mut out = format!(
        "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\", algorithm={}",
        quoted(who.user),
        quoted(realm),
        quoted(nonce),
        quoted(uri),
        algorithm.name(),
    );
    if challenge.auth {
        let _ = write!(out, ", qop=auth, nc={FIRST}, cnonce={}", quoted(cnonce));
    }
    if let Some(opaque) = &challenge.opaque {
        let _ = write!(out, ", opaque={}", quoted(opaque));
    }
    out
}

/// The nonce count of a nonce's first use.
const FIRST: &str = "00000001";

/// `name=value` and `name="va\"lue"`, separated by commas; what can't be read is left out.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches(|c: char| c == ',' || c.is_whitespace()).to_owned();
        let (value, remains) = value(after.trim_start());
        out.push((name, value));
        rest = remains;
    }
    out
}

fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

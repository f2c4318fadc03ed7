//! Who calls, by the headers of an INVITE; plain text in.

use closare_terms::PhoneNumber;

/// The caller as far as the peer may be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub number: PhoneNumber,
    pub name: String,
    /// A carrier's word on the number, as STIR gave it to us.
    pub verified: Verified,
}

/// What the carrier says of the caller's number (ATIS-1000074, `verstat`). Missing is unknown; we check no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    Unknown,
    Passed,
    Failed,
}

/// `P-Asserted-Identity` stands above `From`, but only a trusted peer may assert (RFC 3325 §9.1).
pub fn caller(from: &str, asserted: &[&str], trusted: bool) -> Caller {
    let from = Address::parse(from);
    let asserted = asserted.iter().flat_map(|header| split_list(header)).map(Address::parse);
    let best = if trusted { asserted.into_iter().find(|one| !one.user.is_empty()) } else { None };
    let address = best.as_ref().unwrap_or(&from);
    Caller {
        number: PhoneNumber(address.user.clone()),
        name: if address.name.is_empty() { from.name.clone() } else { address.name.clone() },
        verified: if trusted { address.verified } else { Verified::Unknown },
    }
}

/// The user part of a SIP URI or the number of a `tel:` URI, unescaped, without parameters; empty where there is none.
pub fn user_of(uri: &str) -> String {
    Address::parse(uri).user
}

/// `"Name" <sip:user;x=y@host;p=q>;tag=1`, or a bare URI.
struct Address {
    name: String,
    user: String,
    verified: Verified,
}

impl Address {
    fn parse(text: &str) -> Address {
        let (name, uri) = match text.find('<') {
            Some(open) => {
                let inside = &text[open + 1..];
                (&text[..open], &inside[..inside.find('>').unwrap_or(inside.len())])
            }
            None => ("", text),
        };
        let name = name.trim().trim_matches('"').replace("\\\"", "\"");
        let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
        let user = match rest.rsplit_once('@') {
            Some((user, _host)) => user,
            None if scheme.trim().eq_ignore_ascii_case("tel") => rest,
            None => "",
        };
        let user = user.split([';', ':']).next().unwrap_or_default();
        Address { name, user: unescape(user), verified: Verified::find(uri) }
    }
}

impl Verified {
    fn find(uri: &str) -> Verified {
        let Some((_, verdict)) = uri.split_once("verstat=") else { return Verified::Unknown };
        match verdict {
            verdict if verdict.starts_with("TN-Validation-Passed") => Verified::Passed,
            verdict if verdict.starts_with("TN-Validation-Failed") => Verified::Failed,
            _ => Verified::Unknown,
        }
    }
}

/// A comma inside quotes or brackets separates nothing.
fn split_list(header: &str) -> Vec<&str> {
    let (mut out, mut begin, mut quoted, mut inside) = (Vec::new(), 0, false, false);
    for (at, c) in header.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => inside = true,
            '>' if !quoted => inside = false,
            ',' if !quoted && !inside => {
                out.push(&header[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    out.push(&header[begin..]);
    out
}

/// `%2B49` is `+49`; what isn't UTF-8 after that, or is a control character, is left out.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten().and_then(hex_byte);
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control() && *c != '\u{fffd}').collect()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

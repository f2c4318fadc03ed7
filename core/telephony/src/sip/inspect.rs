//! Checks before a request is looked at any further, on what the parser lets through. Pure.

/// A request, as far as the checks look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    pub method: &'a str,
    pub version: &'a str,
    pub scheme: &'a str,
    /// All headers with their long names.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: usize,
}

/// The answer to a request that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
}

/// None for a request that may go on.
///
/// `Max-Forwards: 0` is no fault here: it binds who forwards, and a call's last hop may well arrive with it
/// (RFC 3261 §16.3).
pub fn check(request: &Request<'_>) -> Option<Refusal> {
    if !request.version.eq_ignore_ascii_case("SIP/2.0") {
        return Some(refusal(505));
    }
    if !SINGLE.iter().all(|name| request.count(name) == 1) || request.count("Max-Forwards") > 1 {
        return Some(refusal(400));
    }
    if !cseq_fits(request) || !length_fits(request) || !max_forwards_fits(request) {
        return Some(refusal(400));
    }
    if !matches!(request.scheme.to_ascii_lowercase().as_str(), "sip" | "sips" | "tel") {
        return Some(refusal(416));
    }
    if request.body > BODY_MAX {
        return Some(refusal(413));
    }
    unsupported(request)
}

impl<'a> Request<'a> {
    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
    }

    fn count(&self, name: &str) -> usize {
        self.values(name).count()
    }
}

/// RFC 3261 §8.1.1.5: a number below 2^31 and the request's own method.
fn cseq_fits(request: &Request<'_>) -> bool {
    let Some(value) = request.values("CSeq").next() else { return false };
    let mut parts = value.split_whitespace();
    let number = parts.next().and_then(|number| number.parse::<u32>().ok());
    number.is_some_and(|number| number < 1 << 31)
        && parts.next() == Some(request.method)
        && parts.next().is_none()
}

/// A body shorter than promised was cut on its way.
fn length_fits(request: &Request<'_>) -> bool {
    let mut promised = request.values("Content-Length");
    match (promised.next(), promised.next()) {
        (None, _) => true,
        (Some(length), None) => length.trim().parse::<usize>() == Ok(request.body),
        (Some(_), Some(_)) => false,
    }
}

fn max_forwards_fits(request: &Request<'_>) -> bool {
    request.values("Max-Forwards").all(|hops| hops.trim().parse::<u8>().is_ok())
}

/// RFC 3261 §8.2.2.3; never for ACK and CANCEL.
fn unsupported(request: &Request<'_>) -> Option<Refusal> {
    if matches!(request.method, "ACK" | "CANCEL") {
        return None;
    }
    let required = request.values("Require").flat_map(|value| value.split(',')).map(str::trim);
    let unknown: Vec<&str> = required
        .filter(|tag| !tag.is_empty() && !SUPPORTED.iter().any(|ours| ours.eq_ignore_ascii_case(tag)))
        .collect();
    if unknown.is_empty() {
        return None;
    }
    Some(Refusal { status: 420, headers: vec![("Unsupported", unknown.join(", "))] })
}

fn refusal(status: u16) -> Refusal {
    Refusal { status, headers: Vec::new() }
}

/// Each of these once, no more, no less (RFC 3261 §8.1.1).
const SINGLE: [&str; 4] = ["From", "To", "Call-ID", "CSeq"];

/// Extensions that a peer may insist on.
const SUPPORTED: [&str; 0] = [];

const BODY_MAX: usize = 32 * 1024;

//! Answers to datagrams that the stack can't parse but that are requests by their look: 501 for a method that it doesn't
//! know, else 400. Without an answer a peer would send them again for half a minute. Pure.

/// None where a header is missing that the answer needs, or there is nothing to answer.
pub fn answer(datagram: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(datagram).ok()?;
    let head = text.split("\r\n\r\n").next()?;
    let mut lines = head.split("\r\n");
    let request_line = lines.next()?;
    let method = method(request_line)?;
    let kept: Vec<&str> = lines.filter(|line| is_kept(line)).collect();
    let once = |name: &str| kept.iter().filter(|line| has_name(line, name)).count() == 1;
    if !kept.iter().any(|line| has_name(line, "via"))
        || !["from", "to", "call-id", "cseq"].into_iter().all(once)
    {
        return None;
    }
    let status = if KNOWN.contains(&method) { "400 Bad Request" } else { "501 Not Implemented" };
    Some(format!("SIP/2.0 {status}\r\n{}\r\nContent-Length: 0\r\n\r\n", kept.join("\r\n")).into_bytes())
}

/// Of a request line; an ACK is never answered.
fn method(line: &str) -> Option<&str> {
    let (method, rest) = line.split_once(' ')?;
    let is_token = !method.is_empty() && method.len() <= METHOD_MAX && method.bytes().all(is_token_byte);
    let is_request = rest.to_ascii_uppercase().contains("SIP/2.0") && is_token && method != "ACK";
    is_request.then_some(method)
}

/// RFC 3261 §25.1.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

fn is_kept(line: &str) -> bool {
    ["via", "from", "to", "call-id", "cseq"].into_iter().any(|name| has_name(line, name))
}

fn has_name(line: &str, name: &str) -> bool {
    let found = line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
    let short = match name {
        "via" => "v",
        "from" => "f",
        "to" => "t",
        "call-id" => "i",
        _ => name,
    };
    !line.starts_with([' ', '\t']) && (found == name || found == short)
}

const METHOD_MAX: usize = 64;

/// What the stack parses: a fault in one of these lies elsewhere in the request.
const KNOWN: [&str; 14] = [
    "ACK",
    "BYE",
    "CANCEL",
    "INFO",
    "INVITE",
    "MESSAGE",
    "NOTIFY",
    "OPTIONS",
    "PRACK",
    "PUBLISH",
    "REFER",
    "REGISTER",
    "SUBSCRIBE",
    "UPDATE",
];

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &str = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n\
                           Call-ID: 1\r\nCSeq: 1 X\r\nSubject: x\r\n\r\n";

    #[test]
    fn a_request_is_told_what_is_wrong() {
        let status = |line: &str| {
            let answer = answer(format!("{line}\r\n{HEADERS}").as_bytes())?;
            String::from_utf8(answer).ok()?.split("\r\n").next().map(str::to_owned)
        };
        assert_eq!(status("DANCE sip:a@b SIP/2.0").as_deref(), Some("SIP/2.0 501 Not Implemented"));
        assert_eq!(status("INVITE <sip:a@b SIP/2.0").as_deref(), Some("SIP/2.0 400 Bad Request"));
        for silent in ["ACK sip:a@b SIP/2.0", "SIP/2.0 200 OK", "GET / HTTP/1.1", "hello"] {
            assert_eq!(status(silent), None, "{silent}");
        }
    }

    #[test]
    fn without_a_way_back_there_is_no_answer() {
        assert_eq!(answer(b"DANCE sip:a@b SIP/2.0\r\n\r\n"), None);
        let twice = format!("DANCE sip:a@b SIP/2.0\r\nCSeq: 2 X\r\n{HEADERS}");
        assert_eq!(answer(twice.as_bytes()), None);
    }
}

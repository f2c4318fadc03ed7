//! Keys by INFO, from peers that don't send them by RTP. Pure.

/// `application/dtmf-relay` (`Signal=5`), and `application/dtmf` (the bare key).
pub fn key(content_type: &str, body: &[u8]) -> Option<char> {
    let body = String::from_utf8_lossy(body);
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = match kind.as_str() {
        "application/dtmf-relay" => body.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then(|| value.trim().to_owned())
        })?,
        "application/dtmf" => body.trim().to_owned(),
        _ => return None,
    };
    match text.as_str() {
        "10" => Some('*'),
        "11" => Some('#'),
        _ => {
            let mut chars = text.chars();
            let key = chars.next()?.to_ascii_uppercase();
            (chars.next().is_none() && matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')).then_some(key)
        }
    }
}

/// The body of a `dtmf-relay` INFO.
pub fn relay(key: char) -> String {
    format!("Signal={key}\r\nDuration=160\r\n")
}

pub const RELAY: &str = "application/dtmf-relay";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_key() {
        assert_eq!(key("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n"), Some('5'));
        assert_eq!(key("Application/DTMF-Relay; x=y", b"Duration=160\nsignal = 11\n"), Some('#'));
        assert_eq!(key("application/dtmf", b"*\r\n"), Some('*'));
        assert_eq!(key("application/dtmf", b"55"), None);
        assert_eq!(key("text/plain", b"5"), None);
        assert_eq!(key(RELAY, relay('D').as_bytes()), Some('D'));
    }
}

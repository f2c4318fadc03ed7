//! What a NOTIFY says of a transfer (RFC 3515 §2.4.4): the first line of its sipfrag, and whether more will come. Pure.

/// How the referred call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub status: u16,
    /// The subscription ended: this is the last word.
    pub last: bool,
}

/// None for another event than `refer`, or a body without a status line.
pub fn read(event: &str, subscription_state: &str, body: &[u8]) -> Option<Progress> {
    let name = event.split(';').next().unwrap_or_default().trim();
    if !name.eq_ignore_ascii_case("refer") {
        return None;
    }
    let last = subscription_state.trim_start().to_ascii_lowercase().starts_with("terminated");
    let body = String::from_utf8_lossy(body);
    let mut words = body.lines().next()?.split_whitespace();
    let version = words.next()?;
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return None;
    }
    let status = words.next()?.parse().ok().filter(|status| (100..700).contains(status))?;
    Some(Progress { status, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_the_sipfrag_counts() {
        let read = |state: &str, body: &str| read("refer;id=2", state, body.as_bytes());
        assert_eq!(
            read("active;expires=60", "SIP/2.0 100 Trying\r\n"),
            Some(Progress { status: 100, last: false })
        );
        assert_eq!(
            read("Terminated;reason=noresource", "SIP/2.0 603 Decline\r\nX: y\r\n"),
            Some(Progress { status: 603, last: true })
        );
        assert_eq!(read("active", "hello"), None);
        assert_eq!(read("active", "SIP/2.0 9999 x"), None);
        assert_eq!(super::read("presence", "active", b"SIP/2.0 200 OK"), None);
    }
}

//! `Range` of RFC 9110, section 14: one range of bytes, which is all that a player asks for.

use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Also where the header isn't understood or names several ranges: a server may ignore it (14.2).
    All,
    Part(Range<usize>),
    /// Nothing of it is there: status 416.
    None,
}

/// What a header asks of `length` bytes.
pub(crate) fn wanted(header: Option<&str>, length: usize) -> Wanted {
    let range = header.and_then(|header| header.trim().strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else { return Wanted::All };
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(last)) if first.is_empty() => length - last.min(length)..length,
        _ => return Wanted::All,
    };
    if part.is_empty() { Wanted::None } else { Wanted::Part(part) }
}

/// Digits alone: `parse` would take a sign. More than fits is beyond any end.
fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Wanted) {
        assert_eq!(wanted(Some(header), 100), expected, "{header}");
    }

    #[test]
    fn parts() {
        check("bytes=0-", Wanted::Part(0..100));
        check("bytes=0-0", Wanted::Part(0..1));
        check("bytes=90-1000", Wanted::Part(90..100));
        check("bytes=-10", Wanted::Part(90..100));
        check("bytes=-1000", Wanted::Part(0..100));
        check("bytes=5-99999999999999999999999", Wanted::Part(5..100));
    }

    #[test]
    fn nothing_there() {
        check("bytes=100-", Wanted::None);
        check("bytes=-0", Wanted::None);
        check("bytes=99999999999999999999999-", Wanted::None);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::None);
    }

    #[test]
    fn what_is_ignored() {
        assert_eq!(wanted(None, 100), Wanted::All);
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5",
            "bytes=9-5",
            "bytes=+1-5",
            "bytes=0-1,5-6",
            "lines=1-2",
        ] {
            check(header, Wanted::All);
        }
    }
}

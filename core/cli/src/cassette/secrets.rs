//! Keeps secrets out of a cassette. A request never holds one, but an answer may repeat what it was sent: some vendors put a
//! refused key into their error. It is cut out before the plugin sees the answer, and what is written is searched again.

use super::Error;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use closare_terms::network::{NetEvent, Ticket};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Shorter ones can't be told from other text.
const SHORTEST: usize = 6;

/// Every value in the operator's book, in each form in which it could come back.
#[derive(Default)]
pub struct Secrets(Vec<(String, Vec<u8>)>);

impl Secrets {
    /// # Errors
    /// The book is there and can't be read.
    pub fn read(book: &Path) -> Result<Secrets, Error> {
        #[derive(Deserialize)]
        struct Line {
            value: Option<String>,
            env: Option<String>,
        }
        if !book.exists() {
            return Ok(Secrets::default());
        }
        let bytes = std::fs::read(book).map_err(|source| Error::Read { path: book.to_owned(), source })?;
        let lines: BTreeMap<String, Line> = serde_json::from_slice(&bytes)
            .map_err(|error| Error::Keys { path: book.to_owned(), what: error.to_string() })?;
        let value = |line: Line| line.value.or_else(|| std::env::var(line.env?).ok());
        Ok(Secrets::of(lines.into_iter().filter_map(|(name, line)| Some((name, value(line)?)))))
    }

    fn of(values: impl Iterator<Item = (String, String)>) -> Secrets {
        let mut forms = Vec::new();
        for (name, value) in values.filter(|(_, value)| value.len() >= SHORTEST) {
            let upper = encoded(&value, |byte| format!("%{byte:02X}"));
            let lower = encoded(&value, |byte| format!("%{byte:02x}"));
            let whole = [quoted(&value), upper, lower];
            for form in whole.into_iter().chain(in_base64(value.as_bytes())).chain([value]) {
                forms.push((name.clone(), form.into_bytes()));
            }
        }
        // The longest first: one may be a part of another.
        forms.sort_by_key(|(name, form)| (std::cmp::Reverse(form.len()), name.clone(), form.clone()));
        forms.dedup();
        Secrets(forms)
    }

    /// With `{{secret:NAME}}` where a value stood.
    pub fn cut(&self, event: NetEvent) -> NetEvent {
        let head = |mut head: closare_terms::network::Head| {
            for (_, value) in &mut head.headers {
                *value = self.text(std::mem::take(value));
            }
            head
        };
        match event {
            NetEvent::Answered(it) => NetEvent::Answered(head(it)),
            NetEvent::Opened(it) => NetEvent::Opened(head(it)),
            NetEvent::Refused { head: it, body } => {
                NetEvent::Refused { head: head(it), body: self.bytes(body) }
            }
            NetEvent::Chunk { ticket, bytes } => NetEvent::Chunk { ticket, bytes: self.bytes(bytes) },
            NetEvent::Binary { ticket, bytes } => NetEvent::Binary { ticket, bytes: self.bytes(bytes) },
            NetEvent::Text { ticket, text } => NetEvent::Text { ticket, text: self.text(text) },
            NetEvent::Closed { ticket, code, reason } => {
                NetEvent::Closed { ticket, code, reason: self.text(reason) }
            }
            NetEvent::Ended { ticket, trailers } => {
                let cut = |(name, value)| (name, self.text(value));
                NetEvent::Ended { ticket, trailers: trailers.into_iter().map(cut).collect() }
            }
            event @ (NetEvent::Failed { .. } | NetEvent::Woke { .. } | NetEvent::Waiting { .. }) => event,
        }
    }

    /// # Errors
    /// [`Error::Secret`] where one is left: in the text, or in what came on a ticket, cut in two by its pieces.
    pub fn look<'a>(&self, text: &str, came: impl Iterator<Item = &'a NetEvent>) -> Result<(), Error> {
        let mut streams: BTreeMap<Ticket, Vec<u8>> = BTreeMap::new();
        for event in came {
            match event {
                NetEvent::Chunk { ticket, bytes } | NetEvent::Binary { ticket, bytes } => {
                    streams.entry(*ticket).or_default().extend(bytes);
                }
                NetEvent::Text { ticket, text } => {
                    streams.entry(*ticket).or_default().extend(text.as_bytes())
                }
                _ => {}
            }
        }
        let texts = streams.values().map(Vec::as_slice).chain([text.as_bytes()]);
        for text in texts {
            if let Some((name, _)) = self.0.iter().find(|(_, form)| place(text, form).is_some()) {
                return Err(Error::Secret { name: name.clone() });
            }
        }
        Ok(())
    }

    fn text(&self, text: String) -> String {
        // Only whole characters are cut out, and only whole ones put in.
        String::from_utf8(self.bytes(text.into_bytes())).unwrap_or_default()
    }

    /// In one pass: what is put in is not looked at, for it may hold a value, as the word `secret` would.
    fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut cut = Vec::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        while let Some(first) = rest.first() {
            match self.0.iter().find(|(_, form)| rest.starts_with(form)) {
                Some((name, form)) => {
                    cut.extend(format!("{{{{secret:{name}}}}}").bytes());
                    rest = &rest[form.len()..];
                }
                None => {
                    cut.push(*first);
                    rest = &rest[1..];
                }
            }
        }
        cut
    }
}

fn place(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// As in JSON.
fn quoted(value: &str) -> String {
    let text = serde_json::Value::from(value).to_string();
    text[1..text.len() - 1].to_owned()
}

/// As in a URL (RFC 3986, 2.3); hexadecimal digits come in either case.
fn encoded(value: &str, escaped: fn(u8) -> String) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => escaped(other),
    };
    value.bytes().map(one).collect()
}

/// In base64 (RFC 4648) of either alphabet, by itself or in the middle of something that was encoded with it, such as
/// `user:KEY` of a basic credential: its letters depend on where in a group of three bytes it begins. Those at the edges that its
/// neighbours have a part in are left out.
fn in_base64(value: &[u8]) -> Vec<String> {
    let begun_at = |place: usize| {
        let text = BASE64_STANDARD_NO_PAD.encode([&b"\0\0"[..place], value].concat());
        let (from, to) = ((8 * place).div_ceil(6), 8 * (place + value.len()) / 6);
        text[from..to].to_owned()
    };
    let forms = [BASE64_STANDARD.encode(value), begun_at(0), begun_at(1), begun_at(2)];
    forms.into_iter().flat_map(|form| [form.replace('+', "-").replace('/', "_"), form]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let values = [("KEY", "sk-very-secret"), ("LONGER", "sk-very-secret/2"), ("SHORT", "abc")];
        Secrets::of(values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    fn chunk(text: &str) -> NetEvent {
        NetEvent::Chunk { ticket: 1, bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn a_secret_is_cut_out_whatever_its_form() {
        let check = |text: &str, expected: &str| assert_eq!(secrets().cut(chunk(text)), chunk(expected));
        check("wrong key sk-very-secret, abc", "wrong key {{secret:KEY}}, abc");
        check("sk-very-secret/2 sk-very-secret%2F2", "{{secret:LONGER}} {{secret:LONGER}}");
        check("sk-very-secret%2f2", "{{secret:LONGER}}");
        check(&BASE64_STANDARD.encode("sk-very-secret"), "{{secret:KEY}}");
    }

    /// A vendor that shows what it was sent shows it whole: `Basic` of a user and the key.
    #[test]
    fn a_secret_in_the_middle_of_base64_is_cut_out() {
        let value = "sk-very>secret?2";
        let secrets = Secrets::of([("KEY".to_owned(), value.to_owned())].into_iter());
        for (before, after) in [("", "\n"), ("u:", ""), ("me:", "!"), ("user:", " more")] {
            let whole = BASE64_STANDARD.encode(format!("{before}{value}{after}"));
            for text in [whole.replace('+', "-").replace('/', "_"), whole] {
                let halves = [chunk(&text[..9]), chunk(&text[9..])];
                assert!(secrets.look("", halves.iter()).is_err(), "{text}");
                let NetEvent::Chunk { bytes, .. } = secrets.cut(chunk(&text)) else { panic!("a chunk") };
                let cut = String::from_utf8(bytes).unwrap();
                let (left, right) =
                    cut.split_once("{{secret:KEY}}").unwrap_or_else(|| panic!("{text}: {cut}"));
                // Of the value's own letters at most one is left at each side.
                let right = right.trim_end_matches('=');
                assert!(left.len() <= (8 * before.len()).div_ceil(6), "{cut}");
                assert!(right.len() <= (8 * after.len()).div_ceil(6) + 1, "{cut}");
            }
        }
    }

    #[test]
    fn one_that_its_own_mark_holds_is_cut_once() {
        let secrets = Secrets::of([("KEY".to_owned(), "secret".to_owned())].into_iter());
        assert_eq!(secrets.cut(chunk("secret, secret")), chunk("{{secret:KEY}}, {{secret:KEY}}"));
    }

    #[test]
    fn one_that_is_cut_in_two_is_found() {
        let halves = [chunk("sk-very"), chunk("-secret")];
        assert!(matches!(secrets().look("", halves.iter()), Err(Error::Secret { name }) if name == "KEY"));
        assert!(secrets().look("", halves[..1].iter()).is_ok());
        assert!(secrets().look("key: sk-very-secret", [].iter()).is_err());
    }
}

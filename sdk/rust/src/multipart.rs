//! A form with files (RFC 7578), for vendors that take an utterance as an upload. The names of its headers are spelled as
//! everybody spells them: not every server's reader knows that their case is of no account.

use crate::network::Request;

pub struct Multipart {
    boundary: String,
    body: Vec<u8>,
}

impl Multipart {
    /// `seed` makes the boundary: a session's, so that a call replays. It must not occur in a part; 64 bits see to that.
    pub fn new(seed: u64) -> Multipart {
        Multipart { boundary: format!("closare-{seed:016x}"), body: Vec::new() }
    }

    pub fn text(self, name: &str, value: &str) -> Multipart {
        self.part(&format!("name=\"{}\"", quoted(name)), None, value.as_bytes())
    }

    pub fn file(self, name: &str, file_name: &str, content_type: &str, bytes: &[u8]) -> Multipart {
        let what = format!("name=\"{}\"; filename=\"{}\"", quoted(name), quoted(file_name));
        self.part(&what, Some(content_type), bytes)
    }

    /// The request with the form as its body.
    pub fn send(mut self, request: Request) -> Request {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        request.body(&format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }

    fn part(mut self, what: &str, content_type: Option<&str>, bytes: &[u8]) -> Multipart {
        let head = format!("--{}\r\nContent-Disposition: form-data; {what}\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
        if let Some(content_type) = content_type {
            self.body.extend_from_slice(format!("Content-Type: {content_type}\r\n").as_bytes());
        }
        self.body.extend_from_slice(b"\r\n");
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
        self
    }
}

/// As browsers write it (WHATWG HTML, multipart/form-data encoding).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Body;

    #[test]
    fn a_form_with_a_file() {
        let form = Multipart::new(7).text("model", "whisper").file("file", "a\"b.wav", "audio/wav", &[1, 2]);
        let request = form.send(Request::post("https://api.example.com"));
        let expected = "--closare-0000000000000007\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n\
            --closare-0000000000000007\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b.wav\"\r\n\
            Content-Type: audio/wav\r\n\r\n\u{1}\u{2}\r\n--closare-0000000000000007--\r\n";
        assert_eq!(request.body, Body::Whole(expected.as_bytes().to_vec()));
        assert_eq!(request.headers[0].1, "multipart/form-data; boundary=closare-0000000000000007");
    }
}

//! Server-sent events, as the HTML standard has them (9.2.6), in the parts that the API uses: the data of each.

/// Puts events together from chunks that are cut anywhere.
#[derive(Debug, Default)]
pub struct Events {
    /// The line that isn't whole yet.
    line: Vec<u8>,
    data: Vec<String>,
}

impl Events {
    /// The data of the events that are whole with these bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut whole = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                whole.extend(self.line(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n'])));
            }
        }
        whole
    }

    /// The data of the event that ends with this line, an empty one.
    fn line(&mut self, line: &str) -> Option<String> {
        if let Some(data) = line.strip_prefix("data:") {
            self.data.push(data.strip_prefix(' ').unwrap_or(data).to_owned());
        }
        (line.is_empty() && !self.data.is_empty()).then(|| std::mem::take(&mut self.data).join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_however_they_are_cut() {
        let stream = "data: {\"a\":\"ä\"}\n\n: a comment\r\nevent: x\r\ndata:two\r\ndata: lines\r\n\r\n\n\ndata: [DONE]\n\n";
        for size in 1..stream.len() {
            let mut events = Events::default();
            let found: Vec<_> = stream.as_bytes().chunks(size).flat_map(|chunk| events.take(chunk)).collect();
            assert_eq!(found, ["{\"a\":\"ä\"}", "two\nlines", "[DONE]"], "in chunks of {size}");
        }
    }
}

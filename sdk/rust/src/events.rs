//! Server-sent events out of a streamed body (WHATWG HTML, 9.2.6), whatever way its bytes are cut.

/// One event. `event` is empty where the stream doesn't name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerSentEvent {
    pub event: String,
    pub data: String,
    pub id: Option<String>,
}

/// Holds what has come of an unfinished event.
#[derive(Debug, Default)]
pub struct ServerSentEvents {
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed after it ends no second line.
    after_return: bool,
    begun: bool,
    pending: ServerSentEvent,
    has_data: bool,
}

impl ServerSentEvents {
    pub fn new() -> ServerSentEvents {
        ServerSentEvents::default()
    }

    /// The events that are complete with these bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<ServerSentEvent> {
        let mut events = Vec::new();
        for &byte in bytes {
            let follows_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                other => self.line.push(other),
            }
        }
        events
    }

    /// What is left when the body ends: some servers don't close their last event.
    pub fn finish(&mut self) -> Option<ServerSentEvent> {
        let by_line = if self.line.is_empty() { None } else { self.end_line() };
        by_line.or_else(|| self.dispatch())
    }

    fn end_line(&mut self) -> Option<ServerSentEvent> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let line = if std::mem::replace(&mut self.begun, true) {
            &text
        } else {
            text.trim_start_matches('\u{feff}')
        };
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.pending.event = value.to_owned(),
            "id" => self.pending.id = Some(value.to_owned()),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.pending.data.push('\n');
                }
                self.pending.data.push_str(value);
            }
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<ServerSentEvent> {
        let event = std::mem::take(&mut self.pending);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stream: &str, expected: &[(&str, &str)]) {
        for cut in 1..=stream.len() {
            let mut events = ServerSentEvents::new();
            let mut found: Vec<_> =
                stream.as_bytes().chunks(cut).flat_map(|bytes| events.feed(bytes)).collect();
            found.extend(events.finish());
            let found: Vec<_> = found.iter().map(|it| (it.event.as_str(), it.data.as_str())).collect();
            assert_eq!(found, expected, "cut by {cut}");
        }
    }

    #[test]
    fn events_come_out_however_the_bytes_are_cut() {
        check("data: one\n\ndata: two\r\n\r\ndata:three\r\r", &[("", "one"), ("", "two"), ("", "three")]);
        check("\u{feff}data: grüß\ndata\ndata: dich\n\n", &[("", "grüß\n\ndich")]);
        check(": comment\nevent: ping\n\nevent: delta\nid: 4\nretry: 9\ndata: {}\n\n", &[("delta", "{}")]);
        check("data: [DONE]", &[("", "[DONE]")]);
        check("event: x\n\n", &[]);
    }
}

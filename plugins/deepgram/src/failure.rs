//! What Deepgram says of a failure, in the contract's words (its pages "Errors" and "Troubleshooting WebSocket, NET, and
//! DATA Errors").

use closare_plugin::Failure;
use closare_plugin::network::Event;
use serde::Deserialize;

/// A message that tells of a problem: `Error`, `Warning`, `ConfigureFailure`. None of its fields is always there.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Problem {
    code: String,
    description: String,
    message: String,
}

impl Problem {
    pub fn says(&self) -> String {
        let text = if self.description.is_empty() { &self.message } else { &self.description };
        [self.code.as_str(), text].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
    }
}

/// The id of the request that an answer or an upgrade, accepted or refused, has.
pub fn request_id(event: &Event) -> Option<String> {
    match event {
        Event::Answered(head) | Event::Opened(head) | Event::Refused((head, _)) => {
            head.header("dg-request-id").map(str::to_owned)
        }
        _ => None,
    }
}

/// A refused upgrade says why in its body, or in a header alone.
pub fn with_reason(event: Event) -> Event {
    match event {
        Event::Refused((head, body)) if body.is_empty() => {
            let reason = head.header("dg-error").unwrap_or_default().as_bytes().to_vec();
            Event::Refused((head, reason))
        }
        other => other,
    }
}

/// A socket that Deepgram closed by itself, by code and payload of the close frame.
pub fn closed(code: u16, reason: &str) -> Failure {
    let says = format!("the socket was closed with `{code}` {reason}").trim_end().to_owned();
    match code {
        // Too many characters within a minute.
        1008 if reason.contains("DATA-0001") => Failure::RateLimited(None),
        // Bytes that aren't audio of this encoding, a message that isn't known, a text that is too long.
        1003 | 1007..=1009 => Failure::Refused(says),
        1002 => Failure::Broken(says),
        _ => Failure::Unavailable(says),
    }
}

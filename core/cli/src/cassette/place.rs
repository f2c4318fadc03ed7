//! An entry of the tape as people find it: its number, and what it is.

use super::file::{Entry, What};
use closare_terms::network::Ticket;
use serde_json::Value;

/// Such as a message from a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thing {
    pub noun: &'static str,
    pub of: &'static str,
    pub ticket: Ticket,
}

/// Such as `entry 7 of the tape: message 3 to socket 1`.
pub fn named(tape: &[Entry], index: usize) -> String {
    match tape.get(index) {
        Some(entry) => format!("entry {} of the tape: {}", index + 1, name(tape, index, entry)),
        None => "the end of the tape".to_owned(),
    }
}

fn name(tape: &[Entry], index: usize, entry: &Entry) -> String {
    if let What::Given(given) = &entry.what {
        return format!("`{}`", given.name());
    }
    let Some(thing) = thing(entry) else { return "nothing that is known".to_owned() };
    let Thing { noun, of, ticket } = thing;
    if COUNTED.contains(&noun) {
        let count = tape[..=index].iter().filter(|before| self::thing(before) == Some(thing)).count();
        return format!("{noun} {count} {of} {ticket}");
    }
    format!("{noun} {of} {ticket}")
}

/// Of these a ticket has many.
const COUNTED: [&str; 2] = ["message", "piece"];

fn thing(entry: &Entry) -> Option<Thing> {
    match &entry.what {
        What::Given(_) => None,
        What::Asks(asked) => asks(asked),
        What::Comes(came) => Some(came.thing()),
    }
}

/// By its shape in the file, as [`super::effect::shown`] makes it.
fn asks(asked: &Value) -> Option<Thing> {
    let (kind, what) = asked.as_object()?.iter().next()?;
    let ticket = Ticket::try_from(what["ticket"].as_u64()?).ok()?;
    let (noun, of) = match kind.as_str() {
        "request" => ("the head", "of request"),
        "more" => ("piece", "of the body of request"),
        "end" => ("the end", "of the body of request"),
        "socket" => ("the way", "to socket"),
        "text" | "binary" => ("message", "to socket"),
        "close" => ("the close", "of ticket"),
        "wake" => ("the start", "of timer"),
        _ => return None,
    };
    Some(Thing { noun, of, ticket })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_is_counted_on_its_socket() {
        let lines = [
            json!({"asks": {"socket": {"ticket": 1, "url": "wss://api.example.com"}}}),
            json!({"comes": {"opened": {"ticket": 1, "status": 101}}}),
            json!({"given": "flush"}),
            json!({"asks": {"binary": {"ticket": 1, "bytes": 2}}}),
            json!({"asks": {"text": {"ticket": 2, "text": "another's"}}}),
            json!({"asks": {"text": {"ticket": 1, "json": {"type": "Finalize"}}}}),
            json!({"comes": {"text": {"ticket": 1, "text": "{}"}}}),
            json!({"comes": {"closed": {"ticket": 1, "code": 1000}}}),
            json!({"asks": {"request": {"ticket": 3}}}),
            json!({"asks": {"shout": {"ticket": 3}}}),
        ];
        let tape = lines.map(|line| serde_json::from_value::<Entry>(line).unwrap());
        let names: Vec<String> = (0..=tape.len()).map(|index| named(&tape, index)).collect();
        insta::assert_snapshot!(names.join("\n"), @r"
        entry 1 of the tape: the way to socket 1
        entry 2 of the tape: the opening of socket 1
        entry 3 of the tape: `flush`
        entry 4 of the tape: message 1 to socket 1
        entry 5 of the tape: message 1 to socket 2
        entry 6 of the tape: message 2 to socket 1
        entry 7 of the tape: message 1 from socket 1
        entry 8 of the tape: the close from socket 1
        entry 9 of the tape: the head of request 3
        entry 10 of the tape: nothing that is known
        the end of the tape
        ");
    }
}

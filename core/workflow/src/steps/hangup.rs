//! `hangup`: says good-bye if given, ends.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{Do, Hangup};
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "hangup", about: "says good-bye if given, ends", read, schema };

const KEYS: [&str; 2] = ["say", "reason"];

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    if node.is_nothing() {
        return Some(Do::Hangup(Hangup { say: None, reason: None }));
    }
    if reader.is_phrase(node) {
        return Some(Do::Hangup(Hangup { say: Some(reader.phrase(node)), reason: None }));
    }
    let map = reader.map(node, "`hangup`", &KEYS);
    let say = map.get("say").map(|node| reader.phrase(node));
    let reason = map.get("reason").and_then(|node| reader.text(node, "a word for the log"));
    Some(Do::Hangup(Hangup { say, reason }))
}

fn schema() -> Value {
    let keys = [("say", schema::phrase()), ("reason", schema::text())];
    json!({"anyOf": [schema::nothing(), schema::phrase(), schema::object(&keys, &[])]})
}

//! `say`: speaks. `{say: …, barge_in: no}` stands below the key where the caller may not interrupt.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::scalar;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{BargeIn, Do, Say};
use serde_json::{Value, json};

pub(super) const STEP: StepKind = StepKind { name: "say", about: "speaks", read, schema };

const KEYS: [&str; 2] = ["say", "barge_in"];

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    if node.is_nothing() || reader.is_phrase(node) {
        return Some(Do::Say(Say { phrase: reader.phrase(node), barge_in: BargeIn::Yes }));
    }
    let map = reader.map(node, "`say`", &KEYS);
    let phrase = reader.need(&map, "say").map(|node| reader.phrase(node)).unwrap_or_default();
    Some(Do::Say(Say { phrase, barge_in: barge_in(map.get("barge_in"), reader) }))
}

pub(super) fn barge_in(node: Option<&Node>, reader: &mut Reader) -> BargeIn {
    let read = |text: &str| match scalar::yes_no(text) {
        Some(true) => Some(BargeIn::Yes),
        Some(false) => Some(BargeIn::No),
        None => text.strip_prefix("after ").and_then(scalar::duration).map(BargeIn::After),
    };
    node.and_then(|node| reader.scalar(node, "`yes`, `no` or `after 1s`", read)).unwrap_or(BargeIn::Yes)
}

fn schema() -> Value {
    let keys = [("say", schema::phrase()), ("barge_in", schema::barge_in())];
    json!({"anyOf": [schema::phrase(), schema::object(&keys, &["say"])]})
}

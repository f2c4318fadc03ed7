//! `collect`: asks for typed values until each is valid. Names are slots; `confirm` and `give_up` stand beside them.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::slot::{CONFIRM, SlotUse};
use crate::source::Node;
use crate::workflow::{Collect, Confirm, Do};
use serde_json::{Value, json};

pub(super) const STEP: StepKind = StepKind {
    name: "collect",
    about: "asks for typed values, by voice and keys alike, until each is valid",
    read,
    schema,
};

/// Not names of slots.
const KEYS: [&str; 2] = ["confirm", "give_up"];

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    let (mut slots, mut confirm) = (Vec::new(), Confirm::default());
    for (key, value) in reader.entries(node, "a map from names to slots") {
        match key.text.as_str() {
            "confirm" => confirm = reader.one_of(value, &CONFIRM).unwrap_or_default(),
            "give_up" => {}
            _ => slots.extend(reader.slot(key, value, SlotUse::Asked)),
        }
    }
    if slots.is_empty() && matches!(node.is, crate::source::Is::Map(_)) {
        reader.wrong(node, "at least one slot");
    }
    let give_up = reader.branch(node.get("give_up"), site, "give_up");
    Some(Do::Collect(Collect { slots, confirm, give_up }))
}

fn schema() -> Value {
    debug_assert!(KEYS.contains(&"confirm"));
    json!({
        "type": "object",
        "properties": {"confirm": schema::confirm(), "give_up": schema::steps()},
        "additionalProperties": {"$ref": "#/$defs/slot"},
    })
}

//! `set`: variables from expressions.

use super::{Site, StepKind};
use crate::expression::Kind;
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::Do;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const STEP: StepKind = StepKind { name: "set", about: "gives variables values", read, schema };

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    let mut values = BTreeMap::new();
    for (key, value) in reader.entries(node, "a map from variables to expressions") {
        if !reader.name(&key.text, key.place) {
            continue;
        }
        // Its kind is that of the variable where `vars` declares it; else it is told by the expression, during the call.
        reader.declare(&key.text, Kind::Any, key.place, false);
        if let Some(expression) = reader.expression(value) {
            values.insert(key.text.clone(), expression);
        }
    }
    Some(Do::Set(values))
}

fn schema() -> Value {
    json!({"type": "object", "additionalProperties": schema::expression()})
}

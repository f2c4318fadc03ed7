//! `route`: takes the branch of a value.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{Do, Route};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const STEP: StepKind =
    StepKind { name: "route", about: "takes the branch of a value", read, schema };

const KEYS: [&str; 3] = ["on", "to", "else"];

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    let here = reader.here;
    let map = reader.map(node, "`route`", &KEYS);
    let on = reader.need(&map, "on").and_then(|node| reader.expression(node));
    let (mut to, mut places) = (BTreeMap::new(), BTreeMap::new());
    if let Some(node) = reader.need(&map, "to") {
        for (key, steps) in reader.entries(node, "a map from values to steps") {
            to.insert(key.text.clone(), reader.steps(steps, &format!("{}.{}", site.id, key.text)));
            places.insert(key.text.clone(), key.place);
        }
    }
    let otherwise = reader.branch(map.get("else"), site, "else");
    reader.routes.push((here, site.place, places));
    Some(Do::Route(Route { on: on?, to, otherwise }))
}

fn schema() -> Value {
    let to = json!({"type": "object", "additionalProperties": schema::steps()});
    schema::object(&[("on", schema::expression()), ("to", to), ("else", schema::steps())], &["on", "to"])
}

//! `decide`: takes the first branch whose condition holds.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::{Is, Node};
use crate::workflow::{Decide, Do};
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "decide", about: "takes the first branch whose condition holds", read, schema };

const KEYS: [&str; 3] = ["when", "do", "else"];

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    let Is::Sequence(items) = &node.is else {
        reader.wrong(node, "a list of `{when, do}`, whose last may be `{else}`");
        return None;
    };
    let mut decide = Decide { branches: Vec::new(), otherwise: None };
    for (at, item) in items.iter().enumerate() {
        let map = reader.map(item, "a branch of `decide`", &KEYS);
        if let Some(steps) = map.get("else") {
            if at + 1 < items.len() || map.get("when").is_some() {
                reader.error(
                    "read-5",
                    item.place,
                    "expected `else` alone in the last branch",
                    "move it to the end",
                );
            }
            decide.otherwise = reader.branch(Some(steps), site, "else");
            continue;
        }
        let when = reader.need(&map, "when").and_then(|node| reader.expression(node));
        let then = reader.need(&map, "do").map(|node| reader.steps(node, &format!("{}.{}", site.id, at + 1)));
        match (when, then) {
            (Some(when), Some(then)) => decide.branches.push((when, then)),
            _ => reader.incomplete = true,
        }
    }
    Some(Do::Decide(decide))
}

fn schema() -> Value {
    let branch = schema::object(&[("when", schema::expression()), ("do", schema::steps())], &["when", "do"]);
    json!({"type": "array", "items": {"anyOf": [branch, schema::object(&[("else", schema::steps())], &["else"])]}})
}

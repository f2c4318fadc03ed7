//! `flow`: runs a flow, comes back.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::Do;

pub(super) const STEP: StepKind =
    StepKind { name: "flow", about: "runs a flow, comes back", read, schema: schema::name };

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    if node.get("with").is_some() || node.get("as").is_some() {
        reader.later(node.place, "a flow's `with` and `as`");
        return None;
    }
    let name = reader.text(node, "the name of a flow")?;
    if !reader.flows.contains_key(&name) {
        let names: Vec<String> = reader.flows.keys().cloned().collect();
        reader.no_such(&name, node.place, "flow", &names);
        return None;
    }
    Some(Do::Flow(name))
}

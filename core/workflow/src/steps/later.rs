//! Steps that the language has and this engine doesn't run yet: each is a finding, so that a file tells what it waits for.

use super::{Site, StepKind};
use crate::expression::Kind;
use crate::reader::Reader;
use crate::source::Node;
use crate::workflow::Do;
use serde_json::{Value, json};

pub(super) const CALL: StepKind =
    StepKind { name: "call", about: "asks a tool plugin or an HTTP endpoint (later version)", read, schema };
pub(super) const PLAY: StepKind =
    StepKind { name: "play", about: "plays an audio file (later version)", read, schema };
pub(super) const SEND_DTMF: StepKind =
    StepKind { name: "send_dtmf", about: "sends keys to the other side (later version)", read, schema };
pub(super) const NOTIFY: StepKind = StepKind {
    name: "notify",
    about: "webhook, e-mail or tool, now or after the call (later version)",
    read,
    schema,
};

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    // What it would set is known, so that its uses are not findings of their own.
    if let Some((name, at)) = node.get("as").and_then(|at| Some((at.scalar()?, at))) {
        reader.declare(name, Kind::Any, at.place, true);
    }
    let name = reader.text.get(site.place.begin..site.place.end).unwrap_or("this");
    reader.later(site.place, &format!("the step `{name}`"));
    None
}

fn schema() -> Value {
    json!({"not": {}, "description": "comes in a later version"})
}

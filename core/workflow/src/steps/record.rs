//! `record`: on or off; policy is asked again each time.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::source::Node;
use crate::workflow::Do;
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "record", about: "recording on or off, if policy allows", read, schema };

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    reader.scalar(node, "`on` or `off`", crate::scalar::yes_no).map(Do::Record)
}

fn schema() -> Value {
    json!({"enum": ["on", "off", true, false]})
}

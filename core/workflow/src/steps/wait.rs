//! `wait`: a bounded pause.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::Do;

pub(super) const STEP: StepKind =
    StepKind { name: "wait", about: "a bounded pause", read, schema: schema::duration };

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    if node.get("play").is_some() {
        reader.later(node.place, "`play` in `wait`");
        return None;
    }
    let long = reader.duration(node)?;
    reader.silence_within(long, node.place);
    Some(Do::Wait(long))
}

//! `greet`: says a phrase and hands the turn to the caller.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::Do;

pub(super) const STEP: StepKind = StepKind {
    name: "greet",
    about: "says a phrase and hands the turn to the caller",
    read,
    schema: schema::phrase,
};

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    Some(Do::Greet(reader.phrase(node)))
}

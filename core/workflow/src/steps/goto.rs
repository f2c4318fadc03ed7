//! `goto`: goes to a step's `id` or to a flow, and does not come back.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{BlockId, Do, Target};

pub(super) const STEP: StepKind = StepKind {
    name: "goto",
    about: "goes to a step's id or a flow, does not come back",
    read,
    schema: schema::name,
};

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    let name = reader.text(node, "the `id` of a step, or a flow")?;
    // The step may stand further down, so the target is filled in when everything is read.
    reader.gotos.push((reader.here, name, node.place));
    Some(Do::Goto(Target::Flow(BlockId::MAIN)))
}

impl Reader<'_> {
    /// Fills in where each `goto` goes.
    pub fn resolve_gotos(&mut self) {
        for (at, name, place) in std::mem::take(&mut self.gotos) {
            let target = match (self.labels.get(&name), self.flows.get(&name)) {
                (Some(position), _) => Target::Step(*position),
                (None, Some(block)) => Target::Flow(*block),
                (None, None) => {
                    let names: Vec<String> = self.labels.keys().chain(self.flows.keys()).cloned().collect();
                    self.no_such(&name, place, "step or flow", &names);
                    self.incomplete = true;
                    continue;
                }
            };
            if let Some(step) = self.blocks[at.block.0 as usize].get_mut(at.index as usize) {
                step.does = Do::Goto(target);
            }
        }
    }

    /// `flow-4`: a name that isn't there.
    pub fn no_such(&mut self, name: &str, place: crate::Place, what: &str, names: &[String]) {
        let sentence = format!("there is no {what} `{}`", crate::source::short(name));
        let help = match crate::scalar::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!("add a {what} of that name"),
            None => format!("there are {}", names.join(", ")),
        };
        self.error("flow-4", place, sentence, help);
    }
}

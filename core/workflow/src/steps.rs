//! The steps. Each file in `steps/` is one of them, in the same shape: what it is, its reading, its schema.

mod ask;
mod collect;
pub(crate) mod consent;
mod converse;
mod decide;
pub(crate) mod disclose;
mod extract;
mod flow;
mod goto;
mod greet;
mod hangup;
mod later;
mod record;
mod route;
mod say;
mod set;
mod summarize;
pub(crate) mod transfer;
mod voicemail;
mod wait;

use crate::finding::{Finding, Place};
use crate::reader::Reader;
use crate::scalar;
use crate::source::{Is, Key, Node};
use crate::workflow::{BlockId, Do, Position, Step};
use serde_json::Value;

/// A step of the language.
pub(crate) struct StepKind {
    pub name: &'static str,
    /// A line for the editor.
    pub about: &'static str,
    pub read: fn(&Node, &Site, &mut Reader) -> Option<Do>,
    pub schema: fn() -> Value,
}

/// Where a step stands: the place of its key, and its id, from which those inside it are made.
pub(crate) struct Site<'s> {
    pub place: Place,
    pub id: &'s str,
}

pub(crate) const STEPS: [&StepKind; 23] = [
    &disclose::STEP,
    &consent::STEP,
    &greet::STEP,
    &say::STEP,
    &ask::STEP,
    &collect::STEP,
    &extract::STEP,
    &decide::STEP,
    &route::STEP,
    &converse::STEP,
    &summarize::STEP,
    &set::STEP,
    &record::STEP,
    &wait::STEP,
    &flow::STEP,
    &goto::STEP,
    &transfer::STEP,
    &voicemail::STEP,
    &hangup::STEP,
    &later::CALL,
    &later::PLAY,
    &later::SEND_DTMF,
    &later::NOTIFY,
];

/// What may stand beside any step.
pub(crate) const BESIDE: [&str; 3] = ["id", "when", "note"];

/// Blocks of one file: each branch is one.
const BLOCKS_MAX: usize = 4000;

impl Reader<'_> {
    /// A list of steps, or one step, as a block of its own. `prefix` begins the ids of steps that have none.
    pub fn steps(&mut self, node: &Node, prefix: &str) -> BlockId {
        let block = self.reserve();
        self.steps_into(block, node, prefix);
        block
    }

    pub fn steps_into(&mut self, block: BlockId, node: &Node, prefix: &str) {
        if self.blocks.len() > BLOCKS_MAX {
            self.error(
                "read-8",
                node.place,
                format!("expected at most {BLOCKS_MAX} branches, found more"),
                "split the file",
            );
            return;
        }
        let one = std::slice::from_ref(node);
        let nodes = match &node.is {
            Is::Sequence(items) => items.as_slice(),
            _ if node.is_nothing() => {
                self.wrong(node, "steps");
                self.incomplete = true;
                return;
            }
            _ => one,
        };
        let outer = self.here;
        for (at, node) in nodes.iter().enumerate() {
            self.here = Position { block, index: self.blocks[block.0 as usize].len() as u32 };
            match self.step(node, &format!("{prefix}.{}", at + 1)) {
                Some(step) => self.blocks[block.0 as usize].push(step),
                None => self.incomplete = true,
            }
        }
        self.here = outer;
    }

    /// A branch below a key, if it is written.
    pub fn branch(&mut self, node: Option<&Node>, site: &Site, key: &str) -> Option<BlockId> {
        node.map(|node| self.steps(node, &format!("{}.{key}", site.id)))
    }

    fn step(&mut self, node: &Node, default_id: &str) -> Option<Step> {
        match &node.is {
            Is::Map(entries) => self.written_step(node, entries, default_id),
            Is::Scalar { .. } => {
                let name = self.text(node, "a step")?;
                let key = Key { text: name, place: node.place };
                let kind = self.kind_of(&key)?;
                let does = (kind.read)(
                    &Node::nothing(node.place),
                    &Site { place: node.place, id: default_id },
                    self,
                )?;
                Some(Step { id: default_id.to_owned(), place: node.place, when: None, does })
            }
            Is::Sequence(_) => {
                self.wrong(node, "a step");
                None
            }
        }
    }

    fn written_step(&mut self, node: &Node, entries: &[(Key, Node)], default_id: &str) -> Option<Step> {
        let beside = |key: &Key| BESIDE.contains(&key.text.as_str());
        let mut named = entries.iter().filter(|(key, _)| !beside(key));
        let Some((key, value)) = named.next() else {
            self.error(
                "read-7",
                node.place,
                "this step says nothing of what it does",
                "add one key such as `say: …`",
            );
            return None;
        };
        for (extra, _) in named {
            let known = STEPS.iter().any(|kind| kind.name == extra.text);
            let help = match known {
                true => "begin a step of its own with `-`".to_owned(),
                false => format!("if it belongs to `{}`, indent it below", key.text),
            };
            self.error(
                "read-6",
                extra.place,
                format!("a step is one key, found `{}` beside `{}`", extra.text, key.text),
                help,
            );
        }
        let id = self.step_id(node, default_id);
        let when = node.get("when").and_then(|node| self.expression(node));
        let kind = self.kind_of(key)?;
        let does = (kind.read)(value, &Site { place: key.place, id: &id }, self)?;
        Some(Step { id, place: key.place, when, does })
    }

    fn step_id(&mut self, node: &Node, default_id: &str) -> String {
        let Some(written) = node.get("id") else { return default_id.to_owned() };
        let Some(id) = self.text(written, "a name").filter(|id| self.name(id, written.place)) else {
            return default_id.to_owned();
        };
        if self.labels.insert(id.clone(), self.here).is_some() {
            let sentence = format!("expected an `id` of its own, found `{id}` a second time");
            self.error("var-4", written.place, sentence, "give one of the two another name");
        }
        id
    }

    fn kind_of(&mut self, key: &Key) -> Option<&'static StepKind> {
        let kind = STEPS.iter().find(|kind| kind.name == key.text);
        if kind.is_none() {
            let names = || STEPS.iter().map(|kind| kind.name);
            let help = match scalar::nearest(&key.text, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the steps are {}", names().collect::<Vec<_>>().join(", ")),
            };
            let sentence = format!("there is no step `{}`", crate::source::short(&key.text));
            self.findings.push(Finding::error("read-6", key.place, sentence).help(help));
        }
        kind.copied()
    }
}

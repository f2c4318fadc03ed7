//! Every way through a workflow, as a graph. A node is a stack of positions: the step, and where each block around it goes on.
//! So a flow that is run from two places is two nodes, and what is found on a path is a path that a call can take.

use crate::workflow::{BlockId, Do, Position, Step, Target, Workflow};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(crate) struct Paths<'w> {
    pub workflow: &'w Workflow,
    pub nodes: Vec<Node<'w>>,
    /// The first step of the main flow, if it has one.
    pub begin: Option<usize>,
    /// Steps that would run a block inside itself, and that block.
    pub inside_itself: BTreeSet<(Position, BlockId)>,
    /// Whether the graph was cut off.
    pub cut: bool,
}

pub(crate) struct Node<'w> {
    pub at: Position,
    pub step: &'w Step,
    pub ways: Vec<Way>,
}

pub(crate) struct Way {
    pub to: To,
    /// What is taken, for people; empty for the plain way on.
    pub by: String,
    /// Whether the step did what it does, so that its values are set.
    pub done: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    Node(usize),
    /// The call ends, or goes to somebody else.
    End,
    /// Back to the step that an anytime branch left.
    Back,
    /// The flow is over and nothing has ended the call.
    Fell,
}

/// Beyond it the graph is cut off: nothing more is said of what lies behind.
const NODES_MAX: usize = 20_000;

type Stack = Vec<Position>;

impl<'w> Paths<'w> {
    pub fn of(workflow: &'w Workflow) -> Paths<'w> {
        Builder::new(workflow).build()
    }

    /// The places that the graph reaches.
    pub fn reached(&self) -> BTreeSet<Position> {
        self.nodes.iter().map(|node| node.at).collect()
    }
}

/// The blocks of a step's branches, with what a caller or the call takes them by.
pub(crate) fn branches(does: &Do) -> Vec<(BlockId, String)> {
    let mut all = Vec::new();
    let mut add = |block: &Option<BlockId>, by: &str| all.extend(block.map(|block| (block, by.to_owned())));
    match does {
        Do::Consent(consent) => add(&consent.refused, "refused"),
        Do::Ask(ask) => add(&ask.give_up, "give_up"),
        Do::Collect(collect) => add(&collect.give_up, "give_up"),
        Do::Extract(extract) => {
            add(&extract.unclear, "unclear");
            add(&extract.give_up, "give_up");
        }
        Do::Decide(decide) => {
            for (when, block) in &decide.branches {
                add(&Some(*block), when.source());
            }
            add(&decide.otherwise, "else");
        }
        Do::Route(route) => {
            for (value, block) in &route.to {
                add(&Some(*block), value);
            }
            add(&route.otherwise, "else");
        }
        Do::Converse(converse) => {
            for exit in &converse.exits {
                add(&Some(exit.then), &exit.name);
            }
            add(&converse.failed, "failed");
        }
        Do::Transfer(transfer) => {
            add(&transfer.busy, "busy");
            add(&transfer.no_answer, "no_answer");
            add(&transfer.declined, "declined");
            add(&transfer.failed, "failed");
        }
        Do::Disclose(_)
        | Do::Greet(_)
        | Do::Say(_)
        | Do::Summarize(_)
        | Do::Set(_)
        | Do::Record(_)
        | Do::Wait(_) => {}
        Do::Flow(_) | Do::Goto(_) | Do::Voicemail(_) | Do::Hangup(_) => {}
    }
    all
}

struct Builder<'w> {
    workflow: &'w Workflow,
    /// The step that a branch belongs to.
    owners: BTreeMap<BlockId, Position>,
    /// Blocks that come back to the step that they left.
    anytime: BTreeSet<BlockId>,
    known: BTreeMap<Stack, usize>,
    nodes: Vec<Node<'w>>,
    waiting: VecDeque<(usize, Stack)>,
    inside_itself: BTreeSet<(Position, BlockId)>,
    cut: bool,
}

impl<'w> Builder<'w> {
    fn new(workflow: &'w Workflow) -> Builder<'w> {
        let anytime = &workflow.anytime;
        let said = anytime.branches.iter().filter_map(|branch| match branch.then {
            crate::workflow::AnytimeThen::Do(block) => Some(block),
            _ => None,
        });
        Builder {
            workflow,
            owners: owners(workflow),
            anytime: said.chain(anytime.keys.values().copied()).collect(),
            known: BTreeMap::new(),
            nodes: Vec::new(),
            waiting: VecDeque::new(),
            inside_itself: BTreeSet::new(),
            cut: false,
        }
    }

    fn build(mut self) -> Paths<'w> {
        let begin = match self.go(vec![Position { block: BlockId::MAIN, index: 0 }]) {
            To::Node(node) => Some(node),
            To::End | To::Back | To::Fell => None,
        };
        for block in self.anytime.iter().copied().collect::<Vec<_>>() {
            self.go(vec![Position { block, index: 0 }]);
        }
        while let Some((node, stack)) = self.waiting.pop_front() {
            self.nodes[node].ways = self.ways(&stack);
        }
        let Builder { workflow, nodes, inside_itself, cut, .. } = self;
        Paths { workflow, nodes, begin, inside_itself, cut }
    }

    fn ways(&mut self, stack: &Stack) -> Vec<Way> {
        let Some(step) = stack.last().and_then(|at| self.workflow.step(*at)) else { return Vec::new() };
        let mut ways = Vec::new();
        if step.when.is_some() {
            ways.push(Way { to: self.next(stack), by: "skipped".to_owned(), done: false });
        }
        for (block, by) in branches(&step.does) {
            let done = !matches!(by.as_str(), "give_up" | "unclear") || !hears(&step.does);
            ways.push(Way { to: self.enter(stack, block), by, done });
        }
        for way in on(&step.does, &self.workflow.flows) {
            let (to, by, done) = match way {
                On::Next => (self.next(stack), "", true),
                On::Other(by) => (self.next(stack), by, true),
                On::End => (To::End, "", true),
                On::Help(by) => (self.help(stack), by, false),
                On::Flow(block) => (self.enter(stack, block), "", true),
                On::Goto(target) => (self.jump(stack, target), "", true),
            };
            ways.push(Way { to, by: by.to_owned(), done });
        }
        ways
    }

    fn next(&mut self, stack: &Stack) -> To {
        self.go(after(stack))
    }

    fn help(&mut self, stack: &Stack) -> To {
        match self.workflow.anytime.help {
            // A step of the help itself that can't go on takes the engine's last exit.
            Some(block) if !stack.iter().any(|at| at.block == block) => self.enter(stack, block),
            _ => To::End,
        }
    }

    fn enter(&mut self, stack: &Stack, block: BlockId) -> To {
        if stack.iter().any(|at| at.block == block) {
            return self.again(stack, block);
        }
        let mut stack = after(stack);
        stack.push(Position { block, index: 0 });
        self.go(stack)
    }

    /// A block inside itself. What the help leads to is bounded by the engine: a call gives up a few times only.
    fn again(&mut self, stack: &Stack, block: BlockId) -> To {
        if stack.iter().any(|at| Some(at.block) == self.workflow.anytime.help) {
            return To::End;
        }
        self.inside_itself.extend(stack.last().map(|at| (*at, block)));
        // A flow comes back as if it had run, so that what follows is still judged.
        if self.workflow.flows.values().any(|flow| *flow == block) { self.next(stack) } else { To::End }
    }

    /// A block around this step is gone back to; any other begins anew, inside those that it belongs to.
    fn jump(&mut self, stack: &Stack, target: &Target) -> To {
        let at = match target {
            Target::Flow(block) => return self.go(vec![Position { block: *block, index: 0 }]),
            Target::Step(position) => *position,
        };
        if let Some(depth) = stack.iter().position(|there| there.block == at.block) {
            let mut stack = stack[..depth].to_vec();
            stack.push(at);
            return self.go(stack);
        }
        let mut stack = vec![at];
        while let Some(owner) = self.owners.get(&stack[0].block) {
            stack.insert(0, Position { index: owner.index + 1, ..*owner });
        }
        self.go(stack)
    }

    /// The node of a stack whose ended blocks are taken off.
    fn go(&mut self, mut stack: Stack) -> To {
        let (at, step) = loop {
            let Some(&at) = stack.last() else { return To::Fell };
            if let Some(step) = self.workflow.step(at) {
                break (at, step);
            }
            stack.pop();
            if stack.is_empty() && self.anytime.contains(&at.block) {
                return To::Back;
            }
        };
        if let Some(&known) = self.known.get(&stack) {
            return To::Node(known);
        }
        if self.nodes.len() >= NODES_MAX {
            self.cut = true;
            return To::End;
        }
        let node = self.nodes.len();
        self.nodes.push(Node { at, step, ways: Vec::new() });
        self.known.insert(stack.clone(), node);
        self.waiting.push_back((node, stack));
        To::Node(node)
    }
}

fn after(stack: &Stack) -> Stack {
    let mut stack = stack.clone();
    if let Some(top) = stack.last_mut() {
        top.index += 1;
    }
    stack
}

fn owners(workflow: &Workflow) -> BTreeMap<BlockId, Position> {
    let mut owners = BTreeMap::new();
    for (block, steps) in workflow.blocks.iter().enumerate() {
        for (index, step) in steps.iter().enumerate() {
            for (branch, _) in branches(&step.does) {
                owners
                    .entry(branch)
                    .or_insert(Position { block: BlockId(block as u32), index: index as u32 });
            }
        }
    }
    owners
}

fn hears(does: &Do) -> bool {
    matches!(does, Do::Ask(_) | Do::Collect(_) | Do::Extract(_))
}

enum On<'w> {
    Next,
    /// The way on where no branch is taken.
    Other(&'static str),
    End,
    /// Nobody can go on here, and the step has no branch for it.
    Help(&'static str),
    Flow(BlockId),
    Goto(&'w Target),
}

/// The ways on that are not branches of the step.
fn on<'w>(does: &'w Do, flows: &BTreeMap<String, BlockId>) -> Vec<On<'w>> {
    let help = |branch: &Option<BlockId>, by| branch.is_none().then_some(On::Help(by));
    match does {
        Do::Disclose(_)
        | Do::Greet(_)
        | Do::Say(_)
        | Do::Summarize(_)
        | Do::Set(_)
        | Do::Record(_)
        | Do::Wait(_) => vec![On::Next],
        Do::Consent(_) => vec![On::Next],
        Do::Ask(ask) => std::iter::once(On::Next).chain(help(&ask.give_up, "give_up")).collect(),
        Do::Collect(collect) => std::iter::once(On::Next).chain(help(&collect.give_up, "give_up")).collect(),
        Do::Extract(extract) => std::iter::once(On::Next).chain(help(&extract.give_up, "give_up")).collect(),
        Do::Decide(decide) => {
            decide.otherwise.is_none().then_some(On::Other("none of them")).into_iter().collect()
        }
        Do::Route(_) => Vec::new(),
        // Turns that run out are a failure: a dialogue is over by an exit or by `done_when`.
        Do::Converse(converse) => converse
            .done_when
            .as_ref()
            .map(|_| On::Next)
            .into_iter()
            .chain(help(&converse.failed, "failed"))
            .collect(),
        Do::Flow(name) => flows.get(name).map(|block| On::Flow(*block)).into_iter().collect(),
        Do::Goto(target) => vec![On::Goto(target)],
        Do::Transfer(transfer) => {
            let open = [&transfer.busy, &transfer.no_answer, &transfer.declined, &transfer.failed];
            let without = open.iter().any(|branch| branch.is_none());
            std::iter::once(On::End).chain(without.then_some(On::Help("not connected"))).collect()
        }
        Do::Voicemail(_) | Do::Hangup(_) => vec![On::End],
    }
}

//! Where we are in the workflow: a stack of places, and the step that waits.

use crate::context::Context;
use crate::effect::Ended;
use crate::floor::Purpose;
use crate::steps::{self, Active, Input, Next, Outcome, Transferring};
use crate::wording::Wording;
use closare_workflow::{BlockId, Do, Position, Step, Target, Workflow};
use serde::{Deserialize, Serialize};

/// Steps between two waits. A file that passes the check has no loop without a wait; this bounds one all the same.
const STEPS_MAX: usize = 1_000;
/// A call in which this many steps gave up leads nowhere.
const GIVE_UPS_MAX: u32 = 3;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flow {
    stack: Vec<Frame>,
    pub active: Option<Active>,
    give_ups: u32,
    /// Where values were gathered last, for a caller who corrects one afterwards.
    gathered: Vec<Frame>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Frame {
    at: Position,
    /// An anytime branch: when it is over, the step below it is entered again.
    anytime: bool,
}

/// What the call does after the flow has gone as far as it can.
#[derive(Clone, Debug, PartialEq)]
pub enum Went {
    On,
    End(Ended, String),
    LastExit(String),
}

impl Flow {
    pub fn begin(&mut self, context: &mut Context) -> Went {
        self.stack = vec![Frame { at: start_of(BlockId::MAIN), anytime: false }];
        let next = self.enter(context, false);
        self.go(context, next)
    }

    /// Hands what happened to the step that waits, and goes on from there.
    pub fn input(&mut self, context: &mut Context, input: &Input) -> Went {
        let Some(mut active) = self.active.take() else { return Went::On };
        let workflow = context.workflow.clone();
        let step = self.stack.last().and_then(|frame| workflow.step(frame.at));
        let next = steps::handle(context, step, &mut active, input);
        if next == Next::Stay {
            self.active = Some(active);
            return Went::On;
        }
        self.go(context, next)
    }

    /// Whether these keys may be an answer to the step that waits.
    pub fn takes_keys(&self, context: &Context, keys: &str) -> bool {
        let step = self.stack.last().and_then(|frame| context.workflow.step(frame.at));
        self.active.as_ref().is_none_or(|active| steps::takes_keys(context, step, active, keys))
    }

    /// Runs an anytime branch, and comes back to the step that it left.
    pub fn detour(&mut self, context: &mut Context, block: BlockId) -> Went {
        self.leave_step(context);
        self.stack.push(Frame { at: start_of(block), anytime: true });
        let next = self.enter(context, false);
        self.go(context, next)
    }

    /// Enters the step again: something was said in between, and its question is asked once more.
    pub fn again(&mut self, context: &mut Context) -> Went {
        self.leave_step(context);
        let next = self.enter(context, true);
        self.go(context, next)
    }

    /// Takes a correction of a value that was gathered before, and goes on after that step again.
    pub fn correct(&mut self, context: &mut Context, text: &str) -> Option<Went> {
        let workflow = context.workflow.clone();
        let step = self.gathered.last().and_then(|frame| workflow.step(frame.at))?;
        let slots = match &step.does {
            Do::Collect(collect) => &collect.slots,
            Do::Extract(extract) => &extract.fields,
            _ => return None,
        };
        if !steps::correct(context, slots, text) {
            return None;
        }
        self.leave_step(context);
        context.interrupt();
        self.stack.clone_from(&self.gathered);
        self.forward();
        let next = self.enter(context, false);
        Some(self.go(context, next))
    }

    fn mark_gathered(&mut self, workflow: &Workflow) {
        let step = self.stack.last().and_then(|frame| workflow.step(frame.at));
        if matches!(step.map(|step| &step.does), Some(Do::Collect(_) | Do::Extract(_))) {
            self.gathered.clone_from(&self.stack);
        }
    }

    /// To a contact, whatever the step was; where that fails, the call is over.
    pub fn last_contact(&mut self, context: &mut Context) -> Option<Went> {
        self.leave_step(context);
        let contact = context.workflow.contacts.values().next().cloned()?;
        let (state, next) = Transferring::to_contact(context, &contact.to, contact.ring, true);
        self.active = Some(Active::Transfer(state));
        Some(if next == Next::Stay { Went::On } else { self.go(context, next) })
    }

    fn leave_step(&mut self, context: &mut Context) {
        self.active = None;
        context.stop_listening();
        context.cancel_all_jobs();
        context.clear(crate::timers::Reason::Step);
        context.clear(crate::timers::Reason::TransferDue);
    }

    fn go(&mut self, context: &mut Context, mut next: Next) -> Went {
        for _ in 0..STEPS_MAX {
            next = match next {
                Next::Stay => return Went::On,
                Next::Done(outcome) => {
                    self.note(context, outcome);
                    self.mark_gathered(&context.workflow.clone());
                    self.forward();
                    self.enter(context, false)
                }
                Next::Branch(outcome, block) => {
                    self.note(context, outcome);
                    self.stack.push(Frame { at: start_of(block), anytime: false });
                    self.enter(context, false)
                }
                Next::GiveUp(outcome, own) => self.give_up(context, outcome, own),
                Next::Goto(target) => {
                    self.jump(&context.workflow.clone(), target);
                    self.enter(context, false)
                }
                Next::End(ended, reason) => return Went::End(ended, reason),
                Next::LastExit(reason) => return Went::LastExit(reason),
            };
        }
        Went::LastExit("the workflow runs in a circle".to_owned())
    }

    /// Enters the step at the top of the stack, or the next one that there is.
    fn enter(&mut self, context: &mut Context, again: bool) -> Next {
        self.active = None;
        let workflow = context.workflow.clone();
        let mut again = again;
        for _ in 0..STEPS_MAX {
            let Some(frame) = self.stack.last().copied() else { return self.ran_out(context) };
            let Some(step) = workflow.step(frame.at) else {
                self.stack.pop();
                match frame.anytime {
                    true => again = true,
                    false => {
                        self.forward();
                        again = false;
                    }
                }
                continue;
            };
            if step.when.as_ref().is_some_and(|condition| !condition.holds(context)) {
                self.forward();
                again = false;
                continue;
            }
            let (active, next) = steps::enter(context, step, again);
            self.active = active;
            return next;
        }
        Next::LastExit("the workflow runs in a circle".to_owned())
    }

    fn forward(&mut self) {
        if let Some(frame) = self.stack.last_mut() {
            frame.at.index += 1;
        }
    }

    /// The main flow is over without an end of its own.
    fn ran_out(&mut self, context: &mut Context) -> Next {
        self.hang_up(context)
    }

    fn hang_up(&mut self, context: &mut Context) -> Next {
        if context.state.dues.disclosed {
            context.say_wording(Wording::GoodBye, Purpose::Plain);
        }
        let (state, next) = steps::hang_up_when_silent(context);
        self.active = Some(state);
        next
    }

    fn give_up(&mut self, context: &mut Context, outcome: Outcome, own: Option<BlockId>) -> Next {
        self.note(context, outcome);
        self.leave_step(context);
        self.give_ups += 1;
        if self.give_ups > GIVE_UPS_MAX {
            return Next::LastExit("too many steps gave up".to_owned());
        }
        if let Some(block) = own.or(context.workflow.anytime.help) {
            self.stack.push(Frame { at: start_of(block), anytime: false });
            return self.enter(context, false);
        }
        match context.workflow.contacts.values().next().cloned() {
            Some(contact) if self.give_ups == 1 => {
                let (state, next) = Transferring::to_contact(context, &contact.to, contact.ring, false);
                self.active = Some(Active::Transfer(state));
                next
            }
            Some(_) | None => self.hang_up(context),
        }
    }

    fn jump(&mut self, workflow: &Workflow, target: Target) {
        let position = match target {
            Target::Step(position) => position,
            Target::Flow(block) => start_of(block),
        };
        // A target in a flow that is being run keeps who called the flow; any other is reached by the branches around it.
        if let Some(depth) = self.stack.iter().rposition(|frame| frame.at.block == position.block) {
            self.stack.truncate(depth + 1);
            self.stack[depth].at = position;
            return;
        }
        self.stack = chain(workflow, position).into_iter().map(|at| Frame { at, anytime: false }).collect();
    }

    fn note(&self, context: &mut Context, outcome: Outcome) {
        let workflow = context.workflow.clone();
        if let Some(step) = self.stack.last().and_then(|frame| workflow.step(frame.at)) {
            context.state.memory.outcomes.insert(step.id.clone(), outcome.as_str().to_owned());
        }
    }

    /// The id of the step that waits, for people.
    pub fn step_id<'a>(&self, workflow: &'a Workflow) -> Option<&'a str> {
        self.stack.last().and_then(|frame| workflow.step(frame.at)).map(|step| step.id.as_str())
    }

    /// Whether the keys that are pressed now are a secret.
    pub fn hides_keys(&self, workflow: &Workflow) -> bool {
        let step = self.stack.last().and_then(|frame| workflow.step(frame.at));
        matches!(step.map(|step| &step.does), Some(Do::Collect(collect)) if collect.slots.iter().any(|slot| slot.secret))
    }
}

fn start_of(block: BlockId) -> Position {
    Position { block, index: 0 }
}

/// The places that lead to this one: the steps whose branches hold it, from the outermost on.
fn chain(workflow: &Workflow, position: Position) -> Vec<Position> {
    let mut chain = vec![position];
    let mut block = position.block;
    while let Some(parent) = parent(workflow, block) {
        chain.push(parent);
        block = parent.block;
        if chain.len() > workflow.blocks.len() {
            break;
        }
    }
    chain.reverse();
    chain
}

/// The step that has this block as a branch. A flow, the main one and an anytime branch have none.
fn parent(workflow: &Workflow, block: BlockId) -> Option<Position> {
    workflow.blocks.iter().enumerate().find_map(|(number, steps)| {
        let index = steps.iter().position(|step| branches(step).contains(&block))?;
        Some(Position { block: BlockId(number as u32), index: index as u32 })
    })
}

fn branches(step: &Step) -> Vec<BlockId> {
    match &step.does {
        Do::Consent(consent) => consent.refused.into_iter().collect(),
        Do::Ask(ask) => ask.give_up.into_iter().collect(),
        Do::Collect(collect) => collect.give_up.into_iter().collect(),
        Do::Extract(extract) => extract.unclear.into_iter().chain(extract.give_up).collect(),
        Do::Decide(decide) => {
            decide.branches.iter().map(|(_, block)| *block).chain(decide.otherwise).collect()
        }
        Do::Route(route) => route.to.values().copied().chain(route.otherwise).collect(),
        Do::Converse(converse) => {
            converse.exits.iter().map(|exit| exit.then).chain(converse.failed).collect()
        }
        Do::Transfer(transfer) => [transfer.busy, transfer.no_answer, transfer.declined, transfer.failed]
            .into_iter()
            .flatten()
            .collect(),
        Do::Disclose(_)
        | Do::Greet(_)
        | Do::Say(_)
        | Do::Summarize(_)
        | Do::Set(_)
        | Do::Record(_)
        | Do::Wait(_)
        | Do::Flow(_)
        | Do::Goto(_)
        | Do::Voicemail(_)
        | Do::Hangup(_) => Vec::new(),
    }
}

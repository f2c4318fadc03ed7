//! Ends, loops, steps that nothing reaches, values that no branch takes.

use crate::expression::{Expression, Kind};
use crate::finding::{Finding, Place};
use crate::paths::{Paths, To};
use crate::reader::Reader;
use crate::workflow::{BlockId, Do, Step, Workflow};
use closare_slots::Type;
use std::collections::BTreeSet;

/// `flow-1`: a path that is over while the caller is still there.
pub(super) fn ends(paths: &Paths, reader: &mut Reader) {
    for node in &paths.nodes {
        for way in node.ways.iter().filter(|way| way.to == To::Fell) {
            let by = if way.by.is_empty() { String::new() } else { format!(", taking `{}`", way.by) };
            let sentence = format!("after this step{by} the flow is over and the caller is still there");
            reader.error(
                "flow-1",
                node.step.place,
                sentence,
                "end it with `hangup`, `transfer` or `voicemail`",
            );
        }
    }
    if paths.begin.is_none() {
        reader.error(
            "flow-1",
            Place { line: 1, column: 1, ..Place::default() },
            "the main flow has no step",
            "add `- disclose`",
        );
    }
}

/// `flow-3`: a loop that never listens or waits; `flow-5`: a block that runs inside itself, each time deeper.
pub(super) fn loops(paths: &Paths, reader: &mut Reader) {
    for (at, block) in &paths.inside_itself {
        let Some(step) = paths.workflow.step(*at) else { continue };
        let name =
            paths.workflow.flows.iter().find(|(_, flow)| *flow == block).map(|(name, _)| name.as_str());
        let what = name.map_or("this branch".to_owned(), |name| format!("the flow `{name}`"));
        let sentence = format!("{what} runs again before it has ended, and nothing bounds how often");
        reader.error("flow-5", step.place, sentence, "use `goto` to begin again, after a step that listens");
    }
    for node in closing_steps(paths) {
        let sentence = "a loop closes here in which no step listens or waits";
        reader.error(
            "flow-3",
            paths.nodes[node].step.place,
            sentence,
            "ask something in the loop, or leave it",
        );
    }
}

/// Steps whose way on closes a cycle of steps that don't stop for the caller.
fn closing_steps(paths: &Paths) -> BTreeSet<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        OnPath,
        Done,
    }
    let next = |node: usize| -> Vec<usize> {
        let ways = if stops(paths.nodes[node].step) { &[] } else { paths.nodes[node].ways.as_slice() };
        ways.iter().filter_map(|way| if let To::Node(to) = way.to { Some(to) } else { None }).collect()
    };
    let mut seen = vec![Seen::No; paths.nodes.len()];
    let mut closing = BTreeSet::new();
    for start in 0..paths.nodes.len() {
        if seen[start] != Seen::No {
            continue;
        }
        seen[start] = Seen::OnPath;
        let mut path = vec![(start, next(start))];
        while let Some((node, rest)) = path.last_mut() {
            let node = *node;
            let Some(to) = rest.pop() else {
                seen[node] = Seen::Done;
                path.pop();
                continue;
            };
            match seen[to] {
                Seen::No => {
                    seen[to] = Seen::OnPath;
                    path.push((to, next(to)));
                }
                Seen::OnPath => {
                    closing.insert(node);
                }
                Seen::Done => {}
            }
        }
    }
    closing
}

fn stops(step: &Step) -> bool {
    let asks = matches!(step.does, Do::Ask(_) | Do::Collect(_) | Do::Extract(_) | Do::Converse(_));
    asks || matches!(step.does, Do::Wait(_) | Do::Transfer(_))
}

/// `flow-2`: the first step of each stretch that no path reaches.
pub(super) fn reached(paths: &Paths, reader: &mut Reader) {
    if paths.cut {
        return;
    }
    let reached = paths.reached();
    let whole: BTreeSet<BlockId> = reached.iter().map(|at| at.block).collect();
    for (block, steps) in paths.workflow.blocks.iter().enumerate() {
        let block = BlockId(block as u32);
        let is_flow = paths.workflow.flows.values().any(|flow| *flow == block);
        // A branch of a step that isn't reached is part of that step.
        if !whole.contains(&block) && !is_flow {
            continue;
        }
        let at = |index: usize| crate::workflow::Position { block, index: index as u32 };
        let Some(index) = (0..steps.len()).find(|&index| !reached.contains(&at(index))) else { continue };
        let finding = Finding::warning("flow-2", steps[index].place, "no path reaches this step");
        reader.findings.push(finding.help("remove it, or give a step before it a way on"));
    }
}

/// `flow-6`: a value that no branch takes; `flow-2`: a branch of a value that can't be.
pub(super) fn routes(workflow: &Workflow, reader: &mut Reader) {
    for (at, place, keys) in std::mem::take(&mut reader.routes) {
        let Some(Step { does: Do::Route(route), .. }) = workflow.step(at) else { continue };
        let Some(values) = values(&route.on, workflow, reader) else {
            if route.otherwise.is_none() {
                let sentence = format!(
                    "`{}` may have other values than the branches, and there is no `else`",
                    route.on.source()
                );
                reader.error("flow-6", place, sentence, "add `else: …`");
            }
            continue;
        };
        let open: Vec<&str> =
            values.iter().map(String::as_str).filter(|value| !route.to.contains_key(*value)).collect();
        if route.otherwise.is_none() && !open.is_empty() {
            let sentence = format!("no branch takes `{}`, and there is no `else`", open.join("`, `"));
            reader.error("flow-6", place, sentence, format!("add `{}: …` or `else: …`", open[0]));
        }
        for (key, place) in keys.iter().filter(|(key, _)| !values.contains(*key)) {
            let near = crate::scalar::nearest(key, values.iter().map(String::as_str));
            let help = near.map_or(format!("its values are {}", join(&values)), |near| {
                format!("did you mean `{near}`?")
            });
            let sentence = format!("`{}` is never `{key}`", route.on.source());
            reader.findings.push(Finding::warning("flow-2", *place, sentence).help(help));
        }
    }
}

/// Every value that it can have; `None` where they can't be counted. An intent may also be none at all.
fn values(on: &Expression, workflow: &Workflow, reader: &Reader) -> Option<BTreeSet<String>> {
    if on.source() == "intent" {
        return Some(reader.intents.clone());
    }
    if on.kind(&|name| kind_of(name, reader)).ok()? == Kind::Bool {
        return Some(["yes", "no"].map(str::to_owned).into());
    }
    let slots = workflow.steps().flat_map(crate::checks::variables::slots);
    let mut kinds = slots.filter(|slot| slot.name == on.source()).map(|slot| &slot.kind);
    match (kinds.next(), kinds.next()) {
        (Some(Type::Choice { of }), None) => Some(of.iter().map(|one| one.name.clone()).collect()),
        _ => None,
    }
}

fn kind_of(name: &str, reader: &Reader) -> Kind {
    reader.declared.iter().find(|one| one.name == name).map_or(Kind::Any, |one| one.kind)
}

fn join(values: &BTreeSet<String>) -> String {
    values.iter().cloned().collect::<Vec<_>>().join(", ")
}

//! Walks every path with what holds on it: what was disclosed, asked and set so far.

use super::variables::sets;
use crate::finding::Place;
use crate::paths::{Paths, To};
use crate::workflow::{Do, Step, Workflow};
use closare_terms::Purpose;
use std::collections::{BTreeSet, VecDeque};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    Disclosed,
    /// Consent was asked for; whether it was given is the caller's.
    Asked(Purpose),
    Set(String),
}

/// A step as a path comes to it.
pub(super) struct Visit<'a> {
    pub workflow: &'a Workflow,
    pub step: &'a Step,
    /// What holds before the step.
    pub facts: &'a BTreeSet<Fact>,
    walked: &'a [Walked],
    paths: &'a Paths<'a>,
    at: usize,
}

struct Walked {
    node: usize,
    facts: BTreeSet<Fact>,
    from: Option<(usize, String)>,
}

/// Visits of one walk: a file whose facts multiply beyond it is judged by the paths up to here.
const VISITS_MAX: usize = 60_000;

/// Sets of facts that are kept apart at one step. Beyond it only what holds on all of them is kept: each check asks for one fact
/// at a time, so it finds the same; the path that it shows may then be one of the others.
const KEPT_MAX: usize = 8;

/// Branches of a path that a finding shows.
const SHOWN_MAX: usize = 6;

/// Shortest paths first. A path on which more holds than on one that came to the same step before shows nothing new.
pub(super) fn walk(paths: &Paths, mut see: impl FnMut(&Visit)) {
    let Some(begin) = paths.begin else { return };
    let mut least: Vec<Vec<BTreeSet<Fact>>> = vec![Vec::new(); paths.nodes.len()];
    let mut walked = vec![Walked { node: begin, facts: BTreeSet::new(), from: None }];
    let mut waiting = VecDeque::from([0]);
    while let Some(at) = waiting.pop_front() {
        let (node, mut facts) = (walked[at].node, walked[at].facts.clone());
        if least[node].iter().any(|there| there.is_subset(&facts)) {
            continue;
        }
        if least[node].len() >= KEPT_MAX {
            for there in std::mem::take(&mut least[node]) {
                facts.retain(|fact| there.contains(fact));
            }
        }
        least[node].push(facts.clone());
        let step = paths.nodes[node].step;
        see(&Visit { workflow: paths.workflow, step, facts: &facts, walked: &walked, paths, at });
        for way in &paths.nodes[node].ways {
            let To::Node(to) = way.to else { continue };
            if walked.len() >= VISITS_MAX {
                return;
            }
            let mut facts = facts.clone();
            if way.done {
                facts.extend(gives(step));
            }
            walked.push(Walked { node: to, facts, from: Some((at, way.by.clone())) });
            waiting.push_back(walked.len() - 1);
        }
    }
}

impl Visit<'_> {
    /// Where the step stands; one that the file doesn't write, at the step that led to it.
    pub fn place(&self) -> Place {
        let mut at = self.at;
        loop {
            let place = self.paths.nodes[self.walked[at].node].step.place;
            match &self.walked[at].from {
                Some((from, _)) if place.end == 0 => at = *from,
                _ => return place,
            }
        }
    }

    /// The branches that lead here, from the first.
    pub fn path(&self) -> Vec<(Place, String)> {
        let (mut path, mut at) = (Vec::new(), self.at);
        while let Some((from, by)) = &self.walked[at].from {
            if !by.is_empty() {
                path.push((self.paths.nodes[self.walked[*from].node].step.place, format!("by `{by}`")));
            }
            at = *from;
        }
        path.truncate(SHOWN_MAX);
        path.reverse();
        path
    }
}

fn gives(step: &Step) -> Vec<Fact> {
    let mut facts: Vec<Fact> = sets(step).into_iter().map(Fact::Set).collect();
    match &step.does {
        Do::Disclose(_) => facts.push(Fact::Disclosed),
        Do::Consent(consent) => facts.push(Fact::Asked(consent.purpose)),
        _ => {}
    }
    facts
}

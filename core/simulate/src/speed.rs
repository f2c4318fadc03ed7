//! How fast calls are simulated.

use crate::scenario::Scenario;
use closare_policy::Policies;
use closare_terms::Millis;
use closare_workflow::Workflow;
use std::sync::Arc;

/// What was simulated. How long it took is the caller's to measure: nothing here has a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Speed {
    pub calls: u32,
    /// Of the calls' own time, all together.
    pub simulated: Millis,
    pub moments: u64,
    pub failed: u32,
}

/// Plays this many calls, the scenarios in turn, each with a seed of its own.
pub fn speed(calls: u32, scenarios: &[Scenario], workflow: &Arc<Workflow>, policies: &Policies) -> Speed {
    let mut speed = Speed::default();
    for (number, scenario) in
        scenarios.iter().cycle().take(if scenarios.is_empty() { 0 } else { calls as usize }).enumerate()
    {
        let scenario = Scenario { seed: number as u64 + 1, ..scenario.clone() };
        let report = crate::run(&scenario, workflow, policies);
        speed.calls += 1;
        speed.simulated += report.length;
        speed.moments += report.log.len() as u64;
        speed.failed += u32::from(!report.passed());
    }
    speed
}

//! Plays one test call.

use crate::report::Report;
use crate::scenario::Scenario;
use crate::world::World;
use closare_call::{Basis, Chain, Setup, Vendor, Vendors};
use closare_policy::Policies;
use closare_terms::{CallId, Language, Millis, PhoneNumber, Purpose, UnixMillis};
use closare_workflow::{Use, Workflow};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Beyond a call's own limit: the last exit, a transfer, the summary.
const AFTER_LIMIT: Millis = Millis(180_000);

/// Plays a test call on a workflow, and says what came of it.
pub fn run(scenario: &Scenario, workflow: &Arc<Workflow>, policies: &Policies) -> Report {
    let setup = setup(scenario, workflow);
    let policies = policies.clone();
    let judge = Box::new(move |point, facts: &_| policies.ask(point, facts).verdict);
    let mut world = World::new(workflow.clone(), setup, judge)
        .with_talk(scenario.talk.clone())
        .with_faults(scenario.faults.clone())
        .with_transfers(scenario.transfers.clone())
        .with_answers(scenario.model.clone());
    let until = workflow.limits.call + AFTER_LIMIT;
    let mut steps = BTreeSet::new();
    while !world.call.is_closed() && world.step(until) {
        if let Some(step) = world.call.step_id().filter(|step| !steps.contains(*step)) {
            steps.insert(step.to_owned());
        }
    }
    let closed = world.run(until);
    Report::new(&scenario.name, &scenario.expect, world, steps, closed)
}

/// A call as the scenario has it: the workflow's vendors, with a contract and inside the EU, and the shipped bases.
pub fn setup(scenario: &Scenario, workflow: &Workflow) -> Setup {
    let chain = |uses: &[Use]| Chain::new(uses.iter().map(vendor).collect());
    Setup {
        call: CallId::from("test"),
        tenant: "default".to_owned(),
        agent: workflow.name.clone(),
        from: scenario.from.as_deref().map(PhoneNumber::from),
        to: PhoneNumber::from(scenario.to.as_deref().unwrap_or("+442079460001")),
        from_country: None,
        to_country: None,
        language: scenario.language.as_deref().map(Language::from),
        headers: scenario.headers.clone(),
        blocked: false,
        wall: scenario.now.unwrap_or(UnixMillis(1_772_446_500_000)),
        seed: scenario.seed,
        plan_days: 30,
        basis: bases(),
        vendors: Vendors {
            stt: chain(&workflow.uses.stt),
            llm: chain(&workflow.uses.llm),
            tts: chain(&workflow.uses.tts),
        },
    }
}

fn vendor(used: &Use) -> Vendor {
    let local = used.plugin.starts_with("offline");
    Vendor {
        plugin: used.plugin.clone(),
        networked: !local,
        region: if local { "local" } else { "EU" }.to_owned(),
        trains_on_data: false,
        retention: String::new(),
        contract: if local { "" } else { "simulated" }.to_owned(),
        outside_eu: String::new(),
        chats: !local,
    }
}

fn bases() -> BTreeMap<Purpose, Basis> {
    let basis = |basis| match basis {
        closare_policy::Basis::Contract => Basis::Contract,
        closare_policy::Basis::LegitimateInterest => Basis::LegitimateInterest,
        closare_policy::Basis::Consent => Basis::Consent,
    };
    closare_policy::shipped_basis().into_iter().map(|(purpose, shipped)| (purpose, basis(shipped))).collect()
}

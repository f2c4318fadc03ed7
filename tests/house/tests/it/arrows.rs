//! Who may use whom, from the manifests.

use crate::house::{PLAN, PURE, none, root, sources};
use crate::tokens::{names_of, tokens};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::BTreeSet;

#[test]
fn core_crates_use_only_what_the_plan_lists() {
    let mut problems = Vec::new();
    let packages = core_packages();
    for package in &packages {
        let Some((_, allowed)) = PLAN.iter().find(|(name, _)| *name == short(&package.name)) else {
            problems.push(format!("`{}` is not in the plan", package.name));
            continue;
        };
        for dependency in own(package, |kind| kind != DependencyKind::Development) {
            if !allowed.contains(&short(&dependency)) {
                problems.push(format!("`{}` uses `{dependency}`", package.name));
            }
        }
    }
    let here: BTreeSet<_> = packages.iter().map(|package| short(&package.name)).collect();
    problems.extend(
        PLAN.iter()
            .filter(|(name, _)| !here.contains(name))
            .map(|(name, _)| format!("`core/{name}` is missing")),
    );
    none(
        &problems,
        "Move the code to a crate that may use the other, or hand the value in as an argument. A new arrow is a decision: \
         it goes into PLAN in tests/house/tests/it/house.rs and into ARCHITECTURE.md, with its reason.",
    );
}

#[test]
fn tests_of_pure_crates_use_pure_crates() {
    let mut problems = Vec::new();
    for package in core_packages().iter().filter(|package| PURE.contains(&short(&package.name))) {
        let drivers = own(package, |kind| kind == DependencyKind::Development);
        let drivers = drivers.into_iter().filter(|name| !PURE.contains(&short(name)));
        problems.extend(drivers.map(|name| format!("`{}` is tested with `{name}`", package.name)));
    }
    none(
        &problems,
        "A test that needs a driver crosses crates: put it into the driver's own tests, or into tests/calls.",
    );
}

#[test]
fn plugins_know_the_contract_and_values() {
    const ALLOWED: [&str; 4] = ["closare-plugin", "closare-plugin-models", "closare-slots", "closare-terms"];
    let mut problems = Vec::new();
    for package in packages("plugins/Cargo.toml").into_iter().chain(packages("sdk/rust/Cargo.toml")) {
        let is_plugin = package.manifest_path.starts_with(root().join("plugins"));
        let is_sdk = *package.name == "closare-plugin";
        let allowed: &[&str] = if is_plugin { &ALLOWED } else { &[] };
        if is_plugin || is_sdk {
            let others = own(&package, |kind| kind != DependencyKind::Development);
            let others = others.into_iter().filter(|name| !allowed.contains(&name.as_str()));
            problems.extend(others.map(|name| format!("`{}` uses `{name}`", package.name)));
        }
    }
    none(
        &problems,
        "A plugin sees the contract (sdk/rust) and plain values only: it runs in a sandbox, apart from the engine.",
    );
}

#[test]
fn the_call_machine_knows_verdicts_but_no_policy() {
    const WORDS: [&str; 8] =
        ["Basis", "Common", "Consent", "Fact", "Facts", "Ruling", "Verdict", "shipped_basis"];
    let mut problems = Vec::new();
    for source in sources("core/call/src") {
        let names = names_of(&tokens(&source.text).code, "closare_policy");
        let others = names.into_iter().filter(|(_, name)| !WORDS.contains(&name.as_str()));
        problems
            .extend(others.map(|(line, name)| format!("{}:{line}: `closare_policy::{name}`", source.path)));
    }
    none(
        &problems,
        "The machine asks by an effect and is told the verdict by an event; the runtime and the simulator run policies.",
    );
}

fn core_packages() -> Vec<Package> {
    let core = root().join("core");
    packages("Cargo.toml").into_iter().filter(|package| package.manifest_path.starts_with(&core)).collect()
}

fn packages(manifest: &str) -> Vec<Package> {
    let metadata = MetadataCommand::new().manifest_path(root().join(manifest)).no_deps().exec();
    metadata.unwrap_or_else(|error| panic!("cargo metadata of `{manifest}`: {error}")).packages
}

/// The dependencies that lie in this repository.
fn own(package: &Package, wanted: impl Fn(DependencyKind) -> bool) -> Vec<String> {
    let dependencies = package.dependencies.iter().filter(|it| it.path.is_some() && wanted(it.kind));
    dependencies.map(|it| it.name.clone()).collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("closare-").unwrap_or(name)
}

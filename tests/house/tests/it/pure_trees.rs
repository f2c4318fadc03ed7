//! What the pure crates bring along: no crate that does I/O anywhere below them, and no feature that does.
//!
//! The trees come from `cargo tree`, which resolves features as a build of that crate would. Procedural macros are left
//! out, since they run in the compiler.

use crate::house::{PURE, none, root};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// A name, or the beginning of one where it ends in `*`, and what such a crate does.
const FORBIDDEN: &[(&str, &str)] = &[
    ("tokio*", "sockets, files, timers"),
    ("async-*", "sockets, files, timers"),
    ("smol", "sockets, files, timers"),
    ("mio", "sockets"),
    ("polling", "sockets"),
    ("socket2", "sockets"),
    ("hyper*", "sockets"),
    ("reqwest", "sockets"),
    ("ureq", "sockets"),
    ("axum*", "sockets"),
    ("tower-http", "sockets"),
    ("rustls*", "sockets"),
    ("tungstenite", "sockets"),
    ("rsipstack", "sockets"),
    ("hickory-*", "sockets"),
    ("if-addrs", "the machine's network"),
    ("sea-orm*", "a database"),
    ("sqlx*", "a database"),
    ("rusqlite", "a database"),
    ("libsqlite3-sys", "a database"),
    ("wasmtime*", "runs plugins"),
    ("libc", "system calls"),
    ("nix", "system calls"),
    ("rustix", "system calls"),
    ("linux-raw-sys", "system calls"),
    ("windows*", "system calls"),
    ("dirs*", "the user's folders"),
    ("tempfile", "files"),
    ("fs-err", "files"),
    ("walkdir", "files"),
    ("notify", "files"),
    ("memmap2", "files"),
    ("getrandom", "randomness"),
    ("rand", "randomness"),
    ("fastrand", "randomness"),
    ("chrono", "a clock"),
    ("time", "a clock"),
    ("instant", "a clock"),
    ("web-time", "a clock"),
    ("quanta", "a clock"),
    ("iana-time-zone", "the machine's time zone"),
    ("rayon*", "threads"),
    ("num_cpus", "the machine"),
    ("tracing-subscriber", "writes logs"),
    ("env_logger", "writes logs"),
];

/// Features of crates that are pure only without or with them.
struct Rule {
    package: &'static str,
    without: &'static [&'static str],
    with: &'static [&'static str],
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        package: "jiff",
        without: &[
            "tz-system",
            "tzdb-zoneinfo",
            "tzdb-concatenated",
            "tzdb-bundle-platform",
            "js",
            "default",
        ],
        with: &["tzdb-bundle-always"],
        why: "two machines would have different time zones",
    },
    Rule {
        package: "rhai",
        without: &["default", "metadata", "debugging"],
        with: &["no_time", "no_module"],
        why: "a script would have `timestamp()`, or read files by `import`",
    },
    Rule {
        package: "serde-saphyr",
        without: &["include_fs"],
        with: &[],
        why: "a YAML file would read other files",
    },
];

/// A package in a tree: its version and its features.
type Tree = BTreeMap<(String, String), BTreeSet<String>>;

#[test]
fn nothing_below_a_pure_crate_does_io() {
    let mut problems = Vec::new();
    for pure in PURE {
        for (name, version) in tree(&["--package", &format!("closare-{pure}")]).keys() {
            if let Some((_, does)) = FORBIDDEN.iter().find(|(pattern, _)| fits(pattern, name)) {
                problems.push(format!("core/{pure}: `{name} {version}` ({does})"));
            }
        }
    }
    none(
        &problems,
        "`cargo tree --package closare-NAME --edges normal --invert OTHER` shows who brings it. Switch the feature off, take a \
         crate that does no I/O, or let a driver do it and hand the result in.",
    );
}

#[test]
fn no_feature_below_a_pure_crate_does_io() {
    // Alone, and as the whole engine is built: there a driver's wish would hold for a pure crate, too.
    let mut problems = Vec::new();
    for pure in PURE {
        problems
            .extend(broken_rules(&format!("core/{pure}"), &tree(&["--package", &format!("closare-{pure}")])));
    }
    let below: BTreeSet<_> = tree(&["--package", "closare-simulate"]).into_keys().collect();
    let mut whole = tree(&["--workspace"]);
    whole.retain(|package, _| below.contains(package));
    problems.extend(broken_rules("the workspace", &whole));
    none(
        &problems,
        "Set the features in the root Cargo.toml's [workspace.dependencies], with `default-features = false`.",
    );
}

#[test]
fn a_rule_that_is_broken_is_found() {
    let features = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let package = |name: &str| (name.to_owned(), "1.0.0".to_owned());
    let tree = Tree::from([
        (package("jiff"), features(&["std", "tz-system"])),
        (package("rhai"), features(&["no_module"])),
    ]);
    assert_eq!(
        broken_rules("core/x", &tree),
        [
            "core/x: `jiff 1.0.0` has the feature `tz-system`: two machines would have different time zones",
            "core/x: `jiff 1.0.0` lacks the feature `tzdb-bundle-always`: two machines would have different time zones",
            "core/x: `rhai 1.0.0` lacks the feature `no_time`: a script would have `timestamp()`, or read files by `import`",
        ]
    );
    assert!(fits("tokio*", "tokio-util") && fits("rand", "rand") && !fits("rand", "rand_core"));
}

fn broken_rules(place: &str, tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for ((name, version), features) in tree {
        for rule in RULES.iter().filter(|rule| rule.package == name) {
            let has = rule
                .without
                .iter()
                .filter(|feature| features.contains(**feature))
                .map(|feature| ("has", feature));
            let lacks = rule
                .with
                .iter()
                .filter(|feature| !features.contains(**feature))
                .map(|feature| ("lacks", feature));
            problems.extend(has.chain(lacks).map(|(word, feature)| {
                format!("{place}: `{name} {version}` {word} the feature `{feature}`: {}", rule.why)
            }));
        }
    }
    problems
}

fn fits(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |beginning| name.starts_with(beginning))
}

fn tree(whose: &[&str]) -> Tree {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--no-dedupe",
            "--color",
            "never",
        ])
        .args(["--format", "{p}|{f}"])
        .args(whose)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let mut tree = Tree::new();
    for line in String::from_utf8(output.stdout).unwrap().lines().filter(|line| !line.is_empty()) {
        let (package, features) =
            line.split_once('|').unwrap_or_else(|| panic!("a line of cargo tree: `{line}`"));
        let mut words = package.split(' ');
        let name = words.next().unwrap().to_owned();
        let version = words.next().unwrap().trim_start_matches('v').to_owned();
        let features = features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned);
        tree.entry((name, version)).or_default().extend(features);
    }
    tree
}

//! The house's plan, and its files.

use std::path::{Path, PathBuf};

/// Each crate in `core/`, and the crates in `core/` that it may use.
pub const PLAN: &[(&str, &[&str])] = &[
    ("terms", &[]),
    ("slots", &["terms"]),
    ("workflow", &["terms", "slots"]),
    ("policy", &["terms"]),
    ("call", &["terms", "slots", "workflow", "policy"]),
    ("simulate", &["terms", "slots", "workflow", "policy", "call"]),
    ("media", &["terms"]),
    ("host", &["terms"]),
    ("egress", &["terms"]),
    ("telephony", &["terms", "media"]),
    ("store", &["terms"]),
    (
        "runtime",
        &[
            "terms",
            "slots",
            "workflow",
            "policy",
            "call",
            "simulate",
            "media",
            "host",
            "egress",
            "telephony",
            "store",
        ],
    ),
    ("server", &["terms", "runtime", "store"]),
    (
        "cli",
        &[
            "terms",
            "slots",
            "workflow",
            "policy",
            "call",
            "simulate",
            "media",
            "host",
            "egress",
            "telephony",
            "store",
            "runtime",
            "server",
        ],
    ),
];

/// No I/O, no clock, no randomness of their own: what they decide can be simulated and replayed.
pub const PURE: [&str; 7] = ["terms", "slots", "workflow", "policy", "call", "simulate", "media"];

/// A file of Rust; its path is relative to the repository.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// Unit tests that have a file or a folder of their own.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.split('/').any(|part| part == "tests")
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every `.rs` file below `folder`, in order, without what was built.
pub fn sources(folder: &str) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Fails with every problem and the cure, where there is one.
pub fn none(problems: &[String], cure: &str) {
    assert!(problems.is_empty(), "\n{}\n\n{cure}\n", problems.join("\n"));
}

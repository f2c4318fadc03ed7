//! The workflows that come with Closare, played as their test files have it.

use crate::kit::play;
use std::path::Path;

#[track_caller]
fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows");
    let text = |file: String| std::fs::read_to_string(folder.join(file)).expect("a file of the repository");
    let reports = play(&text(format!("{name}.yaml")), &text(format!("{name}.test.yaml")));
    let failed: Vec<String> =
        reports.iter().filter(|report| !report.passed()).map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn front_desk() {
    check("front-desk");
}

#[test]
fn booking() {
    check("booking");
}

#[test]
fn night_line() {
    check("night-line");
}

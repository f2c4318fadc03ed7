//! A suite that hangs doesn't hang the whole run.

use crate::house::root;
use std::process::{Command, Output};

/// As libtest would tell, and with a child that keeps its output open.
const HANGS: &str = r#"#!/bin/sh
case "$*" in *--list*) printf 'it::ends: test\nit::hangs: test\n'; exit;; esac
echo "test it::ends ... ok"
sleep 1000 &
sleep 1000
"#;

fn bounded(suite: &str, name: &str, minutes: &str) -> Output {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, suite).unwrap();
    let runner = root().join("tests/prepare/bounded.py");
    // The shell is named, so that no file has to be made executable while others fork.
    let mut command = Command::new("python3");
    command.arg(runner).arg("sh").arg(&path).arg("--show-output").env("SUITE_MINUTES", minutes);
    command.output().expect("python3, which `make test` needs beforehand")
}

#[test]
#[cfg(unix)]
fn a_suite_that_hangs_is_ended_and_its_test_is_named() {
    // That it comes back at all is the test: the child's end of the pipe is closed, too.
    let output = bounded(HANGS, "hangs.sh", "0.05");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("test it::ends ... ok\n"), "{told}");
    assert!(told.contains("\nTIMED OUT: sh after 0.05 min; without a result: it::hangs\n"), "{told}");
    assert_eq!(output.status.code(), Some(124));
}

#[test]
#[cfg(unix)]
fn a_suite_that_ends_is_as_it_was() {
    let output = bounded("echo \"test it::ends ... FAILED\"\nexit 101\n", "ends.sh", "10");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "test it::ends ... FAILED\n");
    assert_eq!(output.status.code(), Some(101));
}

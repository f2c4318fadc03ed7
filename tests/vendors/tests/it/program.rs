//! The binary, for clients of other languages.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_closare-test-vendors");

#[test]
fn it_tells_where_it_is_and_whom_to_trust() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let mut command = Command::new(PROGRAM);
    let command = command.args(["--port", "0", "--pace", "--ca"]).arg(&ca).stdout(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(line.starts_with("https://127.0.0.1:"), "{line}");
    assert!(std::fs::read_to_string(ca).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn without_a_port_it_tells_its_usage() {
    let output = Command::new(PROGRAM).args(["--ca", "ca.pem"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage:"));
}

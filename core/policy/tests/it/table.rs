use closare_policy::cases::{self, Report};
use closare_policy::{Error, eu_default};
use closare_terms::Point;

fn run(table: &str, policy: &str) -> Result<Report, Error> {
    cases::run(table, |_| Ok(policy.to_owned()))
}

#[test]
fn the_shipped_default_passes_its_table() {
    let table = include_str!("../../policies/eu-default.test.yaml");
    let report = run(table, include_str!("../../policies/eu-default.rhai")).unwrap();
    assert!(report.failures.is_empty(), "{report}");
    assert!(report.passed >= 50, "{report}");
}

#[test]
fn the_shipped_default_answers_every_point() {
    for point in Point::ALL {
        assert!(eu_default().answers(*point), "{point}");
    }
}

#[test]
fn a_failing_case_says_where_and_what() {
    let table = "policy: p\ncases:\n  - {ask: record, gives: allow}\n  - {ask: send, gives: {shorten: 3}}\n  - ask: store\n    gives: {deny: /b.d/}\n";
    let policy =
        "fn record(f) { redact([\"iban\"]) } fn send(f) { first(\"disclose\") } fn store(f) { shorten(30) }";
    insta::assert_snapshot!(run(table, policy).unwrap(), @"
    line 3: expected `record` to give allow, found deny: policy redacts where there is no text
    line 4: expected `send` to give shorten: 3, found first: disclose
    line 5: expected `store` to give deny: /b.d/, found allow, shorten: 30
    0 passed, 3 failed
    ");
}

#[test]
fn what_a_table_may_hold() {
    let table = "policy: p\ncases:\n  - {ask: store, with: {kind: field}, gives: {shorten: 30}}\n  - {ask: store, with: {kind: audio}, gives: {deny: no}}\n";
    let policy = "fn store(f) { if f.kind == \"audio\" { deny(\"no way\") } else { shorten(30) } }";
    assert_eq!(run(table, policy).unwrap(), Report { passed: 2, failures: vec![] });
}

#[test]
fn a_table_that_cannot_be_read_says_where() {
    let check = |table: &str| {
        let error = run(table, "").unwrap_err();
        (error.line, error.message)
    };
    assert_eq!(check("policy: p\ncases:\n  - {ask: reveal, gives: allow}\n").0, 3);
    assert_eq!(check("policy: p\ncases:\n  - {ask: record, without: [nothing], gives: allow}\n").0, 3);
    assert_eq!(check("policy: p\ncases:\n  - {ask: record, given: allow}\n").0, 3);
    let error = cases::run("policy: p\ncases: []\n", |_| Err("no such file".into())).unwrap_err();
    assert_eq!((error.line, error.message.as_str()), (1, "no such file"));
}

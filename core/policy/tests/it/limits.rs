use closare_policy::{Fact, Facts, Policies, Policy, Verdict};
use closare_terms::Point;

/// What `record` gives in a policy with this body, and what went wrong.
fn ask(body: &str) -> (Verdict, Option<String>) {
    ask_with(body, &Facts::from([("known".into(), true.into())]))
}

fn ask_with(body: &str, facts: &Facts) -> (Verdict, Option<String>) {
    let text = format!("fn record(f) {{ {body} }}");
    let ruling = Policies::new(vec![Policy::compile("p", &text).unwrap()]).ask(Point::Record, facts);
    (ruling.verdict, ruling.error)
}

#[track_caller]
fn denied(body: &str, because: &str) {
    let (verdict, error) = ask(body);
    let error = error.unwrap_or_else(|| panic!("no error, but {verdict}"));
    assert!(error.contains(because), "expected `{because}`, found `{error}`");
    assert_eq!(verdict, Verdict::Deny { reason: error });
}

#[track_caller]
fn refused(text: &str, because: &str) {
    let error = Policy::compile("p", text).unwrap_err();
    assert!(error.to_string().contains(because), "expected `{because}`, found `{error}`");
}

#[test]
fn a_script_within_its_limits_is_fine() {
    assert_eq!(ask("let n = 0; while n < 100 { n += 1; } allow()"), (Verdict::Allow, None));
}

#[test]
fn operations_end() {
    denied("while true { } allow()", "Too many operations");
    denied("loop { for x in 0..9 { f.known = false; } }", "Too many operations");
    denied(
        "(0..9000000).contains(-1); let a = []; for i in 0..9000000 { a = [i]; } allow()",
        "Too many operations",
    );
}

#[test]
fn calls_do_not_nest_without_end() {
    denied("record(f)", "Stack overflow");
    let facts = Facts::new();
    let deep = "fn record(f) { down(12) } private fn down(n) { if n == 0 { allow() } else { down(n - 1) } }";
    let ruling = Policies::new(vec![Policy::compile("p", deep).unwrap()]).ask(Point::Record, &facts);
    assert_eq!(ruling.verdict, Verdict::Allow);
}

#[test]
fn data_does_not_grow_without_end() {
    denied("let s = \"x\"; for i in 0..13 { s += s; } allow()", "too large");
    denied("let s = \"x\"; s.pad(5000, 'x'); allow()", "too large");
    denied("let a = []; for i in 0..300 { a.push(i); } allow()", "too large");
    denied("let a = [1]; a.pad(300, 1); allow()", "too large");
    denied("let m = #{}; for i in 0..64 { m[`k${i}`] = i; } m.more = 1; allow()", "too large");
    denied("let m = #{}; for i in 0..64 { m[`k${i}`] = i; } m += #{more: 1}; allow()", "too large");
}

#[test]
fn facts_have_the_same_limits() {
    let check = |fact: Fact| ask_with("allow()", &Facts::from([("x".into(), fact)])).0.word();
    assert_eq!(check("x".repeat(4096).into()), "allow");
    assert_eq!(check("x".repeat(4097).into()), "deny");
    assert_eq!(check(vec!["x".to_owned(); 256].into()), "allow");
    assert_eq!(check(vec!["x".to_owned(); 257].into()), "deny");
    let map = |size: usize| Fact::Map((0..size).map(|n| (n.to_string(), true.into())).collect());
    assert_eq!(check(map(64)), "allow");
    assert_eq!(check(map(65)), "deny");
    let deep = (0..4).fold(Fact::Bool(true), |inner, _| Fact::from([("in", inner)]));
    assert_eq!(check(deep), "deny");
}

#[test]
fn a_missing_fact_is_an_error() {
    denied("if f.unknown { deny(\"x\") } else { allow() }", "unknown");
    denied("if f.unknown != \"EU\" { allow() } else { deny(\"x\") }", "unknown");
    denied("if f[\"unknown\"] == () { allow() } else { deny(\"x\") }", "unknown");
    denied("if f.known.deeper { allow() } else { allow() }", "deeper");
}

#[test]
fn what_is_not_a_verdict_is_an_error() {
    denied("true", "bool");
    denied("", "()");
    denied("throw \"no\"", "no");
    denied("allow(f)", "allow");
    denied("redact([])", "found none");
    denied("redact([1])", "found `i64`");
    denied("first(\"\")", "empty");
    denied("shorten(0)", "found `0`");
    denied("1 / 0", "zero");
}

#[test]
fn nothing_reaches_outside() {
    for call in
        ["eval(\"allow()\")", "print(1)", "debug(1)", "Fn(\"allow\").call()", "try { f.x } catch { allow() }"]
    {
        refused(&format!("fn record(f) {{ {call} }}"), "reserved");
    }
    denied("sleep(1); allow()", "sleep");
    denied("exit(allow())", "exit");
    denied("timestamp(); allow()", "timestamp");
    denied("parse_json(\"{}\"); allow()", "parse_json");
    refused("import \"x\" as x;", "");
}

#[test]
fn a_policy_is_functions_for_points() {
    refused("fn record(f) { allow() }\nlet x = 1;", "line 2, column 1: expected only functions");
    refused("fn recrod(f) { allow() }", "found `recrod`");
    refused("fn record(f, g) { allow() }", "one argument");
    refused("fn record(f) { allow( }", "line 1, column 23");
    refused(&format!("// {}", "x".repeat(65_536)), "found `65539`");
    let deep = format!("fn record(f) {{ {}1{} }}", "(".repeat(200), ")".repeat(200));
    refused(&deep, "complex");
}

#[test]
fn a_word_that_the_sink_cannot_follow_is_a_deny() {
    let check = |point: Point, body: &str, facts: &[(&str, Fact)]| {
        let text = format!("fn {point}(f) {{ {body} }}");
        let facts = facts.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone())).collect();
        Policies::new(vec![Policy::compile("p", &text).unwrap()]).ask(point, &facts).verdict.word()
    };
    let kinds = |kind: &str| ("kinds", vec![kind.to_owned()].into());
    let redact = "redact([\"iban\"])";
    assert_eq!(check(Point::Send, redact, &[kinds("transcript")]), "redact");
    assert_eq!(check(Point::Send, redact, &[kinds("audio")]), "deny");
    assert_eq!(check(Point::Store, redact, &[("kind", "audio".into())]), "deny");
    assert_eq!(check(Point::Record, redact, &[]), "deny");
    assert_eq!(check(Point::Store, "shorten(3)", &[("kind", "audio".into())]), "allow");
    assert_eq!(check(Point::Transfer, "shorten(3)", &[]), "deny");
}

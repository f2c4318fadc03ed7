//! Table tests for policies, in YAML: what is asked, with which facts, and what it gives.
//!
//! ```yaml
//! policy: eu-default.rhai
//! cases:
//!   - {ask: record, with: {}, gives: {first: disclose}}
//!   - {ask: record, with: {disclosed: true, consents: {recording: refused}}, gives: {deny: /not consented/}}
//!   - {ask: record, with: {}, without: [disclosed], gives: deny}
//! ```
//! `with` is laid over the common facts of a call that has just begun (German number, English, nothing asked, the
//! shipped bases); `without` takes facts away. A text after `deny` is contained in the reason, or matches it if it
//! stands between slashes.

use crate::{Basis, Common, Error, Fact, Facts, Policies, Policy, Ruling, Verdict, shipped_basis};
use closare_terms::{CallId, Language, Point, UnixMillis};
use serde::Deserialize;
use serde_yaml::Spanned;
use std::collections::BTreeMap;
use std::fmt;

/// What came of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub passed: usize,
    pub failures: Vec<Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In the table's text, from 1.
    pub line: usize,
    pub expected: String,
    pub found: String,
}

/// Runs a table. `load` gives the text of the policy that the table names.
///
/// # Errors
/// A table that can't be read, a policy that `load` doesn't give, or one that doesn't compile.
pub fn run(text: &str, load: impl FnOnce(&str) -> Result<String, String>) -> Result<Report, Error> {
    let table = read(text)?;
    let place = table.policy.referenced;
    let name = &table.policy.value;
    let source = load(name).map_err(|message| at(place.line(), place.column(), message))?;
    let policies = Policies::new(vec![Policy::compile(name, &source)?]);
    let results = table.cases.iter().map(|case| check(&policies, case)).collect::<Result<Vec<_>, _>>()?;
    let passed = results.iter().filter(|failure| failure.is_none()).count();
    Ok(Report { passed, failures: results.into_iter().flatten().collect() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    policy: Spanned<String>,
    cases: Vec<Spanned<Case>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    ask: Point,
    #[serde(default)]
    with: Facts,
    #[serde(default)]
    without: Vec<String>,
    gives: Gives,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Gives {
    Word(Plain),
    Long(Long),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Plain {
    Allow,
    Deny,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Long {
    Deny(String),
    First(String),
    Redact(Vec<String>),
    Shorten(u32),
}

fn read(text: &str) -> Result<Table, Error> {
    // YAML 1.2: `no` is a word (and Norway), not a boolean.
    let options = serde_yaml::options! { strict_booleans: true, with_snippet: false };
    serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |place| (place.line(), place.column()));
        at(line, column, error.to_string())
    })
}

fn check(policies: &Policies, case: &Spanned<Case>) -> Result<Option<Failure>, Error> {
    let line = case.referenced.line();
    let case = &case.value;
    let mut facts = begun();
    lay_over(&mut facts, &case.with);
    for path in &case.without {
        take_away(&mut facts, path).ok_or_else(|| at(line, 0, format!("expected a fact, found `{path}`")))?;
    }
    let ruling = policies.ask(case.ask, &facts);
    if case.gives.holds(&ruling).map_err(|message| at(line, 0, message))? {
        return Ok(None);
    }
    let expected = format!("`{}` to give {}", case.ask, case.gives);
    Ok(Some(Failure { line: line as usize, expected, found: found(&ruling) }))
}

impl Gives {
    fn holds(&self, ruling: &Ruling) -> Result<bool, String> {
        Ok(match (self, &ruling.verdict) {
            (Gives::Word(Plain::Allow), Verdict::Allow) => ruling.keep_days_max.is_none(),
            (Gives::Word(Plain::Deny), Verdict::Deny { .. }) => true,
            (Gives::Long(Long::Deny(pattern)), Verdict::Deny { reason }) => matches(pattern, reason)?,
            (Gives::Long(Long::First(expected)), Verdict::First { duty }) => expected == duty,
            (Gives::Long(Long::Redact(expected)), Verdict::Redact { kinds }) => {
                let mut expected = expected.clone();
                expected.sort();
                expected == *kinds
            }
            (Gives::Long(Long::Shorten(days)), Verdict::Allow) => ruling.keep_days_max == Some(*days),
            _ => false,
        })
    }
}

fn matches(pattern: &str, reason: &str) -> Result<bool, String> {
    match pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(expression) => {
            let expression = regex::Regex::new(expression).map_err(|error| error.to_string())?;
            Ok(expression.is_match(reason))
        }
        None => Ok(reason.contains(pattern)),
    }
}

/// The common facts of a call that has just begun.
fn begun() -> Facts {
    let basis: BTreeMap<_, Basis> = shipped_basis();
    Common {
        call: CallId::from("0000"),
        from_country: "DE".into(),
        to_country: "DE".into(),
        language: Language::from("en"),
        direction: "inbound".into(),
        tenant: "default".into(),
        agent: "agent".into(),
        workflow: "workflow".into(),
        workflow_version: "0".into(),
        plan_days: 30,
        disclosed: false,
        consents: BTreeMap::new(),
        basis,
        minor: false,
        topic: String::new(),
        now: UnixMillis(0),
    }
    .facts()
}

fn lay_over(facts: &mut Facts, over: &Facts) {
    for (name, fact) in over {
        match (facts.get_mut(name), fact) {
            (Some(Fact::Map(under)), Fact::Map(over)) => lay_over(under, over),
            _ => {
                facts.insert(name.clone(), fact.clone());
            }
        }
    }
}

/// `path` is a name, or names joined by dots. `None` if there is no such fact.
fn take_away(facts: &mut Facts, path: &str) -> Option<Fact> {
    match path.split_once('.') {
        None => facts.remove(path),
        Some((name, rest)) => match facts.get_mut(name)? {
            Fact::Map(inner) => take_away(inner, rest),
            _ => None,
        },
    }
}

fn found(ruling: &Ruling) -> String {
    match ruling.keep_days_max {
        Some(days) => format!("{}, shorten: {days}", ruling.verdict),
        None => ruling.verdict.to_string(),
    }
}

fn at(line: u64, column: u64, message: String) -> Error {
    Error { name: "cases".into(), line: line as usize, column: column as usize, message }
}

impl fmt::Display for Gives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gives::Word(Plain::Allow) => f.write_str("allow"),
            Gives::Word(Plain::Deny) => f.write_str("deny"),
            Gives::Long(Long::Deny(reason)) => write!(f, "deny: {reason}"),
            Gives::Long(Long::First(duty)) => write!(f, "first: {duty}"),
            Gives::Long(Long::Redact(kinds)) => write!(f, "redact: {}", kinds.join(", ")),
            Gives::Long(Long::Shorten(days)) => write!(f, "shorten: {days}"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Failure { line, expected, found } in &self.failures {
            writeln!(f, "line {line}: expected {expected}, found {found}")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failures.len())
    }
}

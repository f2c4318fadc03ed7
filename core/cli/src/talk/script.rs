//! The acts of a call: from a file of test calls, or a file that is one list of acts.

use crate::problem::Problem;
use closare_simulate::{ScenarioError, Scenarios, Talk};
use std::path::Path;

pub struct Script {
    pub name: String,
    /// The number that the caller shows.
    pub from: Option<String>,
    pub talk: Talk,
}

/// The call of this name, or the first.
pub fn read(path: &Path, call: Option<&str>) -> Result<Script, Problem> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problem::usage(format!("can't read `{file}`")).because(error))?;
    if text.lines().any(|line| line.starts_with("calls:")) {
        return of_scenarios(&file, &text, call);
    }
    let talk = Talk::read(&text).map_err(|error| wrong(&file, &text, &error))?;
    Ok(Script { name: file, from: None, talk })
}

fn of_scenarios(file: &str, text: &str, wanted: Option<&str>) -> Result<Script, Problem> {
    let scenarios = Scenarios::read(text).map_err(|error| wrong(file, text, &error))?;
    let names: Vec<String> = scenarios.calls.iter().map(|call| call.name.clone()).collect();
    let mut calls = scenarios.calls.into_iter();
    let found = match wanted {
        Some(name) => calls.find(|call| call.name == name),
        None => calls.next(),
    };
    found.map(|call| Script { name: call.name, from: call.from, talk: call.talk }).ok_or_else(|| {
        Problem::usage(format!("expected a call of `{file}`, found `{}`", wanted.unwrap_or("none"))).hint(
            format!(
                "there are: {}",
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
        )
    })
}

fn wrong(file: &str, text: &str, error: &ScenarioError) -> Problem {
    let problem = Problem::new(format!("`{file}` isn't a file of test calls"));
    if error.line == 0 {
        return problem.because(error.clone());
    }
    problem.at(file, text, error.line, error.column, &error.message)
}

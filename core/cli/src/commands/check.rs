//! `closare check`

use super::{Outcome, Ran, print_json};
use crate::installed;
use crate::problem::{During, Problem};
use closare_runtime::Config;
use closare_simulate::Scenarios;
use closare_workflow::{Catalog, Finding, Severity, render};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Check workflows: every finding, where it is, and what to do
///
/// Proves among other things that the disclosure comes first, that every path ends, and that every variable is set before it
/// is used. Test calls (`*.test.yaml`) are read, too. Exit 1 if there is an error; warnings alone are good.
#[derive(clap::Args)]
pub struct Args {
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Findings as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, config: &Config) -> Ran {
    let catalog = installed::catalog(config).during("can't tell what the policies allow")?;
    let checked =
        args.files.iter().map(|file| Checked::read(file, &catalog)).collect::<Result<Vec<_>, _>>()?;
    if args.json {
        print_json(&checked)?;
    } else {
        checked.iter().for_each(Checked::print);
        say!("{}", summary(&checked));
    }
    Ok(Outcome::good_if(checked.iter().all(|file| file.errors() == 0)))
}

#[derive(Serialize)]
struct Checked {
    file: String,
    findings: Vec<Finding>,
    /// What is wrong with a file of test calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    test_calls: Option<String>,
    #[serde(skip)]
    text: String,
}

impl Checked {
    fn read(path: &Path, catalog: &Catalog) -> Result<Checked, Problem> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problem::usage(format!("can't read `{file}`")).because(error))?;
        if file.ends_with(".test.yaml") {
            let wrong = Scenarios::read(&text).err().map(|error| error.to_string());
            return Ok(Checked { file, findings: Vec::new(), test_calls: wrong, text });
        }
        let findings = closare_workflow::read(&text, catalog).findings;
        Ok(Checked { file, findings, test_calls: None, text })
    }

    fn errors(&self) -> usize {
        self.count(Severity::Error) + usize::from(self.test_calls.is_some())
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn print(&self) {
        for finding in &self.findings {
            say!("{}", render(finding, &self.text, &self.file));
        }
        if let Some(wrong) = &self.test_calls {
            say!("error: {}: {wrong}\n", self.file);
        }
    }
}

fn summary(checked: &[Checked]) -> String {
    let errors: usize = checked.iter().map(Checked::errors).sum();
    let warnings: usize = checked.iter().map(|file| file.count(Severity::Warning)).sum();
    let files = counted(checked.len(), "file");
    if errors + warnings == 0 {
        return format!("{files}: nothing found");
    }
    let first = checked.iter().flat_map(|file| &file.findings).map(|finding| finding.code).next();
    let more = first.map_or_else(String::new, |code| format!("; more: `closare explain {code}`"));
    format!("{files}: {}, {}{more}", counted(errors, "error"), counted(warnings, "warning"))
}

fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

//! `closare policy`

use super::{Outcome, Ran};
use crate::problem::{During, Problem};
use clap::Subcommand;
use closare_policy::cases;
use std::path::PathBuf;

/// Test policies
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a table of cases: what is asked, with which facts, and what it must give
    Test {
        /// Such as `eu-default.test.yaml`; it names the policy, which lies beside it
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub fn run(args: &Args) -> Ran {
    let Command::Test { file } = &args.command;
    let text = std::fs::read_to_string(file)
        .map_err(|error| Problem::usage(format!("can't read `{}`", file.display())).because(error))?;
    let folder = file.parent().map(PathBuf::from).unwrap_or_default();
    let load =
        |name: &str| std::fs::read_to_string(folder.join(name)).map_err(|error| format!("`{name}`: {error}"));
    let report = cases::run(&text, load).during(format!("`{}` can't be run", file.display()))?;
    say!("{report}");
    Ok(Outcome::good_if(report.failures.is_empty()))
}

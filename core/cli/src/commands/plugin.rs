//! `closare plugin`

mod build;
mod check;
mod list;
mod new;
mod record;
mod test;

use super::{Ran, wait};
use crate::problem::{During, Problem};
use crate::setup::Setup;
use clap::Subcommand;
use closare_host::{Host, Plugin};
use closare_runtime::Config;
use std::path::Path;
use std::sync::Arc;

/// Write, build, check, test and list plugins
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(new::Args),
    Build(build::Args),
    Check(check::Args),
    Test(test::Args),
    Record(record::Args),
    List(list::Args),
}

pub fn run(args: Args, setup: &Setup) -> Ran {
    match args.command {
        Command::New(args) => new::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Check(args) => check::run(&args, &setup.config()?),
        Command::Test(args) => test::run(&args, &setup.config()?),
        Command::Record(args) => wait(record::run(args, setup.config()?)),
        Command::List(args) => list::run(&args, &setup.config()?),
    }
}

/// A built plugin, as the engine loads it.
fn loaded(folder: &Path, config: &Config) -> Result<Arc<Plugin>, Problem> {
    let host = config.host().during("the configuration can't be used")?;
    let host = Host::new(host).during("plugins can't be run")?;
    host.load(folder).map_err(|error| {
        let problem = Problem::new(format!("`{}` can't be run", folder.display()));
        match &error {
            closare_host::Error::Read { path, .. } if path.extension().is_some_and(|ext| ext == "wasm") => {
                problem.hint(format!("`closare plugin build {}` makes the component", folder.display()))
            }
            _ => problem,
        }
        .because(error)
    })
}

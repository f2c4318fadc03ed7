//! `closare plugin`

mod build;
mod check;
mod list;

use super::Ran;
use crate::setup::Setup;
use clap::Subcommand;

/// Build, check and list plugins
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Build(build::Args),
    Check(check::Args),
    List(list::Args),
}

pub fn run(args: Args, setup: &Setup) -> Ran {
    match args.command {
        Command::Build(args) => build::run(&args),
        Command::Check(args) => check::run(&args, &setup.config()?),
        Command::List(args) => list::run(&args, &setup.config()?),
    }
}

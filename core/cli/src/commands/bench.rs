//! `closare bench`

mod call;
mod plugin;

use super::{Outcome, Ran, wait};
use clap::Subcommand;
use closare_runtime::Config;

/// Measure what the engine itself costs on this machine
///
/// Each figure stands beside what it must reach, as a ratio where two things are compared in the same run. Exit 1 if one is
/// missed. Meant for a release build on a machine that does nothing else.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Call(call::Args),
    Plugin(plugin::Args),
}

pub fn run(args: Args, config: Config) -> Ran {
    match args.command {
        Command::Call(args) => wait(call::run(args, config)),
        Command::Plugin(args) => plugin::run(&args, &config),
    }
}

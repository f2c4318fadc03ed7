//! A file per command.

mod bench;
mod call;
mod calls;
mod check;
mod config;
mod demo;
mod dial;
mod doctor;
mod explain;
mod key;
mod page;
mod plugin;
mod policy;
mod serve;
mod stop;

use crate::problem::{During, Problem};
use crate::setup::Setup;
use clap::Subcommand;
use std::future::Future;

#[derive(Subcommand)]
pub enum Command {
    Serve(serve::Args),
    Demo(demo::Args),
    Dial(dial::Args),
    Check(check::Args),
    Explain(explain::Args),
    Calls(calls::Args),
    Call(call::Args),
    Stop(stop::Args),
    Page(page::Args),
    Plugin(plugin::Args),
    Key(key::Args),
    Policy(policy::Args),
    Config(config::Args),
    Doctor(doctor::Args),
    Bench(bench::Args),
}

/// What a command came to: the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Good,
    /// It did its work, and what it looked at isn't as it should be.
    Findings,
}

impl Outcome {
    pub fn good_if(good: bool) -> Outcome {
        if good { Outcome::Good } else { Outcome::Findings }
    }
}

type Ran = Result<Outcome, Problem>;

pub fn run(command: Command, setup: &Setup) -> Ran {
    match command {
        Command::Serve(args) => wait(serve::run(args, setup.config()?)),
        Command::Demo(args) => wait(demo::run(args, setup.config()?)),
        Command::Dial(args) => wait(dial::run(args, setup.config()?)),
        Command::Check(args) => check::run(&args, &setup.config()?),
        Command::Explain(args) => explain::run(&args),
        Command::Calls(args) => wait(calls::run(args, setup.config()?)),
        Command::Call(args) => wait(call::run(args, setup.config()?)),
        Command::Stop(args) => wait(stop::run(args, setup.config()?)),
        Command::Page(args) => wait(page::run(args, setup.config()?)),
        Command::Plugin(args) => plugin::run(args, setup),
        Command::Key(args) => key::run(args, &setup.config()?),
        Command::Policy(args) => policy::run(&args),
        Command::Config(args) => config::run(&args, setup),
        Command::Doctor(args) => doctor::run(&args, &setup.config()?),
        Command::Bench(args) => bench::run(args, setup.config()?),
    }
}

/// Only the commands that wait for something have the multi-thread runtime.
fn wait(work: impl Future<Output = Ran>) -> Ran {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.during("can't start the threads that wait for the network")?;
    let ran = runtime.block_on(work);
    // What still runs in the background has nobody left to tell.
    runtime.shutdown_background();
    ran
}

/// Prints what a program reads.
pub fn print_json(value: &impl serde::Serialize) -> Result<(), Problem> {
    say!("{}", serde_json::to_string_pretty(value).during("can't write JSON")?);
    Ok(())
}

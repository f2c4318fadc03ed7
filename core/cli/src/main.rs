//! The command `closare`. A file per command in `commands/`: its arguments, then what it does. Nothing is decided here.

#![deny(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod out;

mod bench;
mod cassette;
mod commands;
mod installed;
mod kept;
mod local;
mod problem;
mod setup;
mod show;
mod starting;
mod talk;

use clap::Parser;
use closare_telephony::QUIET;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Answers phone calls with AI, on your own machine.
#[derive(Parser)]
#[command(name = "closare", version, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    setup: setup::Setup,
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    // Two providers in one tree panic at the first connection: the choice is made before anything can connect.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    log_to_stderr();
    match commands::run(cli.command, &cli.setup) {
        Ok(commands::Outcome::Good) => ExitCode::SUCCESS,
        Ok(commands::Outcome::Findings) => ExitCode::from(1),
        Err(problem) => {
            let code = problem.exit_code();
            complain!("{:?}", miette::Report::new(problem));
            ExitCode::from(code)
        }
    }
}

/// `RUST_LOG` may ask for more, but never for the SIP stack's whole messages: they hold numbers.
fn log_to_stderr() {
    let wanted = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned());
    let quiet = QUIET.parse().expect("the telephony crate's directive is a directive");
    let filter = EnvFilter::builder().parse_lossy(wanted).add_directive(quiet);
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let log = if std::io::stderr().is_terminal() { log } else { log.with_ansi(false) };
    // Where nobody reads the log, to say so would fail, too.
    log.log_internal_errors(false).init();
}

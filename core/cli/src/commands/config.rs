//! `closare config`

use super::{Outcome, Ran};
use crate::problem::During;
use crate::setup::Setup;
use clap::Subcommand;

/// Look at the configuration
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check closare.yaml, and show what is in force
    ///
    /// Keys: closare, data, cache, listen, advertise, rtp_ports, allow, max_calls, invites_per_second, media_threads, numbers,
    /// register, streams, plugins, policies, basis, plan_days, timezone, keys, allow_private, certificates, origins, limits,
    /// prices, contracts, outside_eu, api. Each has a default.
    Check,
}

pub fn run(args: &Args, setup: &Setup) -> Ran {
    let Command::Check = args.command;
    let config = setup.config()?;
    config.telephony().during("the configuration can't be used")?;
    config.host().during("the configuration can't be used")?;
    config.limits_of_origins().during("the configuration can't be used")?;
    say!("data       {}", config.data.display());
    say!("cache      {}", config.cache.display());
    say!(
        "listen     {} (UDP and TCP), audio on ports {} to {}",
        config.listen,
        config.rtp_ports.0,
        config.rtp_ports.1
    );
    if let Some(streams) = &config.streams {
        say!("streams    {}, known to carriers as {}", streams.listen, streams.public);
        for number in streams.numbers.keys().filter(|number| !config.numbers.contains_key(*number)) {
            say!("           {number} has a stream, and no workflow under `numbers`");
        }
    }
    say!("api        {} (this machine only)", config.api);
    for folder in &config.plugins {
        say!("plugins    {}", folder.display());
    }
    for name in config.prices.names() {
        say!("price      of {name}, in {}", config.prices.currency());
    }
    for (number, file) in &config.numbers {
        let there = if file.is_file() { "" } else { "  (no such file)" };
        say!("number     {number}  {}{there}", file.display());
    }
    for account in &config.register {
        say!("register   {} as {}", account.registrar, account.user);
    }
    say!("keep       {} days, in {}", config.plan_days, config.timezone);
    Ok(Outcome::good_if(config.numbers.values().all(|file| file.is_file())))
}

//! `closare doctor`

use super::{Outcome, Ran};
use crate::installed;
use closare_host::build::Toolchain;
use closare_runtime::Config;
use std::net::{TcpListener, UdpSocket};

/// Look for what stands in a call's way, with the cure for each
#[derive(clap::Args)]
pub struct Args {}

/// What was looked for, and the cure where it isn't well.
struct Check {
    what: String,
    cure: Option<String>,
}

pub fn run(_args: &Args, config: &Config) -> Ran {
    let checks = [plugins(config), workflows(config), port(config), data(config), compiler()];
    for check in &checks {
        match &check.cure {
            None => say!("  well   {}", check.what),
            Some(cure) => say!("  amiss  {}\n         {cure}", check.what),
        }
    }
    Ok(Outcome::good_if(checks.iter().all(|check| check.cure.is_none())))
}

fn plugins(config: &Config) -> Check {
    let missing: Vec<&str> = ["offline-stt", "offline-tts", "offline-nlu"]
        .into_iter()
        .filter(|name| installed::named(config, name).is_none())
        .collect();
    let cure = format!("`make plugins` builds them; missing: {}", missing.join(", "));
    Check { what: "the offline plugins are built".to_owned(), cure: (!missing.is_empty()).then_some(cure) }
}

fn workflows(config: &Config) -> Check {
    let missing = config.numbers.values().find(|file| !file.is_file());
    let cure = match (config.numbers.is_empty(), missing) {
        (true, _) => {
            Some("put a workflow into `workflows/`, or name it under `numbers:` in closare.yaml".to_owned())
        }
        (false, Some(file)) => Some(format!("`{}` isn't there", file.display())),
        (false, None) => None,
    };
    Check { what: format!("{} number(s) have a workflow", config.numbers.len()), cure }
}

fn port(config: &Config) -> Check {
    let free = UdpSocket::bind(config.listen).is_ok() && TcpListener::bind(config.listen).is_ok();
    let cure =
        "a server runs already, or another program has it: set another `listen:` in closare.yaml".to_owned();
    Check { what: format!("{} is free for SIP", config.listen), cure: (!free).then_some(cure) }
}

fn data(config: &Config) -> Check {
    let made = std::fs::create_dir_all(&config.data);
    let cure = made.err().map(|error| format!("{error}: choose another folder with --data or `data:`"));
    Check { what: format!("calls can be kept in {}", config.data.display()), cure }
}

fn compiler() -> Check {
    let cure = Toolchain::find().err().map(|error| error.to_string());
    Check { what: "plugins can be built (only an integrator needs that)".to_owned(), cure }
}

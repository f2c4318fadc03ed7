//! `closare plugin check`

use crate::commands::{Outcome, Ran};
use crate::installed;
use crate::problem::During;
use crate::show::took;
use closare_host::manifest::{Instances, OriginRule};
use closare_host::{Host, HostConfig, Manifest};
use closare_runtime::Config;
use std::path::PathBuf;
use std::time::Instant;

/// Check a plugin, and say in plain words what it may do
#[derive(clap::Args)]
pub struct Args {
    /// The plugin's folder, with plugin.yaml and the component
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub fn run(args: &Args, config: &Config) -> Ran {
    let plugin = installed::at(args.folder.clone());
    let manifest = plugin.manifest.as_ref().map_err(ToString::to_string);
    let manifest = manifest.during(format!("`{}` is no plugin", args.folder.display()))?;
    for sentence in may(manifest) {
        println!("  {sentence}");
    }
    let host = Host::new(HostConfig::new(config.cache.join("compiled"))).during("plugins can't be run")?;
    let began = Instant::now();
    let loaded = host.load(&args.folder).during(format!("`{}` can't be run", manifest.name))?;
    println!(
        "  it runs: compiled and tried in {}; its component is {}",
        took(began.elapsed()),
        loaded.sha256()
    );
    Ok(Outcome::Good)
}

/// What an operator wants to know before it is installed.
fn may(manifest: &Manifest) -> Vec<String> {
    let roles: Vec<&str> = manifest.roles.iter().map(|role| role.as_str()).collect();
    let mut said = vec![format!("{} {}: {}", manifest.name, manifest.version, manifest.about)];
    said.push(format!("is used for {}", roles.join(", ")));
    if manifest.network.is_empty() {
        said.push("talks to nobody: what it hears stays on this machine".to_owned());
    }
    for rule in &manifest.network {
        said.push(match rule {
            OriginRule::Origin(origin) => format!("may talk to {origin}"),
            OriginRule::Option(option) => format!("may talk to the host that a workflow sets as `{option}`"),
        });
    }
    let secrets = manifest.secrets.len();
    if secrets > 0 {
        let names: Vec<&str> = manifest.secrets.keys().map(String::as_str).collect();
        said.push(format!("may use {secrets} secret(s), and sees none of them: {}", names.join(", ")));
    }
    if let Some(processing) = &manifest.processing {
        let facts = processing.facts(&serde_json::json!({}));
        said.push(format!(
            "its vendor works in {}, trains on data: {}, keeps: {}",
            facts.region, facts.trains_on_data, facts.retention
        ));
    }
    said.push("never touches files, never opens a socket, has no clock of its own".to_owned());
    let limits = &manifest.limits;
    let shared =
        if manifest.instances == Instances::Shared { ", shared by the calls of a thread" } else { "" };
    said.push(format!(
        "gets at most {} MiB of memory, {} a call into it, {} outputs{shared}",
        limits.memory >> 20,
        limits.call,
        limits.outputs
    ));
    said
}

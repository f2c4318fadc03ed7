//! `closare plugin list`

use crate::commands::{Outcome, Ran, print_json};
use crate::installed;
use crate::show::table;
use closare_runtime::Config;

/// List the plugins that are installed
#[derive(clap::Args)]
pub struct Args {
    /// As JSON: the manifests
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, config: &Config) -> Ran {
    let plugins = installed::plugins(config);
    if args.json {
        let manifests: Vec<_> = plugins.iter().filter_map(|plugin| plugin.manifest.as_ref().ok()).collect();
        print_json(&manifests)?;
        return Ok(Outcome::Good);
    }
    let mut rows = table::table(&["plugin", "version", "roles", "languages", "where its data goes", "state"]);
    let mut well = true;
    for plugin in &plugins {
        let state = if plugin.component().is_some() { "built" } else { "not built: `make plugins`" };
        match &plugin.manifest {
            Ok(manifest) => {
                let roles: Vec<&str> = manifest.roles.iter().map(|role| role.as_str()).collect();
                let mut languages: Vec<&str> =
                    manifest.languages.values().flatten().map(|language| language.as_str()).collect();
                languages.sort_unstable();
                languages.dedup();
                let goes = if manifest.network.is_empty() {
                    "stays on this machine"
                } else {
                    "to a vendor or server"
                };
                let languages = if languages.is_empty() { "any".to_owned() } else { languages.join(" ") };
                rows.add_row([
                    plugin.name().as_str(),
                    manifest.version.as_str(),
                    &roles.join(" "),
                    &languages,
                    goes,
                    state,
                ]);
            }
            Err(error) => {
                well = false;
                rows.add_row([plugin.name().as_str(), "", "", "", "", &error.to_string()]);
            }
        }
    }
    if plugins.is_empty() {
        say!("No plugin is installed. `make plugins` builds those that come with Closare.");
    } else {
        table::print(&rows);
    }
    Ok(Outcome::good_if(well))
}

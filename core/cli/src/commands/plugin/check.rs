//! `closare plugin check`

mod may;

use super::loaded;
use crate::commands::{Outcome, Ran, print_json};
use crate::installed;
use crate::problem::During;
use crate::show::took;
use closare_host::Manifest;
use closare_runtime::Config;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;

/// Check a plugin, and say in plain words what it may do
#[derive(clap::Args)]
pub struct Args {
    /// The plugin's folder, with plugin.yaml and the component
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// As JSON: the manifest, the sentences, the component's hash
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Checked<'a> {
    manifest: &'a Manifest,
    may: Vec<String>,
    /// Of the component; loading it has shown that it imports nothing.
    sha256: &'a str,
    imports: [&'static str; 0],
    compiled_ms: u128,
}

pub fn run(args: &Args, config: &Config) -> Ran {
    let plugin = installed::at(args.folder.clone());
    let manifest = plugin.manifest.as_ref().map_err(ToString::to_string);
    let manifest = manifest.during(format!("`{}` is no plugin", args.folder.display()))?;
    let may = may::sentences(manifest);
    if !args.json {
        say!("{} {}: {}", manifest.name, manifest.version, manifest.about);
        for sentence in &may {
            say!("  {sentence}");
        }
    }
    let began = Instant::now();
    let loaded = loaded(&args.folder, config)?;
    let took_so_long = began.elapsed();
    if args.json {
        let compiled_ms = took_so_long.as_millis();
        print_json(&Checked { manifest, may, sha256: loaded.sha256(), imports: [], compiled_ms })?;
    } else {
        say!("  it runs, and imports nothing: compiled and tried in {}", took(took_so_long));
        say!("  its component is {}", loaded.sha256());
    }
    Ok(Outcome::Good)
}

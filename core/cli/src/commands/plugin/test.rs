//! `closare plugin test`

use super::loaded;
use crate::cassette::{self, Cassette, Played, play};
use crate::commands::{Outcome, Ran, print_json};
use crate::problem::Problem;
use closare_host::Plugin;
use closare_runtime::Config;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Play a plugin's cassettes back through the real host
///
/// Each file in FOLDER/cassettes is an exchange with the vendor: what was handed in, what the plugin asked of the network and what
/// came of it, what it told. The same is handed to the built component, without a network; the first difference is shown.
#[derive(clap::Args)]
pub struct Args {
    /// The plugin's folder, with plugin.yaml, the component and cassettes
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Write into each cassette what the plugin asks and tells now
    #[arg(long)]
    update: bool,
    /// As JSON: each cassette, and what differs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Tested {
    cassette: String,
    ok: bool,
    updated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    differs: Option<cassette::Differs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub fn run(args: &Args, config: &Config) -> Ran {
    let plugin = loaded(&args.folder, config)?;
    let files = cassette::in_folder(&args.folder);
    if files.is_empty() {
        return Err(Problem::new(format!(
            "expected a cassette in `{}/cassettes`, found none",
            args.folder.display()
        ))
        .hint("`closare plugin record` makes one"));
    }
    if let Some(source) = newer_source(&args.folder, plugin.manifest().name.as_str()) {
        let (source, folder) = (source.display(), args.folder.display());
        complain!("`{source}` is newer than the component; `closare plugin build {folder}` builds it");
    }
    let tested: Vec<Tested> = files.iter().map(|file| test(&plugin, file, args.update)).collect();
    match args.json {
        true => print_json(&tested)?,
        false => show(&tested),
    }
    Ok(Outcome::good_if(tested.iter().all(|one| one.ok || one.updated)))
}

fn test(plugin: &Plugin, file: &Path, update: bool) -> Tested {
    let folder = file.parent().unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let none = Tested { cassette: name, ok: false, updated: false, differs: None, error: None };
    let played = Cassette::read(file).and_then(|cassette| play(plugin, &cassette, folder, update));
    match played {
        Ok(Played { differs: None, .. }) => Tested { ok: true, ..none },
        Ok(Played { differs, now }) if update => match now.write(file) {
            Ok(()) => Tested { updated: true, differs, ..none },
            Err(error) => Tested { differs, error: Some(told(&error)), ..none },
        },
        Ok(Played { differs, .. }) => Tested { differs, ..none },
        Err(error) => Tested { error: Some(told(&error)), ..none },
    }
}

/// With its causes.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn show(tested: &[Tested]) {
    for one in tested {
        let state = match one {
            Tested { error: Some(_), .. } => "fails",
            Tested { updated: true, .. } => "updated",
            Tested { ok: true, .. } => "ok",
            Tested { .. } => "differs",
        };
        say!("  {state:<8}{}", one.cassette);
        if let Some(error) = &one.error {
            say!("          {error}");
        }
        for line in one.differs.iter().flat_map(lines) {
            say!("          {line}");
        }
    }
    let count = |state: fn(&Tested) -> bool| tested.iter().filter(|one| state(one)).count();
    let bad = count(|one| !one.ok && !one.updated);
    let updated = count(|one| one.updated);
    let cassettes = if tested.len() == 1 { "cassette" } else { "cassettes" };
    let result = match (bad, updated) {
        (0, 0) => "all as expected".to_owned(),
        (0, updated) => format!("{updated} updated"),
        (bad, _) => format!("{bad} not as expected"),
    };
    say!("{} {cassettes}, {result}", tested.len());
}

/// A long list says no more than its begin.
const FIELDS_MAX: usize = 12;

fn lines(differs: &cassette::Differs) -> Vec<String> {
    let fields = differs.fields.iter().take(FIELDS_MAX).flat_map(|field| {
        let shown = field.to_string();
        shown.lines().map(|line| format!("  {line}")).collect::<Vec<_>>()
    });
    let more = differs.fields.len().saturating_sub(FIELDS_MAX);
    let more = (more > 0).then(|| format!("  and {more} more"));
    std::iter::once(differs.what.clone()).chain(fields).chain(more).collect()
}

/// A source file that the component can't hold yet.
fn newer_source(folder: &Path, name: &str) -> Option<PathBuf> {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
    let built: SystemTime = changed(&folder.join(format!("{name}.wasm")))?;
    let mut folders = vec![folder.join("src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if changed(&path).is_some_and(|changed| changed > built) {
                return Some(path);
            }
        }
    }
    None
}

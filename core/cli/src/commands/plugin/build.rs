//! `closare plugin build`

use crate::commands::{Outcome, Ran};
use crate::problem::During;
use closare_host::build;
use std::path::{Path, PathBuf};

/// Build a plugin in Rust into a WASM component
///
/// Finds a compiler for `wasm32-unknown-unknown`: rustup's target where it is installed, else the distribution's compiler, with
/// which the standard library is built first (a minute, once).
#[derive(clap::Args)]
pub struct Args {
    /// The plugin's folder, with plugin.yaml and Cargo.toml
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// Where the component and its manifest go; without it, the component lies in the plugin's folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub fn run(args: &Args) -> Ran {
    let built = build::plugin(&args.folder, None, &mut |line| complain!("  {line}"));
    let component = built.during(format!("`{}` can't be built", args.folder.display()))?;
    let component = match &args.out {
        Some(out) => installed(&args.folder, &component, out)?,
        None => component,
    };
    say!("{}", component.display());
    Ok(Outcome::Good)
}

/// The component moves, the manifest is copied beside it.
fn installed(folder: &Path, component: &Path, out: &Path) -> Result<PathBuf, crate::problem::Problem> {
    let cant = || format!("can't write to `{}`", out.display());
    std::fs::create_dir_all(out).during(cant())?;
    std::fs::copy(folder.join("plugin.yaml"), out.join("plugin.yaml")).during(cant())?;
    let place = out.join(component.file_name().unwrap_or_default());
    let beside = place.with_extension("part");
    // Copied beside and moved into place: a running server never sees half a component.
    std::fs::copy(component, &beside).during(cant())?;
    std::fs::rename(&beside, &place).during(cant())?;
    std::fs::remove_file(component).during(cant())?;
    Ok(place)
}

//! The plugins' folders, by their manifests: what is installed, without running any of it.

use crate::setup::home_data;
use closare_host::Manifest;
use closare_runtime::Config;
use closare_workflow::Catalog;
use std::path::{Path, PathBuf};

pub struct Installed {
    pub folder: PathBuf,
    pub manifest: Result<Manifest, closare_host::Error>,
}

impl Installed {
    pub fn name(&self) -> String {
        match &self.manifest {
            Ok(manifest) => manifest.name.to_string(),
            Err(_) => self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// The component, if it was built.
    pub fn component(&self) -> Option<PathBuf> {
        let path = self.folder.join(format!("{}.wasm", self.name()));
        path.is_file().then_some(path)
    }
}

/// Where plugins are looked for when the configuration doesn't say: those that were built here, then the user's own. A folder
/// of nothing but source holds none that could run.
pub fn usual_folders(beside: &Path) -> Vec<PathBuf> {
    let candidates =
        [beside.join("plugins"), home_data().join("plugins"), beside.join("target/closare-plugins")];
    let built = |folder: &PathBuf| in_folder(folder).iter().any(|plugin| plugin.component().is_some());
    candidates.into_iter().filter(built).collect()
}

/// In the order in which the engine loads them: of two with one name, the later counts.
pub fn plugins(config: &Config) -> Vec<Installed> {
    config.plugins.iter().flat_map(|folder| in_folder(folder)).collect()
}

/// The plugin of this name that the engine would use.
pub fn named(config: &Config, name: &str) -> Option<Installed> {
    plugins(config).into_iter().rev().find(|plugin| plugin.name() == name && plugin.component().is_some())
}

pub fn in_folder(folder: &Path) -> Vec<Installed> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("plugin.yaml").is_file())
        .collect();
    folders.sort();
    folders.into_iter().map(at).collect()
}

pub fn at(folder: PathBuf) -> Installed {
    let manifest = Manifest::load(&folder.join("plugin.yaml"));
    Installed { folder, manifest }
}

/// What a check goes by. Where a plugin that comes with Closare isn't built yet, its manifest stands for it, so that a
/// workflow can be checked before the first build.
pub fn catalog(config: &Config) -> Result<Catalog, closare_runtime::Error> {
    let policies = closare_policy::Policies::new(closare_runtime::policies(config)?);
    let mut manifests: Vec<Manifest> =
        plugins(config).into_iter().filter_map(|plugin| plugin.manifest.ok()).collect();
    for text in SHIPPED {
        let shipped = Manifest::parse(text).expect("a test reads the manifests that are shipped");
        if !manifests.iter().any(|manifest| manifest.name == shipped.name) {
            manifests.push(shipped);
        }
    }
    Ok(closare_runtime::catalog(config, manifests.iter(), &policies))
}

const SHIPPED: [&str; 7] = [
    include_str!("../../../plugins/offline-stt/plugin.yaml"),
    include_str!("../../../plugins/offline-tts/plugin.yaml"),
    include_str!("../../../plugins/offline-nlu/plugin.yaml"),
    include_str!("../../../plugins/openai/plugin.yaml"),
    include_str!("../../../plugins/anthropic/plugin.yaml"),
    include_str!("../../../plugins/deepgram/plugin.yaml"),
    include_str!("../../../plugins/elevenlabs/plugin.yaml"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// All that the repository has: a workflow can be checked before the first build, whichever of them it uses.
    #[test]
    fn every_plugin_that_comes_with_closare_is_known() {
        let mut shipped: Vec<String> =
            SHIPPED.map(|text| Manifest::parse(text).unwrap().name.to_string()).into();
        shipped.sort();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
        let there: Vec<String> = in_folder(&folder).iter().map(Installed::name).collect();
        assert_eq!(shipped, there);
    }
}

//! The plugins that are installed: folders with a manifest and a component.

use crate::config::Config;
use crate::error::Error;
use closare_call::Vendor;
use closare_egress::Origin;
use closare_host::manifest::Facts;
use closare_host::{Host, Manifest, Plugin};
use closare_terms::Role;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Clone, Default)]
pub struct Plugins {
    by_name: BTreeMap<String, Arc<Plugin>>,
    /// Folders that hold a manifest but can't be loaded, and why.
    broken: Vec<(PathBuf, String)>,
}

impl Plugins {
    /// Loads every plugin of these folders. One that can't be loaded is told, and left out.
    ///
    /// # Errors
    /// A folder that can't be read.
    pub fn load(host: &Host, folders: &[PathBuf], mut progress: impl FnMut(&str)) -> Result<Plugins, Error> {
        let mut plugins = Plugins::default();
        for folder in folders {
            for place in places(folder)? {
                progress(&place.file_name().unwrap_or_default().to_string_lossy());
                match host.load(&place) {
                    Ok(plugin) => {
                        plugins.by_name.insert(plugin.manifest().name.to_string(), plugin);
                    }
                    Err(error) => plugins.broken.push((place, chain(&error))),
                }
            }
        }
        Ok(plugins)
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Plugin>> {
        self.by_name.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<Plugin>)> {
        self.by_name.iter().map(|(name, plugin)| (name.as_str(), plugin))
    }

    pub fn broken(&self) -> &[(PathBuf, String)] {
        &self.broken
    }
}

/// What the policies are told of a plugin that is used with these options. A server that the operator has allowed on this
/// machine or its own network is no vendor: what goes there stays in the house.
pub fn vendor(manifest: &Manifest, options: &serde_json::Value, config: &Config) -> Vendor {
    if in_house(&manifest.origins(options), config) {
        return Vendor {
            plugin: manifest.name.to_string(),
            networked: true,
            region: "local".to_owned(),
            trains_on_data: false,
            retention: String::new(),
            contract: String::new(),
            outside_eu: String::new(),
            chats: chats(manifest),
        };
    }
    let facts = manifest.processing.as_ref().map(|processing| processing.facts(options));
    let networked = !manifest.network.is_empty();
    let contract = config.contracts.get(manifest.name.as_str()).cloned();
    let outside_eu = config.outside_eu.get(manifest.name.as_str()).cloned().unwrap_or_default();
    let local = if networked { "" } else { "local" };
    Vendor {
        plugin: manifest.name.to_string(),
        networked,
        region: facts.map_or(local.to_owned(), |facts| facts.region.clone()),
        trains_on_data: facts.is_some_and(Facts::trains),
        retention: facts.map_or_else(String::new, |facts| facts.retention.clone()),
        contract: contract.or(facts.and_then(|facts| facts.contract.clone())).unwrap_or_default(),
        outside_eu,
        chats: chats(manifest),
    }
}

fn in_house(origins: &[String], config: &Config) -> bool {
    let is_allowed =
        |url: &String| Origin::of(url).is_ok_and(|origin| config.allow_private.contains(&origin));
    !origins.is_empty() && origins.iter().all(is_allowed)
}

/// A language model without a network that isn't told to chat only extracts and summarizes.
pub fn chats(manifest: &Manifest) -> bool {
    manifest.roles.contains(&Role::LanguageModel) && !manifest.network.is_empty()
}

fn places(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut places: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("plugin.yaml").is_file())
        .collect();
    places.sort();
    Ok(places)
}

pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

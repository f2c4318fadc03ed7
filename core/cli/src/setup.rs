//! Which configuration a command works with, and what stands in for what it doesn't say.

use crate::installed;
use crate::problem::Problem;
use clap::Args;
use closare_runtime::{Config, ConfigError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Setup {
    /// The operator's configuration; without it, `closare.yaml` of this folder if it is there
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    config: Option<PathBuf>,
    /// Where calls are kept, whatever the configuration says
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Everywhere")]
    data: Option<PathBuf>,
}

/// The first number that is given away where the configuration names none.
const FIRST_NUMBER: u32 = 1000;

impl Setup {
    /// The file's configuration, or the usual one; what is left out is filled in for this machine.
    pub fn config(&self) -> Result<Config, Problem> {
        let usual = PathBuf::from("closare.yaml");
        let file = self.config.clone().or_else(|| usual.is_file().then_some(usual));
        let (mut config, folder) = match &file {
            Some(file) => (read(file)?, file.parent().unwrap_or(Path::new("")).to_owned()),
            None => (Config::default(), PathBuf::new()),
        };
        fill(&mut config, &folder);
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }
}

/// The file, where one is used.
pub fn read(file: &Path) -> Result<Config, Problem> {
    Config::read(file).map_err(|error| {
        let hint = "every key and its default: `closare config check --help`";
        match &error {
            ConfigError::Read { .. } => {
                Problem::usage(format!("can't read `{}`", file.display())).because(error)
            }
            ConfigError::Parse { .. } | ConfigError::Value { .. } | ConfigError::Limits(_) => {
                Problem::new("the configuration can't be used").because(error).hint(hint)
            }
        }
    })
}

/// Where this user's data and cache lie.
pub fn home_data() -> PathBuf {
    dirs::data_dir().map_or_else(|| PathBuf::from("data"), |folder| folder.join("closare"))
}

pub fn home_cache() -> PathBuf {
    dirs::cache_dir().map_or_else(|| PathBuf::from(".cache"), |folder| folder.join("closare"))
}

fn fill(config: &mut Config, folder: &Path) {
    if config.data.as_os_str().is_empty() {
        config.data = home_data();
    }
    if config.cache.as_os_str().is_empty() {
        config.cache = home_cache();
    }
    // wasmtime takes no other. A folder that can't be told stays as it is, and wasmtime says so.
    config.cache = std::path::absolute(&config.cache).unwrap_or_else(|_| config.cache.clone());
    if config.plugins.is_empty() {
        config.plugins = installed::usual_folders(folder);
    }
    if config.numbers.is_empty() {
        config.numbers = numbers(&folder.join("workflows"));
    }
}

/// A number for each workflow of the folder, the front desk first.
fn numbers(folder: &Path) -> BTreeMap<String, PathBuf> {
    let files = workflows(folder);
    files.into_iter().zip(FIRST_NUMBER..).map(|(file, number)| (number.to_string(), file)).collect()
}

/// The workflows of a folder; test calls are none.
pub fn workflows(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .filter(|path| !path.to_string_lossy().ends_with(".test.yaml"))
        .collect();
    let is_front_desk = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem == "front-desk");
    files.sort_by_key(|path| (!is_front_desk(path), path.clone()));
    files
}

//! The file: one YAML map, and a sound beside it where something is heard.

use super::came::Came;
use super::given::Given;
use super::{Error, yaml};
use closare_terms::{Language, Millis, Role, UnixMillis};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Of the file's language.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    pub cassette: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    pub role: Role,
    /// As a workflow would set them; the manifest's defaults are filled in when it is played.
    #[serde(default)]
    pub options: Map<String, Value>,
    #[serde(default = "english")]
    pub languages: Vec<Language>,
    /// The plugin's only randomness.
    #[serde(default = "one")]
    pub seed: u64,
    /// The wall's clock when the tape begins.
    #[serde(default = "wall")]
    pub wall: UnixMillis,
    /// The voice that a workflow would name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// What is heard: a WAV file's name, in the same folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<String>,
    pub tape: Vec<Entry>,
    /// What the plugin told, the network apart.
    #[serde(default)]
    pub told: Vec<Value>,
}

/// What happened, in the order in which it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Line", into = "Line")]
pub struct Entry {
    /// Since the tape's begin.
    pub at: Millis,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// By the engine.
    Given(Given),
    /// What the plugin asks of the network, as [`super::effect::shown`] shows it.
    Asks(Value),
    /// From the network.
    Comes(Came),
}

/// An entry as the file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default)]
    at: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given: Option<Given>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asks: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    comes: Option<Came>,
}

impl TryFrom<Line> for Entry {
    type Error = &'static str;

    fn try_from(line: Line) -> Result<Entry, &'static str> {
        let what = match (line.given, line.asks, line.comes) {
            (Some(given), None, None) => What::Given(given),
            (None, Some(asks), None) => What::Asks(asks),
            (None, None, Some(came)) => What::Comes(came),
            _ => return Err("expected one of `given`, `asks` and `comes` in an entry of the tape"),
        };
        Ok(Entry { at: line.at, what })
    }
}

impl From<Entry> for Line {
    fn from(entry: Entry) -> Line {
        let none = Line { at: entry.at, given: None, asks: None, comes: None };
        match entry.what {
            What::Given(given) => Line { given: Some(given), ..none },
            What::Asks(asks) => Line { asks: Some(asks), ..none },
            What::Comes(came) => Line { comes: Some(came), ..none },
        }
    }
}

impl Cassette {
    /// # Errors
    /// With line and column where it isn't one.
    pub fn read(path: &Path) -> Result<Cassette, Error> {
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let cassette: Cassette = serde_yaml::from_str(&text)
            .map_err(|error| Error::Parse { path: path.to_owned(), what: error.to_string() })?;
        match cassette.cassette {
            VERSION => Ok(cassette),
            found => Err(Error::Version { found }),
        }
    }

    pub fn text(&self) -> String {
        // Strings are the only keys, so there is nothing that JSON couldn't hold.
        let value = serde_json::to_value(self).unwrap_or_default();
        format!(
            "# What a plugin and its vendor said to each other. `closare plugin test` plays it back.\n{}",
            yaml::written(&value)
        )
    }

    /// # Errors
    /// What the file system says.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        std::fs::write(path, self.text()).map_err(|source| Error::Write { path: path.to_owned(), source })
    }
}

/// The cassettes of a plugin, by name.
pub fn in_folder(plugin: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(plugin.join("cassettes")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml"))
        .collect();
    files.sort();
    files
}

fn english() -> Vec<Language> {
    vec![Language::from("en")]
}

fn one() -> u64 {
    1
}

/// 2026-01-01T00:00:00Z
fn wall() -> UnixMillis {
    UnixMillis(1_767_225_600_000)
}

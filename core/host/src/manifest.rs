//! `plugin.yaml`: who a plugin is, whom it may talk to, what it does with data, which options and limits it has.

mod read;
pub(crate) mod reader;

pub(crate) use read::operators_limits;

use crate::Error;
use crate::limits::Limits;
use crate::words::AudioFormat;
use closare_terms::{Language, PluginName, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manifest {
    pub name: PluginName,
    pub version: String,
    pub about: String,
    /// SPDX.
    pub license: String,
    pub roles: Vec<Role>,
    pub languages: BTreeMap<Role, Vec<Language>>,
    pub network: Vec<OriginRule>,
    pub credentials: BTreeMap<String, Credential>,
    /// Name, and where an operator finds it.
    pub secrets: BTreeMap<String, String>,
    /// `None` only where `network` is empty: data that stays here has no processor.
    pub processing: Option<Processing>,
    /// By name, a JSON Schema with default and description; in the manifest's order.
    pub options: Map<String, Value>,
    pub limits: Limits,
    pub instances: Instances,
    /// What it prefers to hear.
    pub audio: Option<AudioFormat>,
}

/// Where a plugin may talk to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginRule {
    /// Scheme, host and port.
    Origin(String),
    /// The origin of the URL in this option, where it is set.
    Option(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    Header,
    Bearer,
    Basic,
    Query,
    Sigv4,
    GoogleServiceAccount,
    OauthClient,
}

/// How the host proves who the operator is, as bytes leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    pub kind: CredentialKind,
    /// The header's or the query parameter's.
    pub name: Option<String>,
    /// With `{{secret:NAME}}`.
    pub value: Option<String>,
    /// Secrets are filled into a socket's first message too.
    pub in_first_message: bool,
    /// What other kinds need: `service` and `region`, `scopes`; of `oauth_client` all its keys, checked.
    pub more: BTreeMap<String, String>,
}

/// What a policy sees when it decides `send`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Processing {
    facts: Facts,
    /// Other facts, where the options have these values.
    or: Vec<(BTreeMap<String, String>, Facts)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    pub region: String,
    pub trains_on_data: String,
    pub retention: String,
    pub contract: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instances {
    PerSession,
    /// One for each model thread, which holds the sessions of many calls.
    Shared,
}

impl Manifest {
    /// # Errors
    /// [`Error::Read`], or [`Error::Manifest`] with every problem.
    pub fn load(path: &Path) -> Result<Manifest, Error> {
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Manifest::parse(&text).map_err(|problems| Error::Manifest { path: path.to_owned(), problems })
    }

    /// # Errors
    /// Every problem, each as a sentence that begins with the key.
    pub fn parse(text: &str) -> Result<Manifest, Vec<String>> {
        read::manifest(text)
    }

    /// Where a session with these options may talk to. An option that isn't given has its default.
    pub fn origins(&self, options: &Value) -> Vec<String> {
        let default = |name: &String| self.options.get(name)?.get("default");
        let of_rule = |rule: &OriginRule| match rule {
            OriginRule::Origin(origin) => Some(origin.clone()),
            OriginRule::Option(name) => {
                options.get(name).or_else(|| default(name)).and_then(Value::as_str).and_then(read::origin)
            }
        };
        self.network.iter().filter_map(of_rule).collect()
    }

    /// Where any session may talk to, whatever its options.
    pub fn fixed_origins(&self) -> Vec<String> {
        let of_rule = |rule: &OriginRule| match rule {
            OriginRule::Origin(origin) => Some(origin.clone()),
            OriginRule::Option(_) => None,
        };
        self.network.iter().filter_map(of_rule).collect()
    }
}

impl Facts {
    /// Whether the vendor may learn from what it is sent: anything but a plain no is a yes.
    pub fn trains(&self) -> bool {
        let word = self.trains_on_data.trim().to_lowercase();
        word != "no" && !word.starts_with("no,")
    }
}

impl Processing {
    /// The options, by how their values are written, under which the facts are others.
    pub fn others(&self) -> impl Iterator<Item = &BTreeMap<String, String>> {
        self.or.iter().map(|(when, _)| when)
    }

    /// The facts for a session with these options.
    pub fn facts(&self, options: &Value) -> &Facts {
        let holds = |when: &BTreeMap<String, String>| {
            when.iter().all(|(name, value)| options.get(name).and_then(reader::plain).as_ref() == Some(value))
        };
        self.or.iter().find(|(when, _)| holds(when)).map_or(&self.facts, |(_, facts)| facts)
    }
}

//! `closare.yaml`: what the operator sets. Every key has a default that is right for one machine on a desk. A path that is left out is
//! empty here: where a user's data lie is for the command to say.

use closare_call::Basis;
use closare_telephony::own_networks;
use closare_terms::Purpose;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Version of this file's language.
    pub closare: u32,
    /// Database, recordings, keys.
    pub data: PathBuf,
    /// Compiled plugins, rendered phrases, models: what can be made again.
    pub cache: PathBuf,
    /// SIP, on UDP and TCP.
    pub listen: SocketAddr,
    /// The address that peers are told, where it isn't the one that they see.
    pub advertise: Option<IpAddr>,
    /// First and last.
    pub rtp_ports: (u16, u16),
    /// Networks whose peers are answered. By default loopback and this machine's own.
    pub allow: Option<Vec<String>>,
    pub max_calls: usize,
    pub invites_per_second: u32,
    /// 0: one for each two cores.
    pub media_threads: usize,
    /// The called number, or the extension, and the workflow that answers it.
    pub numbers: BTreeMap<String, PathBuf>,
    pub register: Vec<AccountConfig>,
    /// Folders that hold plugins, each in a folder of its own.
    pub plugins: Vec<PathBuf>,
    /// Rhai files over the shipped default: each may only be stricter.
    pub policies: Vec<PathBuf>,
    /// The basis of a purpose, where it isn't consent; the reason stands in the operator's own record.
    pub basis: BTreeMap<Purpose, Basis>,
    /// 30, 90 or 365.
    pub plan_days: u32,
    pub timezone: String,
    /// Secrets of vendors, set by `closare key set`.
    pub keys: Option<PathBuf>,
    /// Origins that may lead to this machine or its own network, such as a speech server in the house.
    pub allow_private: Vec<String>,
    /// Contracts on file, by plugin: a reference that the operator can find again.
    pub contracts: BTreeMap<String, String>,
    /// The API for commands of this machine.
    pub api: SocketAddr,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    pub registrar: String,
    pub user: String,
    pub password: String,
    #[serde(default)]
    pub realm: Option<String>,
    /// Seconds.
    #[serde(default = "expires")]
    pub expires: u32,
}

fn expires() -> u32 {
    300
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("can't read `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}`: {message}", path.display())]
    Parse { path: PathBuf, message: String },
    #[error("`{key}`: expected {expected}, found `{found}`")]
    Value { key: &'static str, expected: &'static str, found: String },
}

impl Default for Config {
    fn default() -> Config {
        Config {
            closare: 1,
            data: PathBuf::new(),
            cache: PathBuf::new(),
            listen: SocketAddr::from(([0, 0, 0, 0], 5060)),
            advertise: None,
            rtp_ports: (20_000, 29_999),
            allow: None,
            max_calls: 100,
            invites_per_second: 50,
            media_threads: 0,
            numbers: BTreeMap::new(),
            register: Vec::new(),
            plugins: Vec::new(),
            policies: Vec::new(),
            basis: closare_policy_basis(),
            plan_days: 30,
            timezone: "UTC".to_owned(),
            keys: None,
            allow_private: Vec::new(),
            contracts: BTreeMap::new(),
            api: SocketAddr::from(([127, 0, 0, 1], 7060)),
        }
    }
}

/// The shipped basis: understanding a call by a vendor and keeping its words is part of the contract with the business; to
/// record, to train and to call back take the caller's consent.
fn closare_policy_basis() -> BTreeMap<Purpose, Basis> {
    BTreeMap::from([(Purpose::Vendor, Basis::Contract), (Purpose::Storage, Basis::Contract)])
}

impl Config {
    /// # Errors
    /// With file, line and column where the file isn't what it should be.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let mut config: Config = serde_yaml::from_str(&text)
            .map_err(|error| ConfigError::Parse { path: path.to_owned(), message: error.to_string() })?;
        config.relative_to(path.parent().unwrap_or(Path::new(".")));
        Ok(config)
    }

    /// Paths in the file are meant from the file's folder.
    fn relative_to(&mut self, folder: &Path) {
        for path in [&mut self.data, &mut self.cache].into_iter().filter(|path| !path.as_os_str().is_empty())
        {
            *path = folder.join(&*path);
        }
        let lists = self
            .plugins
            .iter_mut()
            .chain(&mut self.policies)
            .chain(self.numbers.values_mut())
            .chain(&mut self.keys);
        for path in lists {
            *path = folder.join(&*path);
        }
    }

    /// # Errors
    /// A network that isn't one.
    pub fn telephony(&self) -> Result<closare_telephony::Config, ConfigError> {
        let allow = match &self.allow {
            None => own_networks(),
            Some(networks) => networks
                .iter()
                .map(|text| {
                    text.parse().map_err(|_| ConfigError::Value {
                        key: "allow",
                        expected: "a network such as 10.0.0.0/8",
                        found: text.clone(),
                    })
                })
                .collect::<Result<_, _>>()?,
        };
        let register = self.register.iter().map(|account| closare_telephony::Account {
            registrar: account.registrar.clone(),
            user: account.user.clone(),
            password: account.password.clone(),
            realm: account.realm.clone(),
            expires: account.expires,
        });
        Ok(closare_telephony::Config {
            listen: self.listen,
            advertise: self.advertise,
            rtp_ports: self.rtp_ports.0..=self.rtp_ports.1,
            allow,
            max_calls: self.max_calls,
            invites_per_second: self.invites_per_second,
            register: register.collect(),
            media_threads: self.media_threads,
            ..closare_telephony::Config::default()
        })
    }
}

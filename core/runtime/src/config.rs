//! `closare.yaml`: what the operator sets. Every key has a default that is right for one machine on a desk. A path that is left out is
//! empty here: where a user's data lie is for the command to say.

mod limits;
mod prices;

pub use limits::OriginConfig;

use crate::prices::Prices;
use closare_call::Basis;
use closare_egress::Origin;
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
    /// Calls that a carrier streams over WebSocket.
    pub streams: Option<StreamsConfig>,
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
    pub allow_private: Vec<Origin>,
    /// PEM files with certificates that are trusted beside the machine's own: of a proxy or a server in the house.
    pub certificates: Vec<PathBuf>,
    /// What a plugin may ask of an origin, where a contract with the vendor says so.
    pub origins: BTreeMap<String, OriginConfig>,
    /// What a plugin with an instance per session may take of this machine, where its manifest asks for more; in its words:
    /// `{memory: 16MiB, call: 10ms, outputs: 128}`.
    pub limits: serde_json::Map<String, serde_json::Value>,
    /// What vendors ask for what they count: calls then have a cost.
    pub prices: Prices,
    /// Contracts on file, by plugin: a reference that the operator can find again.
    pub contracts: BTreeMap<String, String>,
    /// Grounds on file for handing data to a vendor outside the EU (GDPR articles 45 and 46), by plugin: an adequacy decision that covers the
    /// vendor, standard contractual clauses.
    pub outside_eu: BTreeMap<String, String>,
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

/// `<Connect><Stream>` of Twilio, and of those who speak the same.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamsConfig {
    /// Plain HTTP, for a proxy that speaks TLS.
    #[serde(default = "streams_listen")]
    pub listen: SocketAddr,
    /// How carriers reach that proxy: `wss://calls.example.com`. They sign this address.
    pub public: String,
    /// The called number and its stream; each number stands under `numbers`, too.
    pub numbers: BTreeMap<String, StreamConfig>,
    /// Of the carrier, by which calls are ended and handed over.
    #[serde(default = "api")]
    pub carrier_api: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamConfig {
    /// The last part of the stream's address: 16 letters and digits or more that nobody can guess.
    pub token: String,
    /// The carrier account's auth token, by which it signs.
    pub auth_token: String,
}

impl std::fmt::Debug for StreamConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamConfig")
    }
}

fn streams_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8088))
}

fn api() -> String {
    "https://api.twilio.com".to_owned()
}

/// Shorter ones can be guessed.
const TOKEN_MIN: usize = 16;

impl StreamsConfig {
    fn telephony(&self) -> Result<closare_telephony::StreamConfig, ConfigError> {
        if !(self.public.starts_with("wss://") || self.public.starts_with("ws://")) {
            let found = self.public.clone();
            let expected = "an address such as wss://calls.example.com";
            return Err(ConfigError::Value { key: "streams.public", expected, found });
        }
        let lines = self.numbers.iter().map(|(number, stream)| {
            let good =
                stream.token.len() >= TOKEN_MIN && stream.token.chars().all(|c| c.is_ascii_alphanumeric());
            if !good {
                let expected = "a token of 16 letters and digits or more";
                let found = format!("one of {} characters for {number}", stream.token.chars().count());
                return Err(ConfigError::Value { key: "streams.numbers", expected, found });
            }
            Ok(closare_telephony::StreamLine {
                number: number.clone(),
                token: stream.token.clone(),
                auth_token: stream.auth_token.clone(),
            })
        });
        let lines = lines.collect::<Result<_, _>>()?;
        Ok(closare_telephony::StreamConfig { listen: self.listen, public: self.public.clone(), lines })
    }

    /// The name under which a number's auth token stands in the book of secrets.
    pub fn secret(number: &str) -> String {
        format!("STREAM_{number}")
    }
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
    /// Each a sentence that begins with the key.
    #[error("{}", .0.join("; "))]
    Limits(Vec<String>),
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
            streams: None,
            plugins: Vec::new(),
            policies: Vec::new(),
            basis: closare_policy_basis(),
            plan_days: 30,
            timezone: "UTC".to_owned(),
            keys: None,
            allow_private: Vec::new(),
            certificates: Vec::new(),
            origins: BTreeMap::new(),
            limits: serde_json::Map::new(),
            prices: Prices::default(),
            contracts: BTreeMap::new(),
            outside_eu: BTreeMap::new(),
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
            .chain(&mut self.certificates)
            .chain(self.numbers.values_mut())
            .chain(&mut self.keys);
        for path in lists {
            *path = folder.join(&*path);
        }
    }

    /// Where vendors' keys are kept.
    pub fn key_book(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data.join("keys.json"))
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
            streams: self.streams.as_ref().map(StreamsConfig::telephony).transpose()?,
            media_threads: self.media_threads,
            ..closare_telephony::Config::default()
        })
    }
}

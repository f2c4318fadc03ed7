//! What plugins may take: of this machine, and of a vendor.

use super::{Config, ConfigError};
use closare_egress::{Limits, Origin};
use closare_host::HostConfig;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

/// What the contract with a vendor allows. What isn't set is as for any other origin.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OriginConfig {
    /// Requests and sockets of one plugin at the same time.
    pub open: Option<NonZeroUsize>,
    /// Requests of one plugin, and sockets that it opens.
    pub per_second: Option<NonZeroU32>,
    /// How long one waits for its turn before the next of the chain is asked.
    pub wait_ms: Option<u64>,
    /// So many failures in a row, of all plugins, and it is taken to be down; 0 is never.
    pub failures: Option<usize>,
    /// From then to the next try.
    pub pause_ms: Option<u64>,
}

impl OriginConfig {
    fn limits(self) -> Limits {
        let mut limits = Limits::default();
        let (load, breaker) = (&mut limits.load, &mut limits.breaker);
        load.open = self.open.map_or(load.open, NonZeroUsize::get);
        load.per_second = self.per_second.map_or(load.per_second, NonZeroU32::get);
        load.wait = self.wait_ms.map_or(load.wait, Duration::from_millis);
        breaker.failures = self.failures.unwrap_or(breaker.failures);
        breaker.pause = self.pause_ms.map_or(breaker.pause, Duration::from_millis);
        limits
    }
}

impl Config {
    /// How plugins are run.
    ///
    /// # Errors
    /// [`ConfigError::Limits`]
    pub fn host(&self) -> Result<HostConfig, ConfigError> {
        let host = HostConfig::new(self.cache.join("compiled"));
        if self.limits.is_empty() {
            return Ok(host);
        }
        let limits = closare_host::Limits::read(&self.limits).map_err(ConfigError::Limits)?;
        Ok(HostConfig { limits: Some(limits), ..host })
    }

    /// What may be asked of each origin that the operator named.
    ///
    /// # Errors
    /// One that is none, or that is named twice.
    pub fn limits_of_origins(&self) -> Result<BTreeMap<Origin, Limits>, ConfigError> {
        let mut all = BTreeMap::new();
        for (name, config) in &self.origins {
            let wrong = |expected| ConfigError::Value { key: "origins", expected, found: name.clone() };
            let origin = Origin::of(name).map_err(|_| wrong("an origin such as https://api.example.com"))?;
            if all.insert(origin, config.limits()).is_some() {
                return Err(wrong("each origin once, wss:// being https://"));
            }
        }
        Ok(all)
    }
}

//! Joins a leg, the call machine, the host, egress, policy and the store: one task for each call.
//!
//! [`Runtime::start`] loads plugins and policies, publishes the workflows that the configuration names, opens the store and
//! the telephone; [`Runtime::serve`] takes calls. What happens to a call is decided by the machine in `closare-call`; here it
//! is carried out.

mod agents;
mod begin;
mod call_log;
mod call_task;
mod carrier;
mod catalog;
mod clock;
mod config;
mod ears;
mod error;
mod failure;
mod live;
mod meters;
mod minds;
mod phrases;
mod plugged;
mod plugins;
mod prices;
mod publish;
mod runtime;
pub mod sound;
mod tally;
mod tell;
mod told;
mod unfinished;
mod voices;
mod waiting;
mod warm;

pub use agents::{Agent, Agents};

pub use catalog::catalog;
pub use config::{AccountConfig, Config, ConfigError, OriginConfig, StreamConfig, StreamsConfig};
pub use error::Error;
pub use live::{Live, LiveCalls};
pub use meters::Metered;
pub use phrases::{Phrases, Rendered};
pub use plugged::grant;
pub use plugins::Plugins;
pub use prices::{Price, Prices, Tariff};
pub use publish::{PublishError, Published};
pub use runtime::{Runtime, Starting, egress, policies};

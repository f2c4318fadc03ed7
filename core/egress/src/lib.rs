//! The one door out: carries out what plugin sessions ask of the network.
//!
//! A session hands in [`NetEffect`](closare_terms::network::NetEffect)s and is told what came of them. Which
//! hosts it may reach stands in its [`Grant`]; where a name leads is checked after it was resolved; a secret is
//! filled in as the bytes leave, and only towards the origins that the operator named. This crate doesn't know
//! what a vendor is, nor what the bytes mean.
//!
//! What is decided stands in files that do no I/O and take the time as an argument: `gate` (may it go there),
//! `retry` (is it asked again), `breaker` (is the origin down), `rate` (is it too much), `oauth` (is a
//! token still good).

mod attempts;
mod breaker;
mod clients;
mod credentials;
mod egress;
mod error;
mod exchange;
mod gate;
mod http;
mod lane;
mod limits;
mod meter;
mod oauth;
mod origin;
mod prepared;
mod rate;
mod retry;
mod secrets;
mod session;
mod socket;
mod ticket;
mod tokens;
mod trouble;
mod wakes;

pub use breaker::BreakerLimits;
pub use clients::Root;
pub use credentials::{Credential, Grant};
pub use egress::{Egress, EgressConfig, EgressOptions};
pub use error::Error;
pub use gate::is_public;
pub use limits::Limits;
pub use meter::{Failures, Metered};
pub use oauth::OauthClient;
pub use origin::Origin;
pub use rate::LoadLimits;
pub use retry::RetryLimits;
pub use secrets::SecretBook;
pub use session::NetSession;

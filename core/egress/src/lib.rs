//! The one door out: carries out what plugin sessions ask of the network.
//!
//! A session hands in [`NetEffect`](closare_terms::network::NetEffect)s and is told what came of them. Which
//! hosts it may reach stands in its [`Grant`]; where a name leads is checked after it was resolved; a secret is
//! filled in as the bytes leave, and only towards the origins that the operator named. This crate doesn't know
//! what a vendor is, nor what the bytes mean.

mod credentials;
mod egress;
mod error;
mod gate;
mod http;
mod meter;
mod origin;
mod secrets;
mod session;
mod socket;
mod ticket;
mod trouble;

pub use credentials::{Credential, Grant};
pub use egress::{Egress, EgressConfig, Limits};
pub use error::Error;
pub use gate::is_public;
pub use meter::Metered;
pub use origin::Origin;
pub use secrets::SecretBook;
pub use session::NetSession;

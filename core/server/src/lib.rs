//! The local API of a running engine: what the other commands of the same machine ask of it.
//!
//! It listens on loopback only, and answers who holds the token that lies in the data folder, readable by its owner alone:
//! [`Access`] is that file. [`Server::start`] opens it; dropping the server closes it.

mod access;
mod error;
mod events;
mod routes;
mod server;

pub use access::Access;
pub use error::Error;
pub use events::told;
pub use routes::{AgentState, Health, LiveCall, Stopped};
pub use server::Server;

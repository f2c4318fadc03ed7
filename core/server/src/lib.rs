//! The local API of a running engine: what the other commands of the same machine ask of it, and the live page.
//!
//! It listens on loopback only. Commands show the token that lies in the data folder, readable by its owner alone: [`Access`]
//! is that file. A browser gets in by a link that opens once ([`Server::page`]) and from then on shows a cookie, which opens the
//! page and nothing else. [`Server::start`] opens it all; dropping the server closes it.

mod access;
mod door;
mod error;
mod events;
mod page;
mod routes;
mod server;

pub use access::Access;
pub use error::Error;
pub use events::told;
pub use page::{Calls, Meters};
pub use routes::{AgentState, Health, Link, LiveCall, Stopped};
pub use server::Server;

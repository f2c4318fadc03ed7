//! The versions of the contract that this host speaks. One file a version; each translates its words into `crate::words`
//! at the door, once, so that the rest of the host knows one vocabulary.

pub(crate) mod v0_1;

/// The newest, which a plugin should be built for.
pub(crate) const VERSION: &str = "0.1.0";

/// The package that the contract's interfaces are in.
pub(crate) const PACKAGE: &str = "closare:plugin";

//! The tables' shapes, as sea-orm reads and writes them. What is done with them stands elsewhere.

pub(crate) mod call;
pub(crate) mod consent;
pub(crate) mod content;
pub(crate) mod extraction;
pub(crate) mod latency;
pub(crate) mod log;
pub(crate) mod plugin_use;
pub(crate) mod recording;
pub(crate) mod summary;
pub(crate) mod tenants;
pub(crate) mod turn;
pub(crate) mod usage;
pub(crate) mod verdict;

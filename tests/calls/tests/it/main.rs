//! Whole calls: the engine in this process, real SIP clients as its callers, real sound on the line.

mod consent;
mod desk;
mod house;
mod refusals;
mod versions;
mod wire;
mod workflows;

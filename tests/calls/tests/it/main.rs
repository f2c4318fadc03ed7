//! Whole calls: the engine in this process, real SIP clients as its callers, real sound on the line.

mod house;
mod refusals;
mod workflows;

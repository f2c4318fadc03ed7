//! Whole calls: the engine in this process, real SIP clients as its callers, real sound on the line.

mod chains;
mod commands;
mod consents;
mod dialogue;
mod far_ahead;
mod faults;
#[cfg(target_os = "linux")]
mod hostile;
mod house;
mod killed;
mod many;
mod refusals;
mod robust;
mod spoken;
mod streamed;
mod trunk;
mod versions;
mod wire;
mod workflows;

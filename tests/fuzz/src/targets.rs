//! The targets, a file each.

mod audio;
mod call;
mod digest;
mod events;
#[cfg(feature = "host")]
mod manifest;
mod rtcp;
mod rtp;
mod sdp;
mod sip;
mod slots;
mod stream;
mod workflow;

use crate::Target;

/// Every target, by name.
pub const ALL: &[Target] = &[
    audio::TARGET,
    call::TARGET,
    digest::TARGET,
    events::TARGET,
    #[cfg(feature = "host")]
    manifest::TARGET,
    rtcp::TARGET,
    rtp::TARGET,
    sdp::TARGET,
    sip::TARGET,
    slots::TARGET,
    stream::TARGET,
    workflow::TARGET,
];

pub fn find(name: &str) -> Option<&'static Target> {
    ALL.iter().find(|target| target.name == name)
}

//! Numbers that an operator watches; what a peer does wrong is counted here and hardly ever logged.

use std::sync::atomic::{AtomicU64, Ordering};

/// A look at the counters; each only grows, but `calls`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls that are up or ring.
    pub calls: u64,
    pub invites: u64,
    /// Datagrams that aren't SIP, requests that break its rules, streams that begin with something else than their start, and
    /// connections for streams that asked for nothing in time.
    pub bad_messages: u64,
    /// Datagrams and connections from addresses that aren't allowed; requests for streams that aren't signed, and connections for
    /// streams while too many wait to be let in.
    pub not_allowed: u64,
    /// INVITEs over the rate.
    pub over_rate: u64,
    /// INVITEs when all lines were taken.
    pub over_calls: u64,
    /// INVITEs without audio that we speak.
    pub no_codec: u64,
    /// RTP datagrams that aren't RTP, or come from elsewhere than the call's peer.
    pub bad_packets: u64,
    /// Events that a full queue lost: the call's task is too slow.
    pub lost_events: u64,
    /// Frames that left more than 2 ms late.
    pub late_frames: u64,
    pub dead_calls: u64,
}

macro_rules! tallies {
    ($($name:ident),*) => {
        /// The counters themselves, shared by all threads.
        #[derive(Debug, Default)]
        pub(crate) struct Tally { $(pub $name: Count),* }

        impl Tally {
            pub fn look(&self) -> Counters {
                Counters { $($name: self.$name.get()),* }
            }
        }
    };
}

tallies!(
    calls,
    invites,
    bad_messages,
    not_allowed,
    over_rate,
    over_calls,
    no_codec,
    bad_packets,
    lost_events,
    late_frames,
    dead_calls
);

#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub fn more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn less(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

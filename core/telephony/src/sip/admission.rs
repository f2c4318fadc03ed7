//! Who may talk to us, and how many calls we take: decided before anything is queued. Pure: the time is handed in.

use ipnet::IpNet;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub struct Admission {
    allow: Vec<IpNet>,
    /// Registrars, and the like: allowed by what we did ourselves.
    invited: Vec<IpAddr>,
    max_calls: usize,
    invites_per_second: usize,
    /// Of the last second.
    recent: VecDeque<Instant>,
}

/// What becomes of a new call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Welcome,
    /// 503, and try again after so many seconds.
    OverRate {
        retry_after: u32,
    },
    OverCalls {
        retry_after: u32,
    },
}

impl Admission {
    pub fn new(allow: Vec<IpNet>, max_calls: usize, invites_per_second: u32) -> Admission {
        Admission {
            allow,
            invited: Vec::new(),
            max_calls,
            invites_per_second: invites_per_second as usize,
            recent: VecDeque::new(),
        }
    }

    pub fn is_allowed(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.allow.iter().any(|network| network.contains(&peer)) || self.invited.contains(&peer)
    }

    pub fn invite(&mut self, peer: IpAddr) {
        let peer = peer.to_canonical();
        if !self.invited.contains(&peer) {
            self.invited.push(peer);
        }
    }

    /// A refused INVITE counts towards the rate too: a flood doesn't get in by waiting a second.
    pub fn new_call(&mut self, at: Instant, calls: usize) -> Verdict {
        while self.recent.front().is_some_and(|first| at.saturating_duration_since(*first) >= SECOND) {
            self.recent.pop_front();
        }
        if self.recent.len() >= self.invites_per_second {
            return Verdict::OverRate { retry_after: 1 };
        }
        self.recent.push_back(at);
        if calls >= self.max_calls {
            return Verdict::OverCalls { retry_after: LINE_FREE_AFTER };
        }
        Verdict::Welcome
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// About when one of many calls may have ended; carriers send the call elsewhere meanwhile.
const LINE_FREE_AFTER: u32 = 10;

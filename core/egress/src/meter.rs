//! How much each plugin used the network, by origin, since the start.

use crate::Origin;
use closare_terms::PluginName;
use closare_terms::network::Trouble;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Bytes are those of bodies and messages, without headers and framing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metered {
    pub requests: u64,
    pub sockets: u64,
    /// How often one of these was asked again.
    pub retries: u64,
    /// Of requests and sockets, how many got an answer of any status.
    pub answers: u64,
    /// Of the answers, those of status 4xx.
    pub client_errors: u64,
    /// Of the answers, those of status 5xx.
    pub server_errors: u64,
    pub bytes_out: u64,
    pub bytes_in: u64,
    pub failures: Failures,
    /// From asking to the head of the answer, turns waited for and attempts that failed included. Of all answers.
    pub latency_sum: Duration,
    pub latency_max: Duration,
}

/// What ended without an answer, or in the middle of one, by its trouble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    pub dns: u64,
    pub connect: u64,
    pub tls: u64,
    pub time_out: u64,
    pub reset: u64,
    pub stalled: u64,
    pub not_allowed: u64,
    pub too_large: u64,
    pub overloaded: u64,
}

impl Failures {
    pub fn total(&self) -> u64 {
        let Failures { dns, connect, tls, time_out, reset, stalled, not_allowed, too_large, overloaded } =
            *self;
        dns + connect + tls + time_out + reset + stalled + not_allowed + too_large + overloaded
    }

    pub fn of(&self, trouble: Trouble) -> u64 {
        // A copy, so that there is one table.
        let mut copy = *self;
        *copy.slot(trouble)
    }

    fn slot(&mut self, trouble: Trouble) -> &mut u64 {
        match trouble {
            Trouble::Dns => &mut self.dns,
            Trouble::Connect => &mut self.connect,
            Trouble::Tls => &mut self.tls,
            Trouble::TimeOut => &mut self.time_out,
            Trouble::Reset => &mut self.reset,
            Trouble::Stalled => &mut self.stalled,
            Trouble::NotAllowed => &mut self.not_allowed,
            Trouble::TooLarge => &mut self.too_large,
            Trouble::Overloaded => &mut self.overloaded,
        }
    }
}

impl Metered {
    fn add(&mut self, other: &Metered) {
        self.requests += other.requests;
        self.sockets += other.sockets;
        self.retries += other.retries;
        self.answers += other.answers;
        self.client_errors += other.client_errors;
        self.server_errors += other.server_errors;
        self.bytes_out += other.bytes_out;
        self.bytes_in += other.bytes_in;
        for trouble in TROUBLES {
            *self.failures.slot(trouble) += other.failures.of(trouble);
        }
        self.latency_sum += other.latency_sum;
        self.latency_max = self.latency_max.max(other.latency_max);
    }
}

const TROUBLES: [Trouble; 9] = [
    Trouble::Dns,
    Trouble::Connect,
    Trouble::Tls,
    Trouble::TimeOut,
    Trouble::Reset,
    Trouble::Stalled,
    Trouble::NotAllowed,
    Trouble::TooLarge,
    Trouble::Overloaded,
];

/// What a plugin was refused before it came to an origin stands under no origin.
#[derive(Default)]
pub(crate) struct Meter {
    ways: Mutex<BTreeMap<(PluginName, Option<Origin>), Arc<Counts>>>,
}

impl Meter {
    pub fn counts(&self, plugin: &PluginName, origin: Option<&Origin>) -> Arc<Counts> {
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        ways.entry((plugin.clone(), origin.cloned())).or_default().clone()
    }

    pub fn by_plugin(&self) -> BTreeMap<PluginName, Metered> {
        let mut sums: BTreeMap<PluginName, Metered> = BTreeMap::new();
        for ((plugin, _), counts) in &*self.ways.lock().unwrap_or_else(PoisonError::into_inner) {
            sums.entry(plugin.clone()).or_default().add(&counts.read());
        }
        sums
    }

    pub fn by_origin(&self) -> BTreeMap<(PluginName, Origin), Metered> {
        let ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |(plugin, origin): &(PluginName, Option<Origin>), counts: &Counts| {
            Some(((plugin.clone(), origin.clone()?), counts.read()))
        };
        ways.iter().filter_map(|(way, counts)| of(way, counts)).collect()
    }
}

#[derive(Default)]
pub(crate) struct Counts(Mutex<Metered>);

impl Counts {
    pub fn request(&self) {
        self.change(|metered| metered.requests += 1);
    }

    pub fn socket(&self) {
        self.change(|metered| metered.sockets += 1);
    }

    pub fn retry(&self) {
        self.change(|metered| metered.retries += 1);
    }

    pub fn answer(&self, status: u16, latency: Duration) {
        self.change(|metered| {
            metered.answers += 1;
            match status {
                400..=499 => metered.client_errors += 1,
                500.. => metered.server_errors += 1,
                _ => {}
            }
            metered.latency_sum += latency;
            metered.latency_max = metered.latency_max.max(latency);
        });
    }

    pub fn sent(&self, bytes: usize) {
        self.change(|metered| metered.bytes_out += bytes as u64);
    }

    pub fn got(&self, bytes: usize) {
        self.change(|metered| metered.bytes_in += bytes as u64);
    }

    pub fn failure(&self, trouble: Trouble) {
        self.change(|metered| *metered.failures.slot(trouble) += 1);
    }

    fn read(&self) -> Metered {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Metered)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_the_sum_of_its_origins() {
        let meter = Meter::default();
        let (plugin, a) = (PluginName::from("p"), Origin::of("https://a.example").unwrap());
        let b = Origin::of("https://b.example").unwrap();
        let (at_a, at_b) = (meter.counts(&plugin, Some(&a)), meter.counts(&plugin, Some(&b)));
        at_a.request();
        at_a.answer(503, Duration::from_millis(30));
        at_b.socket();
        at_b.answer(429, Duration::from_millis(20));
        at_b.failure(Trouble::Stalled);
        meter.counts(&plugin, None).failure(Trouble::NotAllowed);

        let whole = meter.by_plugin()[&plugin];
        assert_eq!((whole.requests, whole.sockets, whole.answers), (1, 1, 2));
        assert_eq!((whole.client_errors, whole.server_errors), (1, 1));
        assert_eq!((whole.failures.total(), whole.failures.stalled, whole.failures.not_allowed), (2, 1, 1));
        assert_eq!((whole.latency_sum.as_millis(), whole.latency_max.as_millis()), (50, 30));
        let by_origin = meter.by_origin();
        assert_eq!(by_origin.len(), 2);
        assert_eq!(by_origin[&(plugin, b)].failures.total(), 1);
    }

    #[test]
    fn every_trouble_has_its_count() {
        let counts = Counts::default();
        for trouble in TROUBLES {
            counts.failure(trouble);
            assert_eq!(counts.read().failures.of(trouble), 1, "{trouble:?}");
        }
        assert_eq!(counts.read().failures.total(), 9);
    }
}

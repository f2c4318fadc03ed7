//! How much each plugin used the network, for who watches.

use crate::runtime::Runtime;
use closare_egress::{Failures, Metered as Counted, Origin};
use closare_terms::PluginName;
use serde::Serialize;
use std::collections::BTreeMap;

/// A plugin's use of an origin, since the start. Bytes are those of bodies and messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metered {
    pub plugin: String,
    pub origin: String,
    pub requests: u64,
    pub sockets: u64,
    /// How often one of these was asked again.
    pub retries: u64,
    /// Of requests and sockets, how many got an answer of any status.
    pub answers: u64,
    /// Of the answers, those of status 4xx and 5xx.
    pub client_errors: u64,
    pub server_errors: u64,
    /// What ended without an answer, or in the middle of one, by its trouble; none that never came up.
    pub failures: BTreeMap<&'static str, u64>,
    pub bytes_out: u64,
    pub bytes_in: u64,
    /// From asking to the head of the answer, of all answers; `None` where there is none.
    pub latency_ms_mean: Option<u64>,
    pub latency_ms_max: Option<u64>,
}

impl Runtime {
    pub fn meters(&self) -> Vec<Metered> {
        self.egress
            .meter_by_origin()
            .iter()
            .map(|((plugin, origin), counted)| metered(plugin, origin, counted))
            .collect()
    }
}

fn metered(plugin: &PluginName, origin: &Origin, counted: &Counted) -> Metered {
    let mean = counted.latency_sum.as_millis().checked_div(u128::from(counted.answers));
    let whole = |millis: u128| u64::try_from(millis).unwrap_or(u64::MAX);
    Metered {
        plugin: plugin.to_string(),
        origin: origin.to_string(),
        requests: counted.requests,
        sockets: counted.sockets,
        retries: counted.retries,
        answers: counted.answers,
        client_errors: counted.client_errors,
        server_errors: counted.server_errors,
        failures: failures(counted.failures),
        bytes_out: counted.bytes_out,
        bytes_in: counted.bytes_in,
        latency_ms_mean: mean.map(whole),
        latency_ms_max: mean.map(|_| whole(counted.latency_max.as_millis())),
    }
}

fn failures(all: Failures) -> BTreeMap<&'static str, u64> {
    let Failures { dns, connect, tls, time_out, reset, stalled, not_allowed, too_large, overloaded } = all;
    let named = [
        ("dns", dns),
        ("connect", connect),
        ("tls", tls),
        ("time_out", time_out),
        ("reset", reset),
        ("stalled", stalled),
        ("not_allowed", not_allowed),
        ("too_large", too_large),
        ("overloaded", overloaded),
    ];
    named.into_iter().filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_mean_is_of_what_was_answered() {
        let origin = Origin::of("https://api.example.com").unwrap();
        let counted = Counted {
            requests: 3,
            answers: 2,
            failures: Failures { stalled: 1, ..Failures::default() },
            latency_sum: Duration::from_millis(70),
            latency_max: Duration::from_millis(45),
            ..Counted::default()
        };
        let told = metered(&"p".into(), &origin, &counted);
        assert_eq!((told.latency_ms_mean, told.latency_ms_max), (Some(35), Some(45)));
        assert_eq!(told.failures, BTreeMap::from([("stalled", 1)]));
        let none = metered(&"p".into(), &origin, &Counted { requests: 1, ..Counted::default() });
        assert_eq!((none.latency_ms_mean, none.latency_ms_max, none.failures.len()), (None, None, 0));
    }
}

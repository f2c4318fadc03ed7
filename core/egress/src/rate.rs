//! How much one plugin may ask of one origin. The rate is kept by the generic cell rate algorithm (ITU-T I.371): one
//! instant is all that it remembers. Time is an argument.

use std::time::Duration;
use tokio::time::Instant;

/// The defaults bound what a runaway plugin does to a vendor's account; an operator sets those of his contract.
#[derive(Clone, Debug)]
pub struct LoadLimits {
    /// Requests and sockets at the same time.
    pub open: usize,
    /// Requests and openings of sockets; as many at once after a quiet second. At least 1.
    pub per_second: u32,
    /// How long one waits for its turn before it fails as overloaded.
    pub wait: Duration,
}

impl Default for LoadLimits {
    fn default() -> LoadLimits {
        LoadLimits {
            open: 1024,
            per_second: 200,
            // Longer than a burst, shorter than a caller's patience: then the next of the chain is asked.
            wait: Duration::from_secs(1),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Rate {
    /// When all that was let through would have been, one at a time.
    even: Option<Instant>,
}

impl Rate {
    /// Takes a turn; gives how long to wait for it. `None` takes none: it would be longer than `longest`.
    pub fn take(&mut self, now: Instant, per_second: u32, longest: Duration) -> Option<Duration> {
        let per_second = per_second.max(1);
        let apart = Duration::from_secs(1) / per_second;
        let even = self.even.map_or(now, |even| even.max(now));
        let wait = (even - now).saturating_sub(apart * (per_second - 1));
        if wait > longest {
            return None;
        }
        self.even = Some(even + apart);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_evenly() {
        let (mut rate, now) = (Rate::default(), Instant::now());
        let mut take = |after| rate.take(now + ms(after), 4, ms(500));
        assert_eq!([(); 4].map(|()| take(0)), [Some(ms(0)); 4]);
        assert_eq!([take(0), take(0), take(0)], [Some(ms(250)), Some(ms(500)), None]);
        assert_eq!(take(100), None, "650 ms is too long, and what is refused takes no turn");
        assert_eq!(take(300), Some(ms(450)));
        assert_eq!(take(5_000), Some(ms(0)));
    }

    proptest! {
        #[test]
        fn no_second_has_more_than_a_burst_and_the_rate(
            gaps in prop::collection::vec(0_u64..300, 1..200),
            per_second in 1_u32..20,
        ) {
            let (mut rate, start, mut at) = (Rate::default(), Instant::now(), 0);
            let mut turns = vec![];
            for gap in gaps {
                at += gap;
                let now = start + ms(at);
                turns.extend(rate.take(now, per_second, ms(700)).map(|wait| now + wait));
            }
            for (n, &turn) in turns.iter().enumerate() {
                let within = turns[n..].iter().take_while(|&&other| other < turn + ms(1000)).count();
                prop_assert!(within <= 2 * per_second as usize, "{within}");
            }
            prop_assert!(turns.is_sorted());
        }
    }
}

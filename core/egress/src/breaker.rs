//! Takes an origin to be down after some failures in a row, so that calls go to the next of their chain without
//! waiting for it. After a pause one probe goes through; how it ends decides. Time is an argument.

use closare_terms::network::Trouble;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// When an origin is taken to be down. A failure is no name, no connection, no TLS, no answer, or a status of 5xx.
#[derive(Clone, Debug)]
pub struct BreakerLimits {
    /// So many in a row, with no other answer between them; 0 turns it off.
    pub failures: usize,
    /// All of them within this.
    pub window: Duration,
    /// From opening to the probe.
    pub pause: Duration,
}

impl Default for BreakerLimits {
    fn default() -> BreakerLimits {
        BreakerLimits {
            failures: 5,
            window: Duration::from_secs(30),
            // A vendor's restart takes about this long; a probe costs one call a fallback.
            pause: Duration::from_secs(10),
        }
    }
}

/// What an attempt says of its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Up,
    Down,
    /// It was cancelled, or failed for a reason of ours.
    Unknown,
}

impl Verdict {
    pub fn of_status(status: u16) -> Verdict {
        if status >= 500 { Verdict::Down } else { Verdict::Up }
    }

    /// `gave` is how long the vendor had: a plugin with a short time limit must not shut an origin for all others.
    pub fn of_trouble(trouble: Trouble, gave: Duration, enough: Duration) -> Verdict {
        match trouble {
            Trouble::Dns | Trouble::Connect | Trouble::Tls | Trouble::Reset => Verdict::Down,
            Trouble::TimeOut if gave >= enough => Verdict::Down,
            Trouble::TimeOut | Trouble::Stalled => Verdict::Unknown,
            Trouble::NotAllowed | Trouble::TooLarge | Trouble::Overloaded => Verdict::Unknown,
        }
    }
}

/// Proof that an attempt may be made; goes back with its verdict.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    is_probe: bool,
}

/// What an operator wants to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Opened,
    Closed,
}

#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: State,
}

#[derive(Debug)]
enum State {
    /// The last failures in a row.
    Closed {
        failures: VecDeque<Instant>,
    },
    Open {
        until: Instant,
    },
    HalfOpen {
        probing: bool,
    },
}

impl Default for State {
    fn default() -> State {
        State::Closed { failures: VecDeque::new() }
    }
}

impl Breaker {
    /// Whether an attempt would be refused.
    pub fn is_open(&self, now: Instant) -> bool {
        match self.state {
            State::Closed { .. } => false,
            State::Open { until } => now < until,
            State::HalfOpen { probing } => probing,
        }
    }

    /// `None` while the origin is taken to be down.
    pub fn admit(&mut self, now: Instant) -> Option<Admitted> {
        if self.is_open(now) {
            return None;
        }
        let is_probe = !matches!(self.state, State::Closed { .. });
        if is_probe {
            self.state = State::HalfOpen { probing: true };
        }
        Some(Admitted { is_probe })
    }

    /// Hears how an attempt ended. While half-open only the probe counts; what was asked before tells of the past.
    pub fn settle(
        &mut self,
        admitted: Admitted,
        verdict: Verdict,
        now: Instant,
        limits: &BreakerLimits,
    ) -> Option<Change> {
        match (&mut self.state, verdict) {
            (State::Closed { .. }, _) if admitted.is_probe => None,
            (State::Closed { failures }, Verdict::Up) => {
                failures.clear();
                None
            }
            (State::Closed { failures }, Verdict::Down) => {
                failures.push_back(now);
                failures.retain(|&at| now.duration_since(at) <= limits.window);
                let opens = limits.failures > 0 && failures.len() >= limits.failures;
                opens.then(|| self.open(now, limits))
            }
            (State::HalfOpen { .. }, Verdict::Up) if admitted.is_probe => {
                self.state = State::default();
                Some(Change::Closed)
            }
            (State::HalfOpen { .. }, Verdict::Down) if admitted.is_probe => Some(self.open(now, limits)),
            (State::HalfOpen { probing }, Verdict::Unknown) if admitted.is_probe => {
                *probing = false;
                None
            }
            (State::Closed { .. } | State::Open { .. } | State::HalfOpen { .. }, _) => None,
        }
    }

    fn open(&mut self, now: Instant, limits: &BreakerLimits) -> Change {
        self.state = State::Open { until: now + limits.pause };
        Change::Opened
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A breaker with a clock: three failures in ten seconds open it for five.
    struct Bench {
        breaker: Breaker,
        start: Instant,
    }

    fn limits() -> BreakerLimits {
        let seconds = Duration::from_secs;
        BreakerLimits { failures: 3, window: seconds(10), pause: seconds(5) }
    }

    impl Bench {
        fn new() -> Bench {
            Bench { breaker: Breaker::default(), start: Instant::now() }
        }

        fn at(&self, second: u64) -> Instant {
            self.start + Duration::from_secs(second)
        }

        fn admit(&mut self, second: u64) -> Option<Admitted> {
            self.breaker.admit(self.at(second))
        }

        fn settle(&mut self, second: u64, admitted: Admitted, verdict: Verdict) -> Option<Change> {
            self.breaker.settle(admitted, verdict, self.at(second), &limits())
        }

        fn run(&mut self, second: u64, verdict: Verdict) -> Option<Change> {
            let admitted = self.admit(second).expect("admitted");
            self.settle(second, admitted, verdict)
        }

        fn opened() -> Bench {
            let mut bench = Bench::new();
            assert_eq!(
                [0, 1, 2].map(|second| bench.run(second, Verdict::Down)),
                [None, None, Some(Change::Opened)]
            );
            bench
        }
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_probe_closes_it() {
        let mut bench = Bench::opened();
        assert_eq!(bench.admit(6), None, "open up to the pause's end");
        let probe = bench.admit(7).unwrap();
        assert_eq!(bench.admit(8), None, "one probe at a time");
        assert_eq!(bench.settle(9, probe, Verdict::Up), Some(Change::Closed));
        assert_eq!(bench.run(9, Verdict::Down), None, "it counts from none");
    }

    #[test]
    fn a_probe_that_fails_opens_it_for_another_pause() {
        let mut bench = Bench::opened();
        assert_eq!(bench.run(7, Verdict::Down), Some(Change::Opened));
        assert_eq!(bench.admit(11), None);
        assert!(bench.admit(12).is_some());
    }

    #[test]
    fn a_probe_that_is_cancelled_leaves_its_place_to_the_next() {
        let mut bench = Bench::opened();
        assert_eq!(bench.run(7, Verdict::Unknown), None);
        assert_eq!(bench.run(7, Verdict::Up), Some(Change::Closed));
    }

    #[test]
    fn an_answer_or_time_between_failures_keeps_it_closed() {
        let mut bench = Bench::new();
        for verdict in [Verdict::Down, Verdict::Down, Verdict::Up, Verdict::Down, Verdict::Down] {
            assert_eq!(bench.run(0, verdict), None);
        }
        let mut bench = Bench::new();
        for second in [0, 6, 12, 18, 24] {
            assert_eq!(bench.run(second, Verdict::Down), None, "{second}");
        }
        assert_eq!(bench.run(25, Verdict::Unknown), None);
        assert_eq!(bench.run(26, Verdict::Down), Some(Change::Opened), "18, 24 and 26");
    }

    #[test]
    fn what_was_asked_before_it_opened_tells_nothing() {
        let mut bench = Bench::new();
        let early = [(); 3].map(|()| bench.admit(0).unwrap());
        for second in 0..3 {
            bench.run(second, Verdict::Down);
        }
        let probe = bench.admit(7).unwrap();
        for (admitted, verdict) in early.into_iter().zip([Verdict::Up, Verdict::Down, Verdict::Unknown]) {
            assert_eq!(bench.settle(7, admitted, verdict), None);
            assert_eq!(bench.admit(7), None, "the probe is still out");
        }
        assert_eq!(bench.settle(8, probe, Verdict::Up), Some(Change::Closed));
    }

    #[test]
    fn it_can_be_turned_off() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let limits = BreakerLimits { failures: 0, ..limits() };
        for _ in 0..100 {
            let admitted = breaker.admit(now).unwrap();
            assert_eq!(breaker.settle(admitted, Verdict::Down, now, &limits), None);
        }
    }

    #[test]
    fn a_time_limit_of_the_plugins_own_is_no_evidence() {
        let of = |gave| Verdict::of_trouble(Trouble::TimeOut, Duration::from_secs(gave), limits().pause);
        assert_eq!((of(4), of(5)), (Verdict::Unknown, Verdict::Down));
    }

    proptest! {
        /// Whatever happens, it lets something through again once the pause is over and nothing is out.
        #[test]
        fn it_never_stays_shut(steps in prop::collection::vec((0_u64..4, 0..3_u8), 0..60)) {
            let (mut bench, mut second, mut out) = (Bench::new(), 0, VecDeque::new());
            for (passed, what) in steps {
                second += passed;
                out.extend(bench.admit(second));
                let verdict = [Verdict::Up, Verdict::Down, Verdict::Unknown][usize::from(what)];
                if passed > 0 && let Some(admitted) = out.pop_front() {
                    bench.settle(second, admitted, verdict);
                }
            }
            for admitted in out {
                bench.settle(second, admitted, Verdict::Unknown);
            }
            prop_assert!(bench.admit(second + 5).is_some());
        }
    }
}

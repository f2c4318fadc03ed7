use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// A usual call takes microseconds; one that takes this long would be heard by the others.
pub(crate) const SLOW: Duration = Duration::from_millis(5);
/// So many quick runs in a row show what a plugin is like: ten seconds of a call.
const RUNS: u64 = 256;
/// Each slow run doubles them, up to a million.
const DOUBLINGS: u32 = 12;

/// Whether a plugin's runs have been so quick for so long that they may be done on the thread that has something for them: for a
/// short one, two switches of threads cost more than the run. A plugin that is quick only to be slow then holds such a thread
/// ever more rarely, and never longer than its limit.
#[derive(Default)]
pub(crate) struct Trust {
    quick: AtomicU64,
    slow: AtomicU32,
}

impl Trust {
    pub(crate) fn note(&self, took: Duration) {
        if took > SLOW {
            self.slow.fetch_add(1, Ordering::Relaxed);
            self.quick.store(0, Ordering::Relaxed);
        } else {
            self.quick.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_earned(&self) -> bool {
        let doublings = self.slow.load(Ordering::Relaxed).min(DOUBLINGS);
        self.quick.load(Ordering::Relaxed) >= RUNS << doublings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slow_run_costs_twice_as_many_quick_ones() {
        let trust = Trust::default();
        let quick = |runs: u64| (0..runs).for_each(|_| trust.note(Duration::from_micros(9)));
        quick(RUNS - 1);
        assert!(!trust.is_earned());
        quick(1);
        assert!(trust.is_earned());
        trust.note(2 * SLOW);
        quick(2 * RUNS - 1);
        assert!(!trust.is_earned());
        quick(1);
        assert!(trust.is_earned());
    }
}

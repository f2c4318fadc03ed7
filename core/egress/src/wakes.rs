//! How often a session may wake itself. One that does nothing else would take a core from the calls beside it.

use closare_terms::Millis;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// In a second. A local voice asks to be called again after each piece of a sentence; that is far less.
pub(crate) const WAKES_MAX: u32 = 500;
const SECOND: Duration = Duration::from_secs(1);

pub(crate) struct Wakes(Mutex<Counted>);

struct Counted {
    since: Instant,
    count: u32,
}

impl Wakes {
    pub fn new(now: Instant) -> Wakes {
        Wakes(Mutex::new(Counted { since: now, count: 0 }))
    }

    /// How long it sleeps, and whether it is the first of this second that is over the limit: those wait for the next one.
    pub fn sleep(&self, now: Instant, after: Millis) -> (Duration, bool) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now - counted.since >= SECOND {
            *counted = Counted { since: now, count: 0 };
        }
        counted.count = counted.count.saturating_add(1);
        let (asked, rest) = (Duration::from_millis(after.0), counted.since + SECOND - now);
        let sleep = if counted.count > WAKES_MAX { asked.max(rest) } else { asked };
        (sleep, counted.count == WAKES_MAX + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wakes_too_often_waits_for_the_next_second() {
        let begin = Instant::now();
        let wakes = Wakes::new(begin);
        let at = |ms| begin + Duration::from_millis(ms);
        for _ in 0..WAKES_MAX {
            assert_eq!(wakes.sleep(at(400), Millis(0)), (Duration::ZERO, false));
        }
        assert_eq!(wakes.sleep(at(400), Millis(0)), (Duration::from_millis(600), true));
        assert_eq!(wakes.sleep(at(400), Millis(700)), (Duration::from_millis(700), false));
        assert_eq!(wakes.sleep(at(1_000), Millis(0)), (Duration::ZERO, false));
    }
}

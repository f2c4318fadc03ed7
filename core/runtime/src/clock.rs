//! A call's own clock: milliseconds since its INVITE, and the wall's time at that moment.

use closare_terms::{Millis, UnixMillis};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub epoch: Instant,
    pub wall: UnixMillis,
}

impl Clock {
    pub fn start() -> Clock {
        Clock { epoch: Instant::now(), wall: wall_now() }
    }

    pub fn now(&self) -> Millis {
        Millis(u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    pub fn wall_at(&self, at: Millis) -> UnixMillis {
        self.wall + at
    }

    pub fn instant_at(&self, at: Millis) -> Instant {
        // A wake-up further away than a day is none: the call's limit comes first.
        self.epoch + std::time::Duration::from_millis(at.0.min(86_400_000))
    }
}

pub fn wall_now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

//! Moments in the operator's time zone.

use closare_terms::UnixMillis;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub struct Clock(TimeZone);

impl Clock {
    /// UTC where the zone doesn't exist: `closare config check` says so.
    pub fn new(zone: &str) -> Clock {
        Clock(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
    }

    pub fn moment(&self, at: UnixMillis) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S")
    }

    pub fn time(&self, at: UnixMillis) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// The last day on which something is kept, of the moment when it goes: the first of the next day.
    pub fn last_day(&self, delete_by: UnixMillis) -> String {
        self.format(UnixMillis(delete_by.0 - 1), "%Y-%m-%d")
    }

    fn format(&self, at: UnixMillis, how: &str) -> String {
        Timestamp::from_millisecond(at.0)
            .map_or_else(|_| "?".to_owned(), |at| self.0.to_datetime(at).strftime(how).to_string())
    }
}

use crate::Error;
use closare_terms::{Kind, UnixMillis};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// For how long a call is kept, as the tenant has set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// IANA name, such as `Europe/Berlin`.
    pub zone: String,
    /// 30, 90 or 365 by plan.
    pub plan_days: u32,
    /// Kinds that are kept for less. A longer time than the plan's is cut to the plan's.
    pub shorter_days: BTreeMap<Kind, u32>,
    /// For how long after the plan's days a consent can be proven: three years' limitation is 1,095.
    pub consent_days: u32,
}

impl Retention {
    /// The plan's days for everything, and three years more for consents.
    pub fn plan(zone: &str, plan_days: u32) -> Retention {
        Retention { zone: zone.to_owned(), plan_days, shorter_days: BTreeMap::new(), consent_days: 3 * 365 }
    }

    fn days(&self, kind: Kind) -> u32 {
        self.shorter_days.get(&kind).map_or(self.plan_days, |days| self.plan_days.min(*days))
    }
}

/// When what is kept of a call is to be deleted: the end of a local day, that is, the first moment of the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// The call's own row, its log's skeleton, verdicts, latencies; nothing of a call is kept for longer but consents.
    pub call: UnixMillis,
    pub consent: UnixMillis,
    /// Kinds that go sooner.
    pub sooner: BTreeMap<Kind, UnixMillis>,
}

impl Dates {
    /// Days are counted on the calendar of the tenant's zone, from the day on which the call began.
    ///
    /// # Errors
    /// A zone that doesn't exist, a date that the calendar doesn't have.
    pub fn new(started: UnixMillis, retention: &Retention) -> Result<Dates, Error> {
        let zone = TimeZone::get(&retention.zone).map_err(|_| Error::Zone(retention.zone.clone()))?;
        let date = |days: u32| end_of_day(started, days, &zone);
        let sooner = retention.shorter_days.keys().map(|kind| Ok((*kind, date(retention.days(*kind))?)));
        Ok(Dates {
            call: date(retention.plan_days)?,
            consent: date(retention.plan_days.saturating_add(retention.consent_days))?,
            sooner: sooner.collect::<Result<_, Error>>()?,
        })
    }

    pub fn of(&self, kind: Kind) -> UnixMillis {
        self.sooner.get(&kind).copied().unwrap_or(self.call)
    }
}

fn end_of_day(from: UnixMillis, days: u32, zone: &TimeZone) -> Result<UnixMillis, Error> {
    let moment = Timestamp::from_millisecond(from.0).map_err(|_| Error::Date)?;
    let day = moment.to_zoned_datetime(zone.clone()).date();
    let next = day.checked_add((i64::from(days) + 1).days()).map_err(|_| Error::Date)?;
    let end = next.to_zoned_datetime(zone.clone()).map_err(|_| Error::Date)?;
    Ok(UnixMillis(end.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, from: &str, days: u32, expected: &str) {
        let millis = |text: &str| UnixMillis(text.parse::<Timestamp>().unwrap().as_millisecond());
        let dates = Dates::new(millis(from), &Retention::plan(zone, days)).unwrap();
        assert_eq!(dates.call, millis(expected));
    }

    #[test]
    fn the_end_of_the_local_day() {
        check("UTC", "2026-11-24T00:00:00Z", 30, "2026-12-25T00:00:00Z");
        check("UTC", "2026-11-24T23:59:59.999Z", 30, "2026-12-25T00:00:00Z");
        // Already the next day in Berlin.
        check("Europe/Berlin", "2026-11-24T23:30:00Z", 30, "2026-12-25T23:00:00Z");
    }

    #[test]
    fn over_29_february_and_clock_changes() {
        check("UTC", "2027-03-01T12:00:00Z", 365, "2028-03-01T00:00:00Z");
        check("UTC", "2028-02-29T12:00:00Z", 365, "2029-03-01T00:00:00Z");
        check("Europe/Berlin", "2026-10-01T12:00:00Z", 24, "2026-10-25T23:00:00Z");
        // Midnight doesn't exist on that day in Havana: the day begins at 1:00.
        check("America/Havana", "2026-03-06T12:00:00Z", 1, "2026-03-08T05:00:00Z");
    }

    #[test]
    fn a_kind_can_go_sooner_but_not_later() {
        let mut retention = Retention::plan("UTC", 30);
        retention.shorter_days = BTreeMap::from([(Kind::Audio, 7), (Kind::Summary, 90)]);
        let dates = Dates::new(UnixMillis(0), &retention).unwrap();
        let days = |millis: UnixMillis| millis.0 / 86_400_000;
        assert_eq!(days(dates.of(Kind::Audio)), 8);
        assert_eq!(days(dates.of(Kind::Summary)), 31);
        assert_eq!(days(dates.of(Kind::Transcript)), 31);
        assert_eq!(days(dates.consent), 30 + 1_095 + 1);
    }

    #[test]
    fn an_unknown_zone_is_an_error() {
        let error = Dates::new(UnixMillis(0), &Retention::plan("Mars/Olympus", 1)).unwrap_err();
        assert_eq!(error.to_string(), "expected a time zone such as `Europe/Berlin`, found `Mars/Olympus`");
    }
}

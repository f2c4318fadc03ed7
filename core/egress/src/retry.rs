//! Whether a request is asked again, and after how long. Decides only; `attempts` asks.
//!
//! Again is safe where the vendor can't have begun (no connection came about), and where the plugin said that it
//! is. It must also be worth it: a caller waits, and the chain may have a next vendor.

use std::time::{Duration, SystemTime};

/// Bounds of asking again.
#[derive(Clone, Debug)]
pub struct RetryLimits {
    /// How often it is asked in all; 1 is never again.
    pub attempts: u32,
    /// The longest pause before the second time; it doubles for each that follows. The pause is drawn from zero up
    /// to that, so that many calls don't come back at once.
    pub pause: Duration,
    /// The longest pause of all. A vendor whose `Retry-After` (RFC 9110, 10.2.3) asks for more isn't asked again.
    pub pause_max: Duration,
    /// From the first time of asking to the start of the last.
    pub within: Duration,
}

impl Default for RetryLimits {
    fn default() -> RetryLimits {
        RetryLimits {
            attempts: 3,
            pause: Duration::from_millis(100),
            pause_max: Duration::from_secs(2),
            // After three seconds of silence a caller asks whether anybody is there.
            within: Duration::from_secs(3),
        }
    }
}

/// What may be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// What must not be done twice, or whose body streams by.
    IfNeverConnected,
    /// The plugin called it repeatable.
    Safe,
}

/// How one attempt ended, as far as the next one cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// No connection: nothing of the request left.
    Unconnected,
    /// A connection, and then no answer: it may have been done.
    Lost,
    /// An answer that says "later", and after how long if it told.
    Busy(Option<Duration>),
    /// An answer, or a trouble that the next attempt would meet as well.
    Settled,
}

/// Where an exchange stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// How often it was asked.
    pub attempts: u32,
    /// Since it was first asked.
    pub elapsed: Duration,
    /// What is left of the request's own time.
    pub left: Duration,
}

/// The pause before it is asked again; `None` hands out what came. `draw` is random, from 0 up to 1.
pub(crate) fn pause(
    limits: &RetryLimits,
    again: Again,
    came: Came,
    standing: Standing,
    draw: f64,
) -> Option<Duration> {
    if standing.attempts >= limits.attempts || !is_safe(again, came) {
        return None;
    }
    let pause = match came {
        Came::Busy(Some(asked)) if asked > limits.pause_max => return None,
        Came::Busy(Some(asked)) => asked + limits.pause.mul_f64(draw),
        Came::Busy(None) | Came::Lost | Came::Unconnected | Came::Settled => {
            ceiling(limits, standing.attempts).mul_f64(draw)
        }
    };
    (standing.elapsed + pause <= limits.within && pause < standing.left).then_some(pause)
}

fn is_safe(again: Again, came: Came) -> bool {
    match (again, came) {
        (_, Came::Settled) => false,
        (_, Came::Unconnected) => true,
        (again, Came::Lost | Came::Busy(_)) => again == Again::Safe,
    }
}

fn ceiling(limits: &RetryLimits, attempts: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    limits.pause.saturating_mul(doubled).min(limits.pause_max)
}

/// An answer by its status. 529 is what Anthropic and others say when they are overloaded.
pub(crate) fn of_status(status: u16, retry_after: Option<&str>, wall: SystemTime) -> Came {
    match status {
        429 | 502 | 503 | 529 => Came::Busy(retry_after.and_then(|text| read_retry_after(text, wall))),
        _ => Came::Settled,
    }
}

/// Seconds or a date; a date that is past is no wait, and what is neither is as if it weren't there.
fn read_retry_after(text: &str, wall: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(wall).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: f64 = 0.5;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn first() -> Standing {
        Standing { attempts: 1, elapsed: ms(10), left: ms(10_000) }
    }

    fn check(again: Again, came: Came, standing: Standing, expected: Option<u64>) {
        let found = pause(&RetryLimits::default(), again, came, standing, HALF);
        assert_eq!(found, expected.map(ms), "{again:?} {came:?} {standing:?}");
    }

    #[test]
    fn what_is_safe_is_asked_again() {
        for (came, safe, unsafe_) in [
            (Came::Unconnected, Some(50), Some(50)),
            (Came::Lost, Some(50), None),
            (Came::Busy(None), Some(50), None),
            (Came::Busy(Some(ms(1000))), Some(1050), None),
            (Came::Settled, None, None),
        ] {
            check(Again::Safe, came, first(), safe);
            check(Again::IfNeverConnected, came, first(), unsafe_);
        }
    }

    #[test]
    fn each_bound_ends_it() {
        let after = |asked| Came::Busy(Some(ms(asked)));
        check(Again::Safe, after(2000), Standing { elapsed: ms(900), ..first() }, Some(2050));
        check(Again::Safe, after(2001), first(), None);
        check(Again::Safe, after(2000), Standing { elapsed: ms(1000), ..first() }, None);
        check(Again::Safe, after(500), Standing { left: ms(550), ..first() }, None);
        check(Again::Safe, Came::Lost, Standing { attempts: 2, ..first() }, Some(100));
        check(Again::Safe, Came::Lost, Standing { attempts: 3, ..first() }, None);
        check(Again::Safe, Came::Lost, Standing { elapsed: ms(3000), ..first() }, None);
    }

    #[test]
    fn the_pause_doubles_up_to_its_bound() {
        let limits = RetryLimits { attempts: 99, within: ms(60_000), ..RetryLimits::default() };
        let standing = |attempts| Standing { attempts, elapsed: ms(0), left: ms(60_000) };
        let at = |attempts| pause(&limits, Again::Safe, Came::Lost, standing(attempts), 1.0).unwrap();
        assert_eq!([1, 2, 3, 5, 6, 40].map(at), [100, 200, 400, 1600, 2000, 2000].map(ms));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let wall = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let check = |text, expected: Option<u64>| {
            let expected = Came::Busy(expected.map(Duration::from_secs));
            assert_eq!(of_status(503, Some(text), wall), expected, "{text}");
        };
        check("2", Some(2));
        check(" 120 ", Some(120));
        check("Sun, 06 Nov 1994 08:49:40 GMT", Some(3));
        check("Sunday, 06-Nov-94 08:49:40 GMT", Some(3));
        check("Sun Nov  6 08:49:40 1994", Some(3));
        check("Sun, 06 Nov 1994 08:00:00 GMT", Some(0));
        check("-1", None);
        check("soon", None);
        for status in [200, 301, 400, 401, 500, 501, 504] {
            assert_eq!(of_status(status, Some("1"), wall), Came::Settled, "{status}");
        }
    }
}

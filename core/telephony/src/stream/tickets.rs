//! One call each: a ticket is in the address that a carrier is told for a call's stream, is good once and for a minute, and stands for
//! whom the carrier said to be calling. Pure: time and chance are handed in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const GOOD_FOR: Duration = Duration::from_secs(60);
/// Tickets at a time: far more calls than begin in a minute.
const TICKETS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub struct Tickets {
    waiting: BTreeMap<String, Ticket>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub from: String,
    issued: Instant,
}

impl Tickets {
    pub fn issue(&mut self, name: String, from: String, now: Instant) {
        self.waiting.retain(|_, ticket| ticket.is_good(now));
        if self.waiting.len() < TICKETS_MAX {
            self.waiting.insert(name, Ticket { from, issued: now });
        }
    }

    pub fn take(&mut self, name: &str, now: Instant) -> Option<Ticket> {
        self.waiting.remove(name).filter(|ticket| ticket.is_good(now))
    }
}

impl Ticket {
    fn is_good(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.issued) <= GOOD_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_for_a_minute() {
        let now = Instant::now();
        let mut tickets = Tickets::default();
        for name in ["a", "b"] {
            tickets.issue(name.to_owned(), "+1".to_owned(), now);
        }
        assert_eq!(tickets.take("c", now), None);
        assert_eq!(tickets.take("a", now).map(|ticket| ticket.from), Some("+1".to_owned()));
        assert_eq!(tickets.take("a", now), None);
        assert_eq!(tickets.take("b", now + GOOD_FOR + Duration::from_millis(1)), None);
    }
}

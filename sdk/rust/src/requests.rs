//! Requests whose answers count as a whole: what each was for is kept until its last byte is there.

use crate::Failure;
use crate::network::{self, Effect, Event, Head, Refusal, Request, Ticket};
use std::collections::BTreeMap;

/// The requests that are asked, each with what it is about.
pub struct Requests<T> {
    running: BTreeMap<Ticket, Running<T>>,
    tickets: Ticket,
}

struct Running<T> {
    about: T,
    head: Option<Head>,
    refusal: Option<Refusal>,
    body: Vec<u8>,
}

/// What came of a request.
pub struct Answer<T> {
    pub about: T,
    /// Where the vendor answered at all. Its headers have the request's id, its status may be a refusal's.
    pub head: Option<Head>,
    /// The whole body, or why there is none.
    pub body: Result<Vec<u8>, Failure>,
}

impl<T> Requests<T> {
    pub fn new() -> Requests<T> {
        Requests { running: BTreeMap::new(), tickets: 0 }
    }

    /// Gives the request its ticket.
    pub fn ask(&mut self, request: Request, about: T) -> Effect {
        self.tickets += 1;
        let running = Running { about, head: None, refusal: None, body: Vec::new() };
        self.running.insert(self.tickets, running);
        Effect::Ask(request.ticket(self.tickets))
    }

    /// Nothing while an answer isn't whole, and where the event is of no request of these.
    pub fn arrived(&mut self, event: Event) -> Option<Answer<T>> {
        let ticket = event.ticket();
        let running = self.running.get_mut(&ticket)?;
        let failed = match event {
            Event::Answered(head) => {
                running.refusal = Refusal::of(head.clone());
                running.head = Some(head);
                return None;
            }
            Event::Chunk((_, bytes)) => {
                match &mut running.refusal {
                    Some(refusal) => refusal.more(&bytes),
                    None => running.body.extend(bytes),
                }
                return None;
            }
            Event::Ended(_) => running.refusal.as_ref().map(Refusal::failure),
            Event::Failed((_, trouble)) => Some(network::trouble(trouble)),
            _ => return None,
        };
        let Running { about, head, body, .. } = self.running.remove(&ticket)?;
        Some(Answer { about, head, body: failed.map_or(Ok(body), Err) })
    }

    /// Forgets those about this: effects that close them.
    pub fn cancel(&mut self, which: impl Fn(&T) -> bool) -> Vec<Effect> {
        let gone = self.running.extract_if(.., |_, running| which(&running.about));
        gone.map(|(ticket, _)| Effect::Close((ticket, 1000))).collect()
    }
}

impl<T> Default for Requests<T> {
    fn default() -> Requests<T> {
        Requests::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(ticket: Ticket, status: u16) -> Event {
        Event::Answered(Head { ticket, status, headers: Vec::new() })
    }

    fn chunk(ticket: Ticket, body: &str) -> Event {
        Event::Chunk((ticket, body.as_bytes().to_vec()))
    }

    #[test]
    fn answers_are_told_whole_whichever_comes_first() {
        let mut requests = Requests::new();
        for about in ["one", "two", "three", "four"] {
            requests.ask(Request::get("https://api.example.com"), about);
        }
        let early = [head(2, 200), chunk(2, "a"), head(1, 404), chunk(1, "no such thing"), chunk(2, "b")];
        assert!(early.into_iter().all(|event| requests.arrived(event).is_none()));
        let two = requests.arrived(Event::Ended((2, Vec::new()))).unwrap();
        assert_eq!((two.about, two.body), ("two", Ok(b"ab".to_vec())));
        let one = requests.arrived(Event::Ended((1, Vec::new()))).unwrap();
        assert_eq!((one.about, one.head.unwrap().status), ("one", 404));
        assert_eq!(one.body, Err(Failure::Unsupported("status 404: no such thing".to_owned())));
        assert_eq!(requests.cancel(|about| *about == "four"), [Effect::Close((4, 1000))]);
        assert!(requests.arrived(Event::Ended((4, Vec::new()))).is_none());
        let three = requests.arrived(Event::Failed((3, network::Trouble::Connect))).unwrap();
        assert_eq!((three.head, three.body), (None, Err(Failure::Unavailable("no connection".to_owned()))));
    }
}

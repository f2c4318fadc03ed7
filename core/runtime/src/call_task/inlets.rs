//! What reaches a call's task, in an order in which nothing comes before what it follows from.

use closare_call::Event;
use closare_telephony::LegEvent;
use tokio::sync::mpsc;

/// The leg's events and the inbox, which fill at once and from several threads.
pub struct Inlets {
    /// Once the call is answered.
    pub leg: Option<mpsc::Receiver<LegEvent>>,
    pub inbox: mpsc::Receiver<Event>,
    /// A leg's event, and how much of the inbox was there before it.
    after: Option<(LegEvent, usize)>,
}

pub enum Came {
    OfLeg(LegEvent),
    Told(Event),
}

impl Inlets {
    pub fn new(inbox: mpsc::Receiver<Event>) -> Inlets {
        Inlets { leg: None, inbox, after: None }
    }

    /// A session tells that an utterance has sound before the leg has it: what the leg tells of an utterance comes after
    /// all that sessions had told by then, and after no more, so that no plugin holds up the end of a call.
    /// Nothing is lost where it isn't waited for to its end.
    pub async fn next(&mut self) -> Came {
        let (event, before) = match self.after.take() {
            Some(after) => after,
            None => tokio::select! {
                biased;
                Some(event) = leg_event(&mut self.leg) => (event, self.inbox.len()),
                Some(event) = self.inbox.recv() => return Came::Told(event),
                else => std::future::pending().await,
            },
        };
        if before > 0
            && let Ok(told) = self.inbox.try_recv()
        {
            self.after = Some((event, before - 1));
            return Came::Told(told);
        }
        Came::OfLeg(event)
    }
}

async fn leg_event(leg: &mut Option<mpsc::Receiver<LegEvent>>) -> Option<LegEvent> {
    match leg {
        Some(leg) => leg.recv().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use closare_terms::Millis;

    fn inlets() -> (mpsc::Sender<LegEvent>, mpsc::Sender<Event>, Inlets) {
        let (leg, of_leg) = mpsc::channel(8);
        let (tell, inbox) = mpsc::channel(8);
        (leg, tell, Inlets { leg: Some(of_leg), ..Inlets::new(inbox) })
    }

    #[tokio::test]
    async fn what_a_session_told_first_comes_first() {
        let (leg, tell, mut inlets) = inlets();
        for utterance in 0..3 {
            tell.try_send(Event::FirstAudio { utterance }).unwrap();
        }
        leg.try_send(LegEvent::Playing { utterance: 0, at: Millis(0) }).unwrap();
        for _ in 0..3 {
            assert!(matches!(inlets.next().await, Came::Told(Event::FirstAudio { .. })));
        }
        assert!(matches!(inlets.next().await, Came::OfLeg(LegEvent::Playing { .. })));
    }

    #[tokio::test]
    async fn what_is_told_later_holds_no_leg_up() {
        let (leg, tell, mut inlets) = inlets();
        leg.try_send(LegEvent::Playing { utterance: 1, at: Millis(0) }).unwrap();
        tell.try_send(Event::FirstAudio { utterance: 1 }).unwrap();
        assert!(matches!(inlets.next().await, Came::Told(_)));
        tell.try_send(Event::FirstAudio { utterance: 2 }).unwrap();
        assert!(matches!(inlets.next().await, Came::OfLeg(_)));
        assert!(matches!(inlets.next().await, Came::Told(_)));
    }
}

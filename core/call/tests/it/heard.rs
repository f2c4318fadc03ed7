//! A call whose world answers at once.

use crate::ground::{setup, workflow_of};
use closare_call::{Call, Effect, Event};
use closare_policy::{Policies, eu_default};
use closare_terms::{Held, Kind, Millis};

/// A call of which everything that is said is heard out at once.
pub struct Heard {
    pub call: Call,
    policies: Policies,
    pub now: Millis,
    /// No voice gives anything any more.
    pub mute: bool,
}

impl Heard {
    pub fn new(workflow: &str) -> Heard {
        let call = Call::new(workflow_of(workflow), setup(1));
        Heard { call, policies: Policies::new(vec![eu_default()]), now: Millis::ZERO, mute: false }
    }

    /// What comes of it, in order.
    pub fn happen(&mut self, event: Event) -> Vec<Effect> {
        let (mut events, mut all) = (vec![event], Vec::new());
        while !events.is_empty() {
            let mut effects = Vec::new();
            self.now += Millis(20);
            self.call.handle(self.now, events.remove(0), &mut effects);
            for effect in &effects {
                events.extend(self.answers(effect));
            }
            all.extend(effects);
        }
        all
    }

    /// The caller's words, all at once.
    pub fn says(&mut self, words: &str) -> Vec<Effect> {
        let text = Held::new(Kind::Transcript, words);
        self.happen(Event::Final { text, starts: self.now, ends: self.now, confidence: None })
    }

    fn answers(&self, effect: &Effect) -> Vec<Event> {
        match effect {
            Effect::Ask { ask, point, facts } => {
                vec![Event::Verdict { ask: *ask, verdict: self.policies.ask(*point, facts).verdict }]
            }
            Effect::Accept { .. } => vec![Event::Answered],
            Effect::Say { utterance, last: true, .. } if !self.mute => {
                let (utterance, length) = (*utterance, Millis(900));
                vec![
                    Event::FirstAudio { utterance },
                    Event::Voiced { utterance, length },
                    Event::Playing { utterance },
                    Event::Played { utterance, played: length, complete: true },
                ]
            }
            _ => Vec::new(),
        }
    }
}

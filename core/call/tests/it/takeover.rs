//! A model that dies at its work: the next begins it anew.

use crate::ground::{setup, workflow_of};
use closare_call::{Call, Effect, Ending, Event, Party};
use closare_policy::{Policies, eu_default};
use closare_terms::{Held, Kind, Millis};

const WORKFLOW: &str = r#"
closare: 1
name: line
languages: [en]
data: {transcript: always, summary: always}
steps:
  - disclose
  - summarize
  - ask: {say: "What happened?", as: story}
  - hangup: "Good-bye."
"#;

/// A call of which everything that is said is heard out at once.
struct Heard {
    call: Call,
    policies: Policies,
    now: Millis,
}

impl Heard {
    fn new() -> Heard {
        let call = Call::new(workflow_of(WORKFLOW), setup(1));
        Heard { call, policies: Policies::new(vec![eu_default()]), now: Millis::ZERO }
    }

    /// What comes of it, in order.
    fn happen(&mut self, event: Event) -> Vec<Effect> {
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

    fn answers(&self, effect: &Effect) -> Vec<Event> {
        match effect {
            Effect::Ask { ask, point, facts } => {
                vec![Event::Verdict { ask: *ask, verdict: self.policies.ask(*point, facts).verdict }]
            }
            Effect::Accept { .. } => vec![Event::Answered],
            Effect::Say { utterance, last: true, .. } => {
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

fn asked(effects: &[Effect]) -> Option<(u32, usize)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Generate { job, model, .. } => Some((*job, *model)),
        _ => None,
    })
}

#[test]
fn a_summary_that_broke_off_is_begun_again() {
    let mut heard = Heard::new();
    heard.happen(Event::Offered);
    let text = Held::new(Kind::Transcript, "There is water in the kitchen.");
    heard.happen(Event::Final { text, starts: heard.now, ends: heard.now, confidence: None });
    let (job, first) = asked(&heard.happen(Event::LegEnded { by: Party::Caller })).unwrap();
    let token = |words: &str| Event::Token { job, text: Held::new(Kind::Summary, words) };
    heard.happen(token("The caller tells of wa"));
    let (again, next) = asked(&heard.happen(Event::JobFailed { job })).unwrap();
    assert_eq!((job, first + 1), (again, next));
    heard.happen(token("Water in the kitchen."));
    let done = heard.happen(Event::JobDone { job, ending: Ending::Complete });
    let summaries = done.iter().filter_map(|effect| match effect {
        Effect::Summary { text, model, .. } => Some((text.words(), *model)),
        _ => None,
    });
    assert_eq!(summaries.collect::<Vec<_>>(), [("Water in the kitchen.", next)]);
}

//! A model that dies at its work: the next begins it anew.

use crate::heard::Heard;
use closare_call::{Effect, Ending, Event, Party};
use closare_terms::{Held, Kind};

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

fn asked(effects: &[Effect]) -> Option<(u32, usize)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Generate { job, model, .. } => Some((*job, *model)),
        _ => None,
    })
}

#[test]
fn a_summary_that_broke_off_is_begun_again() {
    let mut heard = Heard::new(WORKFLOW);
    heard.happen(Event::Offered);
    heard.says("There is water in the kitchen.");
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

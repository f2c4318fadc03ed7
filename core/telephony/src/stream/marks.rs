//! The marks of a media stream that are on their way, and how far behind its clock the other end plays.

use closare_terms::Millis;
use std::collections::VecDeque;

#[derive(Debug, Default)]
pub struct Marks {
    waiting: VecDeque<Mark>,
    count: u64,
    /// How long after its time the quickest mark came back, and the last one: the way there and back, and what the line hesitates.
    quickest: Option<Millis>,
    last: Millis,
}

#[derive(Debug)]
struct Mark {
    name: String,
    due: Millis,
}

impl Marks {
    /// The name of a new one, for what will have been played at this time.
    pub fn set(&mut self, utterance: u32, due: Millis) -> String {
        self.count += 1;
        let name = format!("u{utterance}.{}", self.count);
        self.waiting.push_back(Mark { name: name.clone(), due });
        name
    }

    /// When it should have been played, unless nobody waits for it. Those before it count as come.
    pub fn came(&mut self, name: &str, now: Millis) -> Option<Millis> {
        let place = self.waiting.iter().position(|mark| mark.name == name)?;
        let due = self.waiting.drain(..=place).next_back()?.due;
        self.last = now.since(due);
        self.quickest = Some(self.quickest.map_or(self.last, |quickest| quickest.min(self.last)));
        Some(due)
    }

    /// After a `clear` all open marks come back at once, and say nothing.
    pub fn forget(&mut self) {
        self.waiting.clear();
    }

    /// How far the other end is behind, beyond the way there.
    pub fn late(&self) -> Millis {
        self.quickest.map_or(Millis::ZERO, |quickest| self.last.since(quickest))
    }
}

//! A caller who plays a talk: waits for what is to be heard, waits politely before speaking.

use crate::mouth::{Mouth, Spoken};
use crate::talk::{Act, Match, Talk, Words};
use closare_terms::Millis;

/// How often the caller looks at what has happened.
pub const LOOK: Millis = Millis(100);
/// The pause after which a caller takes the turn.
const POLITE: Millis = Millis(300);
/// A caller who has spoken and gets no answer speaks again after this long.
const IMPATIENT: Millis = Millis(4_000);
/// A caller who waits for certain words gives up on them after this long.
const HEAR_MAX: Millis = Millis(45_000);

#[derive(Debug)]
pub struct Caller {
    acts: Talk,
    next: usize,
    /// Since when the next act is the next.
    since: Millis,
    /// What was heard before this place has been looked at: the utterance's number in order, and the byte in it.
    heard_to: (usize, usize),
    spoke_until: Option<Millis>,
    quiet_since: Option<Millis>,
    /// The pattern that is waited for, compiled once.
    pattern: Option<(String, regex::Regex)>,
    pub missed: Option<Missed>,
}

/// What the caller waited for and did not hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Of the test file; 0 where there is none.
    pub line: u32,
    pub expected: String,
    /// What was said while the caller waited.
    pub heard: Vec<String>,
    pub at: Millis,
}

#[derive(Clone, Debug)]
pub enum Doing {
    Speak(Words),
    Press(String),
    Hold(bool),
    HangUp,
}

impl Caller {
    pub fn new(acts: Talk) -> Caller {
        Caller {
            acts,
            next: 0,
            since: Millis::ZERO,
            heard_to: (0, 0),
            spoke_until: None,
            quiet_since: None,
            pattern: None,
            missed: None,
        }
    }

    pub fn is_done(&self) -> bool {
        self.next >= self.acts.0.len()
    }

    /// What is left undone when the call is over.
    pub fn leave(&mut self, now: Millis, mouth: &Mouth) {
        if let Some((line, act @ Act::Hear(_))) = self.acts.0.get(self.next).cloned() {
            let missed = self.miss(now, line, &act, mouth);
            self.missed.get_or_insert(missed);
        }
    }

    /// Goes on with the talk as far as it can. What is to be done comes with how long after now.
    pub fn look(&mut self, now: Millis, mouth: &Mouth, disclosed: bool) -> Vec<(Millis, Doing)> {
        self.quiet_since = if mouth.talks() { None } else { Some(self.quiet_since.unwrap_or(now)) };
        let mut doings = Vec::new();
        while let Some((line, act)) = self.acts.0.get(self.next).cloned() {
            let Some(doing) = self.act(now, line, &act, mouth, disclosed) else { break };
            let waits = !doing.is_empty();
            doings.extend(doing);
            self.next += 1;
            self.since = now;
            if waits {
                break;
            }
        }
        doings
    }

    /// `None`: not yet.
    fn act(
        &mut self,
        now: Millis,
        line: u32,
        act: &Act,
        mouth: &Mouth,
        disclosed: bool,
    ) -> Option<Vec<(Millis, Doing)>> {
        if self.spoke_until.is_some_and(|until| until > now) {
            return None;
        }
        match act {
            Act::Hear(wanted) => {
                let found = match wanted {
                    Match::Disclosure => disclosed,
                    Match::Contains(words) => self.find(now, mouth, |heard| contains(heard, words)),
                    Match::Matches(pattern) => {
                        let compiled = self.compiled(pattern);
                        self.find(now, mouth, |heard| compiled.as_ref()?.find(heard).map(|found| found.end()))
                    }
                };
                if found {
                    return Some(Vec::new());
                }
                if now.since(self.since) > HEAR_MAX {
                    self.missed = Some(self.miss(now, line, act, mouth));
                    self.next = self.acts.0.len();
                    return Some(vec![(Millis::ZERO, Doing::HangUp)]);
                }
                None
            }
            Act::Say(words) => self.may_speak(now, mouth).then(|| self.speak(now, words)),
            Act::Interrupt { after, words } => {
                let began = mouth.since()?.max(self.since);
                (now.since(began) >= *after).then(|| self.speak(now, words))
            }
            Act::Press(keys) => {
                let answered = self
                    .spoke_until
                    .is_none_or(|until| spoke_since(mouth, until) || now.since(until) >= IMPATIENT);
                (answered && now.since(self.since) >= POLITE)
                    .then(|| vec![(Millis::ZERO, Doing::Press(keys.clone()))])
            }
            Act::Silence(span) => (now.since(self.since) >= *span).then(Vec::new),
            Act::Hold(span) => Some(vec![(Millis::ZERO, Doing::Hold(true)), (*span, Doing::Hold(false))]),
            Act::Hangup => (now.since(self.since) >= POLITE).then(|| vec![(Millis::ZERO, Doing::HangUp)]),
        }
    }

    fn compiled(&mut self, pattern: &str) -> Option<regex::Regex> {
        if self.pattern.as_ref().is_none_or(|(known, _)| known != pattern) {
            self.pattern = regex::Regex::new(pattern).ok().map(|compiled| (pattern.to_owned(), compiled));
        }
        self.pattern.as_ref().map(|(_, compiled)| compiled.clone())
    }

    fn may_speak(&self, now: Millis, mouth: &Mouth) -> bool {
        let quiet = self.quiet_since.is_some_and(|since| now.since(since) >= POLITE);
        let last = self.spoke_until.unwrap_or_default();
        quiet && (spoke_since(mouth, last) || now.since(last.max(self.since)) >= IMPATIENT)
    }

    fn speak(&mut self, now: Millis, words: &Words) -> Vec<(Millis, Doing)> {
        self.spoke_until = Some(now + crate::ear::length(words));
        vec![(Millis::ZERO, Doing::Speak(words.clone()))]
    }

    /// Looks for the words in what was heard since the last that were found, in one utterance or over several.
    fn find(&mut self, now: Millis, mouth: &Mouth, find: impl Fn(&str) -> Option<usize>) -> bool {
        let (from, byte) = self.heard_to;
        let mut all = String::new();
        let mut places = Vec::new();
        for (index, spoken) in mouth.spoken.iter().enumerate().skip(from) {
            let heard = spoken.heard(now);
            let skip = if index == from { byte.min(heard.len()) } else { 0 };
            let skip = (0..=skip).rev().find(|&at| heard.is_char_boundary(at)).unwrap_or(0);
            places.push((all.len(), index, skip));
            all.push_str(&heard[skip..]);
            all.push(' ');
        }
        let Some(end) = find(&all) else { return false };
        if let Some((begin, index, skip)) = places.into_iter().rev().find(|(begin, _, _)| *begin <= end) {
            self.heard_to = (index, skip + end - begin);
        }
        true
    }

    fn miss(&self, now: Millis, line: u32, act: &Act, mouth: &Mouth) -> Missed {
        let (from, _) = self.heard_to;
        let heard = mouth.spoken.iter().skip(from).map(|spoken| spoken.heard(now).trim().to_owned());
        Missed {
            line,
            expected: act.to_string(),
            heard: heard.filter(|text| !text.is_empty()).collect(),
            at: now,
        }
    }
}

fn spoke_since(mouth: &Mouth, moment: Millis) -> bool {
    mouth.spoken.last().is_some_and(|spoken: &Spoken| spoken.started >= moment)
}

/// The end of these words in the text, whatever their case and the signs between them.
pub fn contains(text: &str, words: &str) -> Option<usize> {
    let wanted: Vec<String> = split(words).map(|(_, word)| word).collect();
    let all: Vec<(usize, String)> = split(text).collect();
    if wanted.is_empty() {
        return Some(0);
    }
    let found =
        all.windows(wanted.len()).find(|window| window.iter().map(|(_, word)| word).eq(wanted.iter()))?;
    found.last().map(|(end, _)| *end)
}

/// The words in lower case, each with the byte at which it ends.
fn split(text: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    text.split_inclusive(|c: char| !c.is_alphanumeric())
        .scan(0, |at, part| {
            *at += part.len();
            let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
            Some((*at - (part.len() - word.len()), word.to_lowercase()))
        })
        .filter(|(_, word)| !word.is_empty())
}

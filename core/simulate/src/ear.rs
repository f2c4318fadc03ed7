//! Speech-to-text that hears every word right: of what the caller has said by now, what its session was handed.

use crate::talk::Words;
use closare_terms::Millis;

/// A caller's speech, a little faster than the agent's.
const CHAR: u64 = 60;

#[derive(Debug, Default)]
pub struct Ear {
    stretches: Vec<Stretch>,
    from: Option<Millis>,
    /// Rises with each session, so that a late answer of an old one is known.
    pub session: u32,
}

#[derive(Debug)]
struct Stretch {
    /// Each word with its begin and its end.
    words: Vec<(String, Millis, Millis)>,
    given: usize,
}

/// When these words will have been said.
pub fn length(words: &Words) -> Millis {
    Millis(words.text.chars().count().max(3) as u64 * CHAR)
}

impl Ear {
    pub fn open(&mut self, from: Millis) {
        self.from = Some(from);
        self.session += 1;
        for stretch in &mut self.stretches {
            stretch.given = 0;
        }
    }

    pub fn close(&mut self) {
        self.from = None;
        self.session += 1;
    }

    pub fn is_open(&self) -> bool {
        self.from.is_some()
    }

    pub fn hear(&mut self, now: Millis, words: &Words) {
        let mut at = 0;
        let words = words.text.split_inclusive(' ').map(|word| {
            let begin = now + Millis(at * CHAR);
            at += word.chars().count() as u64;
            (word.trim().to_owned(), begin, now + Millis(at * CHAR))
        });
        self.stretches.push(Stretch { words: words.collect(), given: 0 });
    }

    /// The words up to this moment that were not given yet, with their first and last moment.
    pub fn take(&mut self, until: Millis) -> (String, Millis, Millis) {
        let from = self.from.unwrap_or(Millis::NEVER);
        let mut taken: Vec<&(String, Millis, Millis)> = Vec::new();
        for stretch in &mut self.stretches {
            let fresh = stretch.words[stretch.given..].iter().take_while(|(_, _, end)| *end <= until).count();
            let range = stretch.given..stretch.given + fresh;
            stretch.given += fresh;
            taken.extend(stretch.words[range].iter().filter(|(_, begin, _)| *begin >= from));
        }
        let (begin, end) =
            (taken.first().map_or(until, |word| word.1), taken.last().map_or(until, |word| word.2));
        (taken.iter().map(|word| word.0.as_str()).collect::<Vec<_>>().join(" "), begin, end)
    }
}

//! Words and their times, out of the times of characters.
//!
//! The reference says of these times that they are relative to the chunk that they come with. A chunk's place is where the
//! audio before it ends, which needs no adding up of times that were rounded or left out.

use crate::message::Times;

/// A word and its time in the context's audio, in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub text: String,
    pub starts: u32,
    pub ends: u32,
}

/// Puts words together from chunks that may end in the middle of one.
#[derive(Debug, Default)]
pub struct Words {
    /// Where the times count from.
    base: u32,
    /// The end of the times so far, before `base` is added.
    told: f64,
    word: Option<Word>,
}

impl Words {
    /// The words that end with these characters. `place`: milliseconds of audio before this chunk.
    pub fn take(&mut self, times: &Times, place: u32) -> Vec<Word> {
        // Times that go on where the last ones ended count from the same start: then they aren't relative to the chunk.
        let goes_on = self.told > 0.0 && times.starts.first().is_some_and(|first| *first >= self.told);
        if !goes_on {
            self.base = place;
        }
        let mut words = Vec::new();
        for ((text, starts), lasts) in times.chars.iter().zip(&times.starts).zip(&times.durations) {
            self.told = starts + lasts;
            if text.chars().all(char::is_whitespace) {
                words.extend(self.word.take());
                continue;
            }
            let (starts, ends) = (self.base + *starts as u32, self.base + self.told as u32);
            match &mut self.word {
                Some(word) => {
                    word.text.push_str(text);
                    word.ends = ends.max(word.ends);
                }
                None => self.word = Some(Word { text: text.clone(), starts, ends }),
            }
        }
        words
    }

    /// The last word, when nothing comes after it.
    pub fn end(&mut self) -> Option<Word> {
        self.word.take()
    }
}

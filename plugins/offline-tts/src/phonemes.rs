//! Words to the phonemes that Piper's voice was taught (espeak's, American).

use crate::letters::ByLetters;
use crate::written::{self, Word};
use misaki_rs::{G2P, Language};
use std::ops::Range;

/// A clause, ready to be spoken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clause {
    pub phonemes: Vec<char>,
    /// Each written word with the phonemes that say it. A silent one has none.
    pub words: Vec<(String, Range<usize>)>,
}

impl Clause {
    /// Its first `most` phonemes and what is left, parted between words if there is a place. A word that is longer than that,
    /// such as a telephone number, is told with its first part.
    pub fn split(mut self, most: usize) -> (Clause, Option<Clause>) {
        if self.phonemes.len() <= most {
            return (self, None);
        }
        let space = self.phonemes[..most].iter().rposition(|letter| *letter == ' ');
        let at = space.map_or(most, |space| space + 1);
        let begins_behind = |(_, range): &(String, Range<usize>)| range.start >= at;
        let index = self.words.iter().position(begins_behind).unwrap_or(self.words.len());
        let behind = |range: Range<usize>| range.start.saturating_sub(at)..range.end.saturating_sub(at);
        let rest = self.words.split_off(index).into_iter().map(|(word, range)| (word, behind(range)));
        let rest = Clause { words: rest.collect(), phonemes: self.phonemes.split_off(at) };
        for (_, range) in &mut self.words {
            range.end = range.end.min(at);
        }
        (self, Some(rest))
    }
}

pub struct Phonemes(G2P);

impl Phonemes {
    /// Reads the lexicon: about 0.25 s and 100 MB.
    pub fn load() -> Phonemes {
        Phonemes(G2P::with_fallback(Language::EnglishUS, Some(Box::new(ByLetters))))
    }

    /// # Errors
    /// In words; not expected of any text.
    pub fn of(&self, text: &str) -> Result<Clause, String> {
        let words = written::words(text);
        let said = words.iter().map(|word| word.said.as_str()).filter(|said| !said.is_empty());
        let said = said.collect::<Vec<_>>().join(" ");
        let (_, tokens) = self.0.g2p(&said).map_err(|error| format!("a clause has no phonemes: {error}"))?;
        let spoken = tokens
            .into_iter()
            .map(|token| (token.phonemes.unwrap_or_default(), !token.whitespace.is_empty()));
        Ok(clause(&words, spoken))
    }
}

/// Shares the phonemes out among the written words. `spoken` has pieces of the said text in order, each with whether a
/// space follows.
fn clause(words: &[Word], spoken: impl Iterator<Item = (String, bool)>) -> Clause {
    let mut owners =
        words.iter().enumerate().flat_map(|(index, word)| std::iter::repeat_n(index, spaces(&word.said)));
    let mut clause =
        Clause { phonemes: Vec::new(), words: words.iter().map(|w| (w.written.clone(), 0..0)).collect() };
    let mut owner = owners.next();
    for (phonemes, space) in spoken {
        let start = clause.phonemes.len();
        clause.phonemes.extend(espeak(&phonemes));
        if let Some((_, range)) = owner.and_then(|index| clause.words.get_mut(index)) {
            *range = if range.start == range.end {
                start..clause.phonemes.len()
            } else {
                range.start..clause.phonemes.len()
            };
        }
        if space {
            clause.phonemes.push(' ');
            owner = owners.next();
        }
    }
    clause
}

/// How many words, parted by spaces, a text has. The phonemes beside a letter hold none.
fn spaces(said: &str) -> usize {
    said.split_whitespace().count()
}

/// misaki's American phonemes in espeak's form: one letter for a diphthong becomes two, long vowels get their mark.
fn espeak(phonemes: &str) -> Vec<char> {
    let letters: Vec<char> = phonemes.chars().collect();
    let mut out = Vec::with_capacity(letters.len() * 2);
    let mut at = 0;
    while at < letters.len() {
        let stressed = at > 0 && matches!(letters[at - 1], 'ˈ' | 'ˌ');
        let (text, taken) = match (letters[at], letters.get(at + 1)) {
            ('ɜ', Some('ɹ')) => ("ɜː", 2),
            ('ə', Some('ɹ')) => ("ɚ", 2),
            ('A', _) => ("eɪ", 1),
            ('I', _) => ("aɪ", 1),
            ('W', _) => ("aʊ", 1),
            ('O', _) => ("oʊ", 1),
            ('Y', _) => ("ɔɪ", 1),
            ('T', _) => ("ɾ", 1),
            ('ʤ', _) => ("dʒ", 1),
            ('ʧ', _) => ("tʃ", 1),
            ('ᵊ', _) => ("ə", 1),
            ('i', _) if stressed => ("iː", 1),
            ('u', _) => ("uː", 1),
            ('ɑ', _) => ("ɑː", 1),
            ('ɔ', _) => ("ɔː", 1),
            ('—' | '–' | '…', _) => (",", 1),
            ('❓', _) => ("", 1),
            (other, _) => {
                out.push(other);
                at += 1;
                continue;
            }
        };
        out.extend(text.chars());
        at += taken;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misaki_in_espeaks_form() {
        let check =
            |misaki, expected: &str| assert_eq!(espeak(misaki).into_iter().collect::<String>(), expected);
        check("bˈɜɹd", "bˈɜːd");
        check("tˈiʧəɹ", "tˈiːtʃɚ");
        check("hˈæpi", "hˈæpi");
        check("əpˈYntmənt", "əpˈɔɪntmənt");
        check("nˈIn ˈOnli", "nˈaɪn ˈoʊnli");
    }

    #[test]
    fn phonemes_belong_to_written_words() {
        let words = written::words("At 10:30, ok");
        let spoken = [("at", true), ("ten", true), ("θ", false), (",", true), ("k", false)];
        let clause = clause(&words, spoken.into_iter().map(|(text, space)| (text.to_owned(), space)));
        let parts: Vec<(&str, String)> = clause
            .words
            .iter()
            .map(|(word, range)| (word.as_str(), clause.phonemes[range.clone()].iter().collect()))
            .collect();
        assert_eq!(parts, [("At", "at".into()), ("10:30,", "ten θ,".into()), ("ok", "k".to_owned())]);
    }

    #[test]
    fn a_long_clause_is_split_between_words() {
        let words = [("ab", 0..2), ("…", 0..0), ("cd", 3..5), ("ef", 6..8)];
        let words = words.map(|(word, range)| (word.to_owned(), range)).to_vec();
        let clause = Clause { phonemes: "ab cd ef".chars().collect(), words };
        assert_eq!(clause.clone().split(8), (clause.clone(), None));
        let (first, rest) = clause.split(5);
        let rest = rest.unwrap();
        assert_eq!((first.phonemes.len(), first.words.len()), (3, 2));
        assert_eq!(rest.phonemes, ['c', 'd', ' ', 'e', 'f']);
        assert_eq!(rest.words, [("cd".to_owned(), 0..2), ("ef".to_owned(), 3..5)]);
        let one = Clause { phonemes: vec!['a'; 10], words: vec![("a".to_owned(), 0..10)] };
        let (first, rest) = one.split(4);
        assert_eq!(
            (first.words[0].1.clone(), rest.unwrap()),
            (0..4, Clause { phonemes: vec!['a'; 6], words: Vec::new() })
        );
    }
}

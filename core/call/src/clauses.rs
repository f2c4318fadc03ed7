//! Cuts a stream of tokens where a voice can begin to speak: at the end of a sentence, or of a clause that is long enough.

use serde::{Deserialize, Serialize};

/// The first piece may be short, so that the caller waits less; a later one is longer, so that the voice sounds whole.
const FIRST_CHARS: usize = 12;
const LATER_CHARS: usize = 40;
/// A piece without any stop is cut at a space when it is this long.
const LONGEST_CHARS: usize = 200;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Clauses {
    waiting: String,
    given: bool,
}

impl Clauses {
    /// Takes a token, gives the pieces that are complete.
    pub fn push(&mut self, token: &str) -> Vec<String> {
        self.waiting.push_str(token);
        let mut pieces = Vec::new();
        while let Some(end) = self.cut() {
            let rest = self.waiting.split_off(end);
            let piece = std::mem::replace(&mut self.waiting, rest);
            if !piece.trim().is_empty() {
                self.given = true;
                pieces.push(piece);
            }
        }
        pieces
    }

    /// What is left when the stream is over.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.waiting);
        (!rest.trim().is_empty()).then_some(rest)
    }

    /// The byte after which the waiting text may be cut. A stop counts only once the character after it is there: `3.` may go on.
    fn cut(&self) -> Option<usize> {
        let least = if self.given { LATER_CHARS } else { FIRST_CHARS };
        let mut chars = self.waiting.char_indices().enumerate().peekable();
        let mut space = None;
        while let Some((count, (_, c))) = chars.next() {
            let next = chars.peek().map(|&(_, (at, c))| (at, c));
            let Some((at, next)) = next else { break };
            let sentence = matches!(c, '.' | '!' | '?' | '…' | '\n' | '。') && next.is_whitespace();
            let clause = matches!(c, ',' | ';' | ':' | '—') && next.is_whitespace() && count + 1 >= least;
            if sentence && !ends_in_abbreviation(&self.waiting[..at]) || clause {
                return Some(at);
            }
            if next.is_whitespace() {
                space = Some(at);
            }
            if count + 1 >= LONGEST_CHARS {
                return space.or(Some(at));
            }
        }
        None
    }
}

fn ends_in_abbreviation(text: &str) -> bool {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or("");
    matches!(
        word,
        "Mr."
            | "Mrs."
            | "Ms."
            | "Dr."
            | "St."
            | "No."
            | "e.g."
            | "i.e."
            | "z.B."
            | "Nr."
            | "Hr."
            | "Fr."
            | "a.m."
            | "p.m."
    ) || (word.len() == 2 && word.starts_with(char::is_uppercase))
}

/// A text in the pieces that a voice can be handed one by one.
pub fn split_clauses(text: &str) -> Vec<String> {
    let mut clauses = Clauses::default();
    let mut pieces = clauses.push(text);
    pieces.extend(clauses.finish());
    pieces.into_iter().map(|piece| piece.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::Clauses;

    fn check(tokens: &[&str], expect: &[&str]) {
        let mut clauses = Clauses::default();
        let mut got: Vec<String> = tokens.iter().flat_map(|token| clauses.push(token)).collect();
        got.extend(clauses.finish());
        assert_eq!(got, expect);
    }

    #[test]
    fn sentences() {
        check(
            &["Hello", " there.", " How are", " you?", " Good"],
            &["Hello there.", " How are you?", " Good"],
        );
    }

    #[test]
    fn numbers_and_names_stay_whole() {
        check(&["It costs 3.", "50 at Dr. Reed. ", "Fine"], &["It costs 3.50 at Dr. Reed.", " Fine"]);
    }

    #[test]
    fn a_long_clause_is_given_at_its_comma() {
        check(&["Well, if the water is running, then"], &["Well, if the water is running,", " then"]);
    }
}

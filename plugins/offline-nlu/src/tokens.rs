//! WordPiece as BERT's uncased models have it: lower case, no accents, words cut into the longest pieces that are known.

use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// More pieces than a sentence has; the rest of a monologue is left out.
const PIECES_MAX: usize = 96;

/// A longer word is no word.
const LETTERS_MAX: usize = 100;

pub struct Tokens {
    ids: BTreeMap<&'static str, i32>,
    first: i32,
    last: i32,
    unknown: i32,
}

impl Tokens {
    /// A piece a line, in the order of their ids.
    pub fn read(vocabulary: &'static str) -> Tokens {
        let ids: BTreeMap<_, _> = vocabulary.lines().zip(0..).collect();
        let id = |name| ids.get(name).copied().unwrap_or_default();
        Tokens { first: id("[CLS]"), last: id("[SEP]"), unknown: id("[UNK]"), ids }
    }

    /// The ids of a text, between the marks of its beginning and end.
    pub fn of(&self, text: &str) -> Vec<i32> {
        let mut all = vec![self.first];
        all.extend(words(text).iter().flat_map(|word| self.pieces(word)).take(PIECES_MAX));
        all.push(self.last);
        all
    }

    fn pieces(&self, word: &str) -> Vec<i32> {
        let mut pieces = Vec::new();
        let mut start = 0;
        while start < word.len() {
            let Some((end, id)) = self.longest(word, start).filter(|_| word.len() <= LETTERS_MAX) else {
                return vec![self.unknown];
            };
            pieces.push(id);
            start = end;
        }
        pieces
    }

    /// The longest known piece that begins at `start`: where it ends, and its id.
    fn longest(&self, word: &str, start: usize) -> Option<(usize, i32)> {
        let ends = word[start..].char_indices().map(|(at, letter)| start + at + letter.len_utf8());
        ends.collect::<Vec<_>>().into_iter().rev().find_map(|end| {
            let piece = &word[start..end];
            let id =
                if start == 0 { self.ids.get(piece) } else { self.ids.get(format!("##{piece}").as_str()) };
            id.map(|id| (end, *id))
        })
    }
}

/// Words and marks; each mark is a word of its own.
fn words(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().nfd().filter(|letter| !is_combining_mark(*letter)).collect::<String>();
    let mut words = vec![String::new()];
    for letter in plain.chars() {
        if letter.is_alphanumeric() {
            words.last_mut().expect("it begins with one").push(letter);
        } else {
            let mark = if letter.is_whitespace() || letter.is_control() {
                String::new()
            } else {
                letter.to_string()
            };
            words.extend([mark, String::new()]);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    #[test]
    fn the_models_pieces() {
        let tokens = Tokens::read(include_str!(env!("MODEL_VOCAB_TXT")));
        // As the reference tokenizer of bert-base-uncased gives them.
        assert_eq!(tokens.of("Hello, world!"), [101, 7592, 1010, 2088, 999, 102]);
        assert_eq!(tokens.of("unaffable Café"), [101, 14477, 20961, 3468, 7668, 102]);
        assert_eq!(tokens.of(""), [101, 102]);
        assert_eq!(tokens.of(&"a ".repeat(500)).len(), 98);
    }
}

//! A caller's sentence as words with places, which is what every recogniser walks over.
//!
//! A token is a run of letters (apostrophes inside belong to it), a run of figures, or one sign with a meaning (`+`, `@`, `€`). What
//! lies between two tokens is the later one's gap, so that `9:30`, `twenty-third` and `R, E` can be told apart where it matters.

use crate::hear::{Context, Heard};
use crate::tongue::Tongue;
use crate::value::Value;

pub(crate) struct Speech<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token<'a>>,
    pub tongue: Tongue,
    pub context: &'a Context<'a>,
}

pub(crate) struct Token<'a> {
    pub raw: &'a str,
    pub low: String,
    pub gap: &'a str,
    pub start: usize,
    pub end: usize,
}

/// What was read from a token on: the value, the first token behind it, and how sure that is.
pub(crate) struct Found<T> {
    pub what: T,
    pub to: usize,
    pub confidence: f32,
}

impl<T> Found<T> {
    pub fn new(what: T, to: usize, confidence: f32) -> Found<T> {
        Found { what, to, confidence }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Found<U> {
        Found { what: change(self.what), to: self.to, confidence: self.confidence }
    }
}

impl<'a> Speech<'a> {
    pub fn new(text: &'a str, context: &'a Context<'a>) -> Speech<'a> {
        Speech { text, tokens: tokens(text), tongue: Tongue::of(context.language), context }
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The word at `i` in lower case; empty behind the end.
    pub fn word(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| &token.low)
    }

    /// The word before `i`; empty at the begin.
    pub fn before(&self, i: usize) -> &str {
        i.checked_sub(1).map_or("", |i| self.word(i))
    }

    /// What stands between the word before `i` and the word at `i`.
    pub fn gap(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| token.gap)
    }

    /// Whether the word at `i` follows the one before it in one breath: a space or a hyphen.
    pub fn close(&self, i: usize) -> bool {
        i < self.len() && matches!(self.gap(i).trim(), "" | "-" | "\u{2011}" | "–")
    }

    pub fn one_of(&self, i: usize, words: &[&str]) -> bool {
        words.contains(&self.word(i))
    }

    /// The figures at `i`, if it is a run of figures.
    pub fn figures(&self, i: usize) -> Option<&str> {
        Some(self.word(i)).filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The token behind `phrase`, if its words stand from `i` on.
    pub fn phrase(&self, i: usize, phrase: &str) -> Option<usize> {
        let mut at = i;
        for word in phrase.split(' ') {
            if self.word(at) != word {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// The longest phrase of a table that stands from `i` on, what it means, and the token behind it.
    pub fn look_up<T: Copy>(&self, i: usize, table: &[(&str, T)]) -> Option<(T, usize)> {
        table
            .iter()
            .filter_map(|&(phrase, what)| Some((what, self.phrase(i, phrase)?)))
            .max_by_key(|&(_, to)| to)
    }

    /// Every value that `read` finds, from left to right, none overlapping another.
    pub fn scan(&self, read: impl Fn(usize) -> Option<Found<Value>>) -> Vec<Heard> {
        let (mut all, mut i) = (Vec::new(), 0);
        while i < self.len() {
            match read(i) {
                Some(found) => {
                    let to = found.to.max(i + 1);
                    all.push(self.heard(i, to, found.what, found.confidence));
                    i = to;
                }
                None => i += 1,
            }
        }
        all
    }

    /// A value that the tokens from `from` to before `to` gave.
    pub fn heard(&self, from: usize, to: usize, value: Value, confidence: f32) -> Heard {
        let start = self.tokens.get(from).map_or(self.text.len(), |token| token.start);
        let end = to.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.end);
        Heard { value, span: start..end.max(start), confidence }
    }

    /// Where the sentence begins and ends once the small talk around it is left out.
    pub fn core(&self) -> (usize, usize) {
        let (mut from, mut to) = (0, self.len());
        while from < to && FILLERS.contains(&self.word(from)) {
            from += 1;
        }
        while to > from && FILLERS.contains(&self.word(to - 1)) {
            to -= 1;
        }
        (from, to)
    }
}

/// Said before or after an answer without changing it.
const FILLERS: &[&str] = &[
    "uh",
    "um",
    "er",
    "erm",
    "hm",
    "hmm",
    "ah",
    "oh",
    "well",
    "so",
    "okay",
    "ok",
    "yes",
    "yeah",
    "sure",
    "hi",
    "hello",
    "hey",
    "please",
    "thanks",
    "thank",
    "you",
    "good",
    "morning",
    "afternoon",
    "evening",
    "äh",
    "ähm",
    "also",
    "ja",
    "hallo",
    "bitte",
    "danke",
    "gerne",
    "guten",
    "tag",
    "abend",
    "moin",
    "like",
    "just",
    "then",
];

const SIGNS: &str = "+@#&%*_$€£¥";

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all: Vec<Token> = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let Some(class) = Class::of(first) else { continue };
        let mut end = start + first.len_utf8();
        while let Some(&(at, next)) = rest.peek() {
            let goes_on = match class {
                Class::Letters => {
                    next.is_alphabetic()
                        || is_mark(next)
                        || (is_apostrophe(next) && letter_follows(text, at, next))
                }
                Class::Figures => next.is_ascii_digit(),
                Class::Sign => false,
            };
            if !goes_on {
                break;
            }
            end = at + next.len_utf8();
            rest.next();
        }
        let gap = &text[all.last().map_or(0, |token| token.end)..start];
        let raw = &text[start..end];
        all.push(Token { raw, low: raw.replace('’', "'").to_lowercase(), gap, start, end });
    }
    all
}

#[derive(Clone, Copy)]
enum Class {
    Letters,
    Figures,
    Sign,
}

impl Class {
    fn of(first: char) -> Option<Class> {
        match first {
            c if c.is_ascii_digit() => Some(Class::Figures),
            c if c.is_alphabetic() => Some(Class::Letters),
            c if SIGNS.contains(c) => Some(Class::Sign),
            _ => None,
        }
    }
}

/// A combining accent, as in a name that was written in two code points a letter.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn letter_follows(text: &str, at: usize, apostrophe: char) -> bool {
    text[at + apostrophe.len_utf8()..].chars().next().is_some_and(char::is_alphabetic)
}

//! A phrase's text as parts: `{day}`, `{code:spell}`, `\{`, `[pause 300ms]`, `[slow]…[/slow]`.

use super::{Part, Template};
use crate::expression::Expression;
use crate::finding::{Code, Place};
use closare_slots::Form;
use std::ops::Range;

/// What is wrong in a phrase, and where in its text.
pub(crate) struct Wrong {
    pub code: Code,
    pub range: Range<usize>,
    pub sentence: String,
    pub remedy: String,
}

const FORMS: [(&str, Form); 3] =
    [("spell", Form::Spell), ("digits", Form::Digits), ("ordinal", Form::Ordinal)];

/// Reads what it can; `place` gives the place in the file of a range of the text.
pub(crate) fn parse(text: &str, place: &dyn Fn(Range<usize>) -> Place) -> (Template, Vec<Wrong>) {
    let mut reader = Reader { text, parts: Vec::new(), wrong: Vec::new(), words: String::new(), slow: None };
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        at += match c {
            '\\' if text[at + 1..].starts_with(['{', '}', '[', ']', '\\']) => {
                reader.words.push_str(&text[at + 1..at + 2]);
                2
            }
            '{' => reader.value(at, place),
            '[' => reader.mark(at),
            '}' => {
                reader.note(
                    "say-3",
                    at..at + 1,
                    "expected a `{` before this `}`",
                    "write `\\}` for a brace that is said",
                );
                1
            }
            _ => {
                reader.words.push(c);
                c.len_utf8()
            }
        };
    }
    if let Some(begun) = reader.slow.clone() {
        reader.note("say-3", begun, "expected `[/slow]` after `[slow]`, found the end", "add `[/slow]`");
    }
    reader.flush();
    (Template { parts: reader.parts }, reader.wrong)
}

struct Reader<'a> {
    text: &'a str,
    parts: Vec<Part>,
    wrong: Vec<Wrong>,
    words: String,
    slow: Option<Range<usize>>,
}

impl Reader<'_> {
    fn value(&mut self, at: usize, place: &dyn Fn(Range<usize>) -> Place) -> usize {
        let Some(long) = closing(&self.text[at..]) else {
            self.note(
                "say-3",
                at..at + 1,
                "expected a `}` that closes this `{`",
                "write `\\{` for a brace that is said",
            );
            return 1;
        };
        let (begin, end) = (at + 1, at + long - 1);
        let (source, form) = self.form(begin, end);
        match Expression::parse(source, place(begin..begin + source.len())) {
            Ok(expression) => {
                self.flush();
                self.parts.push(Part::Value(expression, form));
            }
            Err(error) => {
                let range = begin + error.range.start..begin + error.range.end;
                self.note(
                    "say-3",
                    range,
                    &error.sentence,
                    "between braces stands a variable or an expression",
                );
            }
        }
        long
    }

    /// The expression between the braces, and how its value is said.
    fn form(&mut self, begin: usize, end: usize) -> (&str, Form) {
        let inner = &self.text[begin..end];
        let Some((source, word)) = inner.rsplit_once(':') else { return (inner, Form::Plain) };
        match FORMS.iter().find(|(name, _)| *name == word.trim()) {
            Some((_, form)) => (source, *form),
            None => {
                let sentence =
                    format!("expected `spell`, `digits` or `ordinal` after `:`, found `{}`", word.trim());
                self.note("say-3", begin + source.len() + 1..end, &sentence, "such as `{code:spell}`");
                (&self.text[begin..begin + source.len()], Form::Plain)
            }
        }
    }

    fn mark(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let Some(long) = rest.find(']').map(|end| end + 1) else {
            self.note(
                "say-3",
                at..at + 1,
                "expected a `]` that closes this `[`",
                "write `\\[` for a bracket that is said",
            );
            return 1;
        };
        let inner = rest[1..long - 1].trim();
        let range = at..at + long;
        match inner {
            "slow" if self.slow.is_none() => {
                self.flush();
                self.slow = Some(range);
                self.parts.push(Part::Slow(true));
            }
            "/slow" if self.slow.is_some() => {
                self.flush();
                self.slow = None;
                self.parts.push(Part::Slow(false));
            }
            _ => match inner.strip_prefix("pause ").and_then(crate::scalar::duration) {
                Some(long) if long.0 <= 10_000 => {
                    self.flush();
                    self.parts.push(Part::Pause(long));
                }
                _ => {
                    let sentence = format!(
                        "expected `[pause 300ms]` up to 10s, `[slow]` or `[/slow]`, found `[{}]`",
                        crate::source::short(inner)
                    );
                    self.note("say-3", range, &sentence, "write `\\[` for a bracket that is said");
                }
            },
        }
        long
    }

    fn flush(&mut self) {
        if !self.words.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.words)));
        }
    }

    fn note(&mut self, code: Code, range: Range<usize>, sentence: &str, remedy: &str) {
        self.wrong.push(Wrong { code, range, sentence: sentence.to_owned(), remedy: remedy.to_owned() });
    }
}

/// Bytes up to and with the `}` that ends a value; quoted texts inside may hold braces.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices().skip(1) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at + 1),
            (None, '{') => return None,
            (None, _) => {}
        }
    }
    None
}

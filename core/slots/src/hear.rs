use crate::kind::Type;
use crate::speech::Speech;
use crate::tongue::Tongue;
use crate::value::Value;
use crate::{
    choice, date, date_time, digits, duration, email, money, name, number, phone, postcode, time, yes_no,
};
use closare_terms::Language;
use jiff::civil;
use std::ops::Range;

/// What a sentence is read against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub language: &'a Language,
    /// The moment where the business is, which "tomorrow" counts from.
    pub now: civil::DateTime,
    /// ISO 3166 code of the country whose phone numbers and postcodes are said without it. `None` takes the language's region.
    pub country: Option<&'a str>,
}

impl Context<'_> {
    /// The country of phone numbers and postcodes, in capitals: given, or told by the language (`en-GB`, `de`).
    pub(crate) fn country(&self) -> Option<String> {
        if let Some(country) = self.country {
            return Some(country.to_ascii_uppercase());
        }
        let region = self.language.as_str().split('-').skip(1).find(|part| part.len() == 2);
        match (region, Tongue::of(self.language)) {
            (Some(region), _) => Some(region.to_ascii_uppercase()),
            (None, Tongue::German) => Some("DE".to_owned()),
            (None, Tongue::English | Tongue::Other) => None,
        }
    }
}

/// A value and where in the text it was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub value: Value,
    /// Bytes of the text, on the bounds of letters.
    pub span: Range<usize>,
    /// 0 to 1. From 0.9: said plainly. From 0.6: the likely reading of something that has others. Below: a guess, to be confirmed.
    pub confidence: f32,
}

/// The best reading of `text` as a `kind`; `None` if nothing of that kind was said.
///
/// A caller who corrects himself ("Monday, no, Tuesday") is taken at his last word. Bounds are not looked at: see [`check`](crate::check).
pub fn hear(kind: &Type, text: &str, context: &Context) -> Option<Heard> {
    let speech = Speech::new(text, context);
    let all = read(kind, &speech);
    let turned = last_turn(&speech);
    let later = |heard: &&Heard| heard.span.end > turned;
    let wanted = |heard: &&Heard| !is_denied(kind, &speech, heard);
    surest(all.iter().filter(later).filter(wanted))
        .or_else(|| surest(all.iter().filter(later)))
        .or_else(|| surest(all.iter()))
        .cloned()
}

/// Every reading, in the order in which they were said.
pub fn hear_all(kind: &Type, text: &str, context: &Context) -> Vec<Heard> {
    read(kind, &Speech::new(text, context))
}

fn read(kind: &Type, speech: &Speech) -> Vec<Heard> {
    match kind {
        Type::Text => text(speech),
        Type::Name => name::hear(speech),
        Type::Number { .. } => number::hear(speech),
        Type::Integer { .. } => number::hear_integer(speech),
        Type::Money { currency } => money::hear(speech, currency),
        Type::Date => date::hear(speech),
        Type::Time => time::hear(speech),
        Type::DateTime => date_time::hear(speech),
        Type::Duration => duration::hear(speech),
        Type::Phone => phone::hear(speech),
        Type::Email => email::hear(speech),
        Type::YesNo => yes_no::hear(speech),
        Type::Digits { min, max } => digits::hear(speech, *min, *max),
        Type::Choice { of } => choice::hear(speech, of),
        Type::Postcode => postcode::hear(speech),
    }
}

fn text(speech: &Speech) -> Vec<Heard> {
    let said = speech.text.trim();
    if said.is_empty() {
        return Vec::new();
    }
    let start = speech.text.len() - speech.text.trim_start().len();
    vec![Heard { value: Value::Text(said.to_owned()), span: start..start + said.len(), confidence: 0.9 }]
}

/// The first of the surest.
fn surest<'a>(all: impl Iterator<Item = &'a Heard>) -> Option<&'a Heard> {
    all.reduce(|best, next| if next.confidence > best.confidence { next } else { best })
}

/// The byte behind the last words by which a caller takes something back; 0 if there are none.
pub(crate) fn last_turn(speech: &Speech) -> usize {
    let words = speech.tongue.pick(TURNS_ENGLISH, TURNS_GERMAN);
    let ends =
        (1..speech.len()).filter_map(|i| words.iter().filter_map(|words| speech.phrase(i, words)).max());
    ends.max().map_or(0, |to| speech.tokens[to - 1].end)
}

/// "I can't come tomorrow, could I come on Tuesday?": a day whose part of the sentence says no is the one meant only if there is no other.
fn is_denied(kind: &Type, speech: &Speech, heard: &Heard) -> bool {
    if !matches!(kind, Type::Date | Type::Time | Type::DateTime) {
        return false;
    }
    let parted = |i: &usize| {
        speech.gap(*i).contains([',', '.', ';', '?', '!'])
            || speech.one_of(*i, &["but", "aber", "could", "can"])
    };
    let place = speech.tokens.iter().position(|token| token.start >= heard.span.start).unwrap_or(0);
    let from = (1..=place).rev().find(parted).unwrap_or(0);
    let to = (place + 1..speech.len()).find(parted).unwrap_or(speech.len());
    (from..to).any(|i| speech.one_of(i, DENIALS))
}

const DENIALS: &[&str] = &[
    "can't", "cannot", "not", "couldn't", "won't", "isn't", "doesn't", "cancel", "nicht", "kein", "statt",
    "absagen",
];

const TURNS_ENGLISH: &[&str] = &[
    "no",
    "no wait",
    "wait",
    "sorry",
    "i mean",
    "actually",
    "or rather",
    "correction",
    "scratch that",
    "make that",
    "make it",
];
const TURNS_GERMAN: &[&str] = &[
    "nein",
    "ach nein",
    "moment",
    "ich meine",
    "ich meinte",
    "entschuldigung",
    "quatsch",
    "doch lieber",
    "beziehungsweise",
    "vielmehr",
    "sondern",
];

#[cfg(test)]
mod tests {
    use crate::Type;
    use crate::table::{german, heard};

    #[test]
    fn the_last_word_counts() {
        let day = |text| heard(&Type::Date, text);
        assert_eq!(day("Monday, no, Tuesday"), "2026-03-03");
        assert_eq!(day("the third, sorry, the fourth of March"), "2026-03-04");
        assert_eq!(day("Friday, no wait"), "2026-03-06");
        assert_eq!(day("I can't come tomorrow, could I come on Tuesday?"), "2026-03-03");
        assert_eq!(day("I can't come tomorrow"), "2026-02-28");
        assert_eq!(german(&Type::Date, "morgen kann ich nicht, aber am Dienstag"), "2026-03-03");
        assert_eq!(german(&Type::Date, "am Montag, nein, am Dienstag"), "2026-03-03");
    }

    #[test]
    fn a_text_is_all_of_it() {
        assert_eq!(heard(&Type::Text, "  my tooth broke. "), "my tooth broke.");
        assert_eq!(heard(&Type::Text, "  "), "-");
    }
}

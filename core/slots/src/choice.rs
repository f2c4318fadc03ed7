//! One of a few things, by its name, by what people say for it, or by its place ("the second one").

use crate::hear::{Heard, last_turn};
use crate::kind::Choice;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::value::Value;

/// Below this share of an example's words, it wasn't said.
const SHARE_MIN: f32 = 0.5;
/// Two options as near as this to each other leave open which was meant.
const MARGIN: f32 = 0.1;

/// Of options whose words were said in one place, the nearest is kept; a tie is a guess.
pub(crate) fn hear(speech: &Speech, of: &[Choice]) -> Vec<Heard> {
    let mut all: Vec<Heard> = of.iter().flat_map(|choice| mentions(speech, choice)).collect();
    if all.is_empty() {
        return by_place(speech, of);
    }
    all.sort_by_key(|heard| heard.span.start);
    // What was taken back by "no, …" doesn't compete.
    let turned = last_turn(speech);
    if all.iter().any(|heard| heard.span.end > turned) {
        all.retain(|heard| heard.span.end > turned);
    }
    let best = all.iter().map(|heard| heard.confidence).fold(0.0, f32::max);
    let near: Vec<&Value> =
        all.iter().filter(|heard| best - heard.confidence < MARGIN).map(|heard| &heard.value).collect();
    let tie = near.iter().any(|value| *value != near[0]);
    for heard in &mut all {
        if tie && best - heard.confidence < MARGIN {
            heard.confidence = heard.confidence.min(0.5);
        }
    }
    all
}

/// The best place in the speech for an option's name and examples, unless it is denied there: "not the upper one".
fn mentions(speech: &Speech, choice: &Choice) -> Option<Heard> {
    let name = choice.name.replace(['_', '-'], " ");
    let texts = std::iter::once(name.as_str()).chain(choice.said.iter().map(String::as_str));
    let best = texts
        .filter_map(|text| mention(speech, text))
        .reduce(|best, next| if next.2 > best.2 { next } else { best })?;
    let (from, to, share) = best;
    Some(speech.heard(from, to, Value::Choice(choice.name.clone()), 0.95 * share))
}

/// Tokens from and to, and the share of the text's words that were said.
fn mention(speech: &Speech, text: &str) -> Option<(usize, usize, f32)> {
    let example = Speech::new(text, speech.context);
    if example.len() == 0 {
        return None;
    }
    let exact = (0..speech.len())
        .filter(|&i| (0..example.len()).all(|k| speech.word(i + k) == example.word(k)))
        .find(|&i| !denied(speech, i));
    if let Some(i) = exact {
        return Some((i, i + example.len(), 1.0));
    }
    let wanted = telling_words(&example);
    let places: Vec<usize> = wanted.iter().filter_map(|word| place(speech, word)).collect();
    let share = places.len() as f32 / wanted.len().max(1) as f32;
    let (first, last) = (*places.iter().min()?, *places.iter().max()?);
    (share > SHARE_MIN || wanted.len() == 2 && share >= SHARE_MIN).then_some((first, last + 1, 0.9 * share))
}

/// The words of an example that tell it from others; all of them if it has only ordinary ones.
fn telling_words<'a>(example: &'a Speech) -> Vec<&'a str> {
    let all = || (0..example.len()).map(|i| example.word(i));
    let telling: Vec<&str> = all().filter(|word| !SMALL.contains(word)).collect();
    if telling.is_empty() { all().collect() } else { telling }
}

/// Words that most sentences have, and that tell nothing of a choice.
const SMALL: &[&str] = &[
    "a", "an", "the", "i", "i'm", "i've", "i'd", "my", "me", "we", "it", "it's", "is", "are", "was", "be",
    "to", "of", "in", "on", "at", "for", "and", "or", "with", "have", "had", "has", "got", "do", "need",
    "want", "would", "like", "can", "could", "please", "lot", "some", "one", "this", "that", "there", "you",
    "your", "about", "up", "ich", "mir", "mich", "mein", "meine", "meinen", "ist", "sind", "war", "habe",
    "hab", "hätte", "ein", "eine", "einen", "einem", "einer", "der", "die", "das", "den", "dem", "bei", "zu",
    "zum", "zur", "im", "in", "am", "und", "oder", "es", "wir", "uns", "bitte", "gern", "gerne", "möchte",
    "brauche", "jemand", "von", "für", "mit", "auf",
];

fn place(speech: &Speech, word: &str) -> Option<usize> {
    (0..speech.len()).find(|&i| alike(speech.word(i), word) && !denied(speech, i))
}

fn denied(speech: &Speech, i: usize) -> bool {
    let no = |word: &str| {
        matches!(word, "not" | "isn't" | "never" | "without" | "nicht" | "kein" | "keine" | "keinen")
    };
    let article = |word: &str| matches!(word, "the" | "a" | "an" | "my" | "der" | "die" | "das" | "den");
    no(speech.before(i)) || i >= 2 && article(speech.before(i)) && no(speech.before(i - 1))
}

/// The same word, in another form of it, or as a transcript misspells it.
fn alike(a: &str, b: &str) -> bool {
    let long = a.chars().count().min(b.chars().count()) >= 5;
    a == b
        || stem(a) == stem(b) && stem(a).chars().count() >= 3
        || long && strsim::normalized_damerau_levenshtein(a, b) >= 0.8
}

fn stem(word: &str) -> &str {
    let ends = ["ings", "ing", "ies", "ed", "es", "en", "er", "em", "s", "y", "e", "n"];
    let cut = |end: &&str| word.strip_suffix(*end).filter(|rest| rest.chars().count() >= 3);
    ends.iter().find_map(cut).unwrap_or(word)
}

/// "The second one", "number two", "the last".
fn by_place(speech: &Speech, of: &[Choice]) -> Vec<Heard> {
    speech.scan(|i| {
        let (number, to) = place_said(speech, i, of.len())?;
        let choice = of.get(number.checked_sub(1)?)?;
        Some(Found::new(Value::Choice(choice.name.clone()), to, 0.8))
    })
}

fn place_said(speech: &Speech, i: usize, count: usize) -> Option<(usize, usize)> {
    if speech.one_of(i, &["last", "letzte", "letzten", "letzteres", "latter"]) {
        return Some((count, i + 1));
    }
    if speech.one_of(i, &["number", "option", "nummer"]) {
        let (number, to) = numeral::cardinal(speech, i + 1)?;
        return Some((usize::try_from(number).ok()?, to));
    }
    let (number, to) = numeral::ordinal(speech, i).or_else(|| {
        (speech.core().1 == i + 1 && speech.core().0 == i).then(|| numeral::cardinal(speech, i))?
    })?;
    Some((usize::try_from(number).ok()?, to))
}

pub(crate) fn say(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard};

    fn option(name: &str, said: &[&str]) -> Choice {
        Choice { name: name.into(), said: said.iter().map(|&text| text.to_owned()).collect() }
    }

    #[test]
    fn by_words_and_place() {
        let jaw = Type::Choice {
            of: vec![
                option("upper", &["top jaw", "above"]),
                option("lower", &["bottom jaw"]),
                option("not_sure", &["I can't tell"]),
            ],
        };
        let check = |text, expect: &str| assert_eq!(heard(&jaw, text), expect, "{text}");
        check("it's the upper one", "upper");
        check("the bottom", "lower");
        check("in my top jaw", "upper");
        check("not the upper one, the lower", "lower");
        check("upper, no wait, lower", "lower");
        check("I'm not sure", "not_sure");
        check("I can't tell", "not_sure");
        check("the second one", "lower");
        check("number one", "upper");
        check("two", "lower");
        check("my foot", "-");
    }

    #[test]
    fn in_other_forms_of_a_word() {
        let claim = Type::Choice {
            of: vec![
                option("water", &["bei mir ist ein Rohr geplatzt", "Wasserschaden"]),
                option("car", &["Autounfall", "mir ist jemand reingefahren"]),
            ],
        };
        assert_eq!(german(&claim, "Da ist uns ein Rohr geplatzt"), "water");
        assert_eq!(german(&claim, "ich hatte einen Auto-Unfall, also einen Autounfalls"), "car");
        let visit = Type::Choice { of: vec![option("cleaning", &[]), option("filling", &[])] };
        assert_eq!(heard(&visit, "a cleaning, please"), "cleaning");
        assert_eq!(heard(&visit, "two fillings"), "filling");
    }
}

//! E-mail addresses, written or said aloud: "ann dot reed at example dot com".

use crate::hear::Heard;
use crate::numeral;
use crate::speech::Speech;
use crate::spelled;
use crate::tongue::Tongue;
use crate::value::Value;

/// Words without a sign between them that may make up one part of an address: "ann marie reed at …".
const WORDS_MAX: usize = 4;

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    (0..speech.len()).filter_map(|i| around(speech, i)).collect()
}

/// The address around the `@` at token `i`.
fn around(speech: &Speech, i: usize) -> Option<Heard> {
    let behind = at_sign(speech, i)?;
    let (local, from) = local(speech, i)?;
    let (domain, to) = domain(speech, behind)?;
    let address = format!("{local}@{domain}");
    let written = speech.word(i) == "@";
    is_sound(&address)
        .then(|| speech.heard(from, to, Value::Email(address), if written { 0.95 } else { 0.8 }))
}

fn at_sign(speech: &Speech, i: usize) -> Option<usize> {
    let words: &[&str] =
        speech.tongue.pick(&["@", "at", "at sign"], &["@", "at", "ät", "ett", "klammeraffe"]);
    words.iter().filter_map(|words| speech.phrase(i, words)).max()
}

/// The part before the sign at `end`: as far back as words, figures and signs of an address go.
fn local(speech: &Speech, end: usize) -> Option<(String, usize)> {
    let begin = (0..end).rev().take_while(|&i| belongs(speech, i, end)).last()?;
    // Spelled letters may begin mid-way, so the first start that reads through to the sign is taken.
    (begin..end).find_map(|from| Some((through(speech, from, end)?, from)))
}

fn belongs(speech: &Speech, i: usize, end: usize) -> bool {
    let parted =
        i + 1 < end && speech.gap(i + 1).contains(['?', '!', ';', ':']) || speech.gap(i + 1).contains(". ");
    let sign = sign(speech, i).is_some() || speech.figures(i).is_some();
    !parted && (sign || !BEFORE_AN_ADDRESS.contains(&speech.word(i)))
}

/// Words that lead to an address.
const BEFORE_AN_ADDRESS: &[&str] = &[
    "is",
    "it's",
    "its",
    "it",
    "email",
    "mail",
    "e",
    "address",
    "to",
    "on",
    "me",
    "my",
    "use",
    "that's",
    "as",
    "at",
    "and",
    "yes",
    "yeah",
    "sure",
    "okay",
    "the",
    "ist",
    "adresse",
    "lautet",
    "meine",
    "unter",
    "an",
    "und",
    "ja",
    "mailadresse",
    "emailadresse",
    "same",
    "would",
    "be",
    "so",
    "wäre",
    "well",
    "uh",
    "um",
];

/// Everything from `from` to `end` as one part, if nothing is left over.
fn through(speech: &Speech, from: usize, end: usize) -> Option<String> {
    let (mut all, mut i, mut words) = (String::new(), from, 0);
    while i < end {
        if i > from {
            all.push_str(printed_sign(speech, i));
        }
        let (part, to) = piece(speech, i)?;
        words += usize::from(part.chars().count() > 1);
        all.push_str(&part);
        i = to;
    }
    let parts = 1 + all.matches(['.', '_', '-']).count();
    (i == end && words <= WORDS_MAX * parts).then_some(all)
}

/// One sign, letter, figure or word of an address.
fn piece(speech: &Speech, i: usize) -> Option<(String, usize)> {
    if let Some((sign, to)) = sign(speech, i) {
        return Some((sign.to_owned(), to));
    }
    let spelled =
        spelled::letter(speech, i).filter(|(_, to)| *to > i + 1 || speech.word(i).chars().count() == 1);
    if let Some((letters, to)) = spelled {
        return Some((letters.to_lowercase(), to));
    }
    if let Some((figures, to)) = spelled::figures(speech, i) {
        return Some((figures, to));
    }
    let word = speech.word(i);
    (!word.is_empty() && word.chars().all(char::is_alphanumeric)).then(|| (word.to_owned(), i + 1))
}

fn sign(speech: &Speech, i: usize) -> Option<(&'static str, usize)> {
    let table: &[(&str, &'static str)] = match speech.tongue {
        Tongue::English => &[
            ("dot", "."),
            ("point", "."),
            ("period", "."),
            ("underscore", "_"),
            ("dash", "-"),
            ("hyphen", "-"),
            ("minus", "-"),
            ("plus", "+"),
            ("_", "_"),
            ("+", "+"),
        ],
        Tongue::German => &[
            ("punkt", "."),
            ("dot", "."),
            ("unterstrich", "_"),
            ("bindestrich", "-"),
            ("minus", "-"),
            ("strich", "-"),
            ("plus", "+"),
            ("_", "_"),
            ("+", "+"),
        ],
        Tongue::Other => &[("_", "_"), ("+", "+")],
    };
    speech.look_up(i, table)
}

/// A sign that the transcript wrote as one: it touches the words on both sides.
fn printed_sign<'a>(speech: &Speech<'a>, i: usize) -> &'a str {
    let gap = speech.tokens.get(i).map_or("", |token| token.gap);
    let letter = |word: &str| word.chars().count() == 1;
    // "A-N-N" is how a transcript writes spelled letters.
    let spelled = gap == "-" && letter(speech.before(i)) && letter(speech.word(i));
    if matches!(gap, "." | "-") && !spelled { gap } else { "" }
}

/// The part from `i` on: labels with dots between them, the last being the shortest that ends an address.
fn domain(speech: &Speech, i: usize) -> Option<(String, usize)> {
    let (mut all, mut at) = label(speech, i, true)?;
    loop {
        let dotted = if speech.gap(at) == "." {
            Some(at)
        } else {
            sign(speech, at).filter(|(sign, _)| *sign == ".").map(|(_, to)| to)
        };
        let Some((next, to)) = dotted.and_then(|from| label(speech, from, false)) else { break };
        all = format!("{all}.{next}");
        at = to;
    }
    all.contains('.').then_some((all, at))
}

/// Between two dots. The first label may be several words ("harbour dental dot com"); later ones are a word or letters.
fn label(speech: &Speech, i: usize, first: bool) -> Option<(String, usize)> {
    let (mut all, mut at) = (String::new(), i);
    let mut words = 0;
    while at < speech.len() {
        if at > i && speech.gap(at) == "." || sign(speech, at).is_some_and(|(sign, _)| sign == ".") {
            break;
        }
        let Some((part, to)) = piece(speech, at) else { break };
        let single = part.chars().count() == 1;
        if words > 0 && (!first && !single || words > WORDS_MAX) {
            break;
        }
        if at > i {
            all.push_str(printed_sign(speech, at));
        }
        all.push_str(&part);
        at = to;
        if !first && !single {
            break;
        }
        words += 1;
    }
    (!all.is_empty()).then_some((all, at))
}

/// A local part, one `@`, and a domain with a dot and an end of letters (the useful subset of RFC 5321, section 4.1.2).
pub(crate) fn is_sound(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let local_good = local.chars().all(|c| c.is_alphanumeric() || "._-+%'".contains(c))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_good = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let Some((_, end)) = domain.rsplit_once('.') else { return false };
    let end_good = end.chars().count() >= 2 && end.chars().all(char::is_alphabetic);
    !local.is_empty()
        && local.len() <= 64
        && local_good
        && domain.len() <= 255
        && domain.split('.').all(label_good)
        && end_good
}

/// "Ann dot reed at example dot com". `spelled`: its words letter by letter.
pub(crate) fn say(address: &str, spelled: bool, tongue: Tongue) -> String {
    if tongue == Tongue::Other && !spelled {
        return address.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    let mut in_word = false;
    for c in address.chars() {
        let sign = match c {
            '@' => tongue.pick("at", "ät"),
            '.' => tongue.pick("dot", "Punkt"),
            '_' => tongue.pick("underscore", "Unterstrich"),
            '-' => tongue.pick("hyphen", "Bindestrich"),
            '+' => "plus",
            _ => "",
        };
        let letter = c.is_alphabetic();
        match (sign.is_empty(), parts.last_mut()) {
            (false, _) => parts.push(sign.to_owned()),
            (true, Some(word)) if letter && in_word && !spelled => word.push(c),
            (true, _) if letter && spelled => parts.push(c.to_uppercase().collect()),
            (true, _) => {
                parts.push(c.to_digit(10).map_or_else(|| c.to_string(), |n| numeral::say(n.into(), tongue)))
            }
        }
        in_word = sign.is_empty() && letter;
    }
    parts.join(if spelled { ", " } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    #[test]
    fn heard_aloud() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Email, text), expect, "{text}");
        check("ann dot reed at example dot com", "ann.reed@example.com");
        check("My email is ann.reed@example.com.", "ann.reed@example.com");
        check(
            "it's ann underscore reed seven at harbour dental dot co dot uk please",
            "ann_reed7@harbourdental.co.uk",
        );
        check("A, double N, at example dot com", "ann@example.com");
        check("A-N-N dot reed at example dot com", "ann.reed@example.com");
        check("you can reach me on ann reed at example.com", "annreed@example.com");
        check("ann-marie@my-firm.example", "ann-marie@my-firm.example");
        check("info at example dot d e", "info@example.de");
        check("I'm at home", "-");
        check("at nine dot", "-");
        assert_eq!(german(&Type::Email, "anna punkt müller ät beispiel punkt de"), "anna.müller@beispiel.de");
        assert_eq!(heard_in("fr", &Type::Email, "c'est ann@exemple.fr"), "ann@exemple.fr");
    }

    #[test]
    fn said() {
        assert_eq!(
            say("ann.reed7@example.com", false, Tongue::English),
            "ann dot reed seven at example dot com"
        );
        assert_eq!(say("a_b@c.de", true, Tongue::German), "A, Unterstrich, B, ät, C, Punkt, D, E");
    }
}

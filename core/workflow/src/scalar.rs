//! What a scalar's text means: durations, yes or no, names. The source text is read, never YAML's guess.

use closare_terms::{Language, Millis};

/// `400ms`, `6s`, `2m`, `3h`, `30d`, `1.5s`; at most a year.
pub(crate) fn duration(text: &str) -> Option<Millis> {
    let text = text.trim();
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = (text[..unit_at].trim_end(), &text[unit_at..]);
    let unit: f64 = match unit {
        "ms" => 1.0,
        "s" => 1000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return None,
    };
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let millis = number.parse::<f64>().ok()? * unit;
    (millis <= 366.0 * 86_400_000.0).then_some(Millis(millis.round() as u64))
}

pub(crate) fn yes_no(text: &str) -> Option<bool> {
    match text {
        "yes" | "true" | "on" | "Yes" | "True" => Some(true),
        "no" | "false" | "off" | "No" | "False" => Some(false),
        _ => None,
    }
}

/// A tag by its shape (RFC 5646, section 2.1): a word of 2 or 3 letters, then parts of up to 8 letters or figures.
pub(crate) fn language(text: &str) -> Option<Language> {
    let mut parts = text.split('-');
    let first = parts.next()?;
    let good = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    good.then(|| Language(text.to_owned()))
}

/// `6..8`, or one number for both.
pub(crate) fn range(text: &str) -> Option<(u64, u64)> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (from <= to).then_some((from, to))
}

/// The name of a variable, a flow, a contact, a step: a-z, 0-9 and `_`, beginning with a letter.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// A number in its international form without the signs that people put between figures, or a SIP URI.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("sip:").or_else(|| text.strip_prefix("sips:")) {
        let plain = !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control());
        return plain.then(|| text.to_owned());
    }
    let figures: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let digits = figures.strip_prefix('+').unwrap_or(&figures);
    ((2..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then_some(figures)
}

/// The nearest of these words, if one is near enough that it may be meant.
pub(crate) fn nearest<'a>(word: &str, all: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = all.into_iter().map(|one| (strsim::damerau_levenshtein(word, one), one));
    let (distance, one) = scored.min_by_key(|&(distance, _)| distance)?;
    (distance <= 1 + word.chars().count().max(3) / 4).then_some(one)
}

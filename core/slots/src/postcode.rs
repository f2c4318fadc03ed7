//! Postcodes: five figures in Germany and many others, ZIP in the United States, letters and figures in Britain.

use crate::digits;
use crate::hear::Heard;
use crate::speech::{Found, Speech};
use crate::spelled;
use crate::tongue::Tongue;
use crate::value::Value;

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    let country = speech.context.country();
    speech.scan(|i| {
        // What follows in the same breath may be spelled too, so the longest part that is a code is taken.
        let read = |(code, to): &(String, usize)| Some((in_country(code, country.as_deref())?, *to));
        let ((code, confidence), to) = beginnings(speech, i).iter().rev().find_map(read)?;
        Some(Found::new(Value::Postcode(code), to, confidence))
    })
}

/// Letters and figures from `i` on as one text, after each of its parts. A transcript also writes letters as a word: `SW1A`.
fn beginnings(speech: &Speech, i: usize) -> Vec<(String, usize)> {
    let (mut all, mut code, mut to): (_, String, _) = (Vec::new(), String::new(), i);
    while to < speech.len() && (to == i || speech.gap(to).trim().len() < 2) {
        let part = spelled::letter(speech, to)
            .or_else(|| spelled::figure(speech, to, to > i))
            .or_else(|| printed(speech, to));
        let Some((part, end)) = part else { break };
        code.push_str(&part);
        to = end;
        all.push((code.clone(), to));
    }
    all
}

/// Two letters beside a figure, written as one word.
fn printed(speech: &Speech, i: usize) -> Option<(String, usize)> {
    let word = speech.word(i);
    let letters = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let before_figure = speech.figures(i + 1).is_some() && speech.gap(i + 1).is_empty();
    let behind_figure = i > 0 && speech.figures(i - 1).is_some() && speech.close(i);
    (letters && (before_figure || behind_figure)).then(|| (word.to_uppercase(), i + 1))
}

pub(crate) fn in_country(code: &str, country: Option<&str>) -> Option<(String, f32)> {
    match country {
        Some("GB") => british(code).map(|code| (code, 0.95)),
        Some("US") => american(code).map(|code| (code, 0.9)),
        Some("NL") => dutch(code).map(|code| (code, 0.95)),
        Some("AT" | "CH" | "BE" | "DK" | "NO" | "AU" | "LU") => figures(code, 4).map(|code| (code, 0.9)),
        Some("DE" | "FR" | "ES" | "IT" | "FI" | "EE" | "HR" | "MX" | "TR") => {
            figures(code, 5).map(|code| (code, 0.9))
        }
        Some(_) | None => {
            british(code).map(|code| (code, 0.8)).or_else(|| american(code).map(|code| (code, 0.7)))
        }
    }
}

fn figures(code: &str, count: usize) -> Option<String> {
    (code.len() == count && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| code.to_owned())
}

fn american(code: &str) -> Option<String> {
    figures(code, 5).or_else(|| figures(code, 9).map(|code| format!("{}-{}", &code[..5], &code[5..])))
}

fn dutch(code: &str) -> Option<String> {
    (shape(code) == "9999AA").then(|| format!("{} {}", &code[..4], &code[4..]))
}

/// BS 7666: an outward code of six shapes, then a figure and two letters.
fn british(code: &str) -> Option<String> {
    let shape = shape(code);
    let outward = shape.strip_suffix("9AA")?;
    let known = matches!(outward, "A9" | "A99" | "AA9" | "AA99" | "A9A" | "AA9A");
    known.then(|| format!("{} {}", &code[..outward.len()], &code[outward.len()..]))
}

fn shape(code: &str) -> String {
    let kind = |c: char| {
        if c.is_ascii_digit() {
            '9'
        } else if c.is_ascii_uppercase() {
            'A'
        } else {
            '?'
        }
    };
    code.chars().map(kind).collect()
}

/// Sign by sign, a pause where it is written with a space.
pub(crate) fn say(code: &str, tongue: Tongue) -> String {
    let parts: Vec<String> = code.split([' ', '-']).map(|part| digits::say_group(part, tongue)).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    #[test]
    fn heard_in_the_form_of_its_country() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Postcode, text), expect, "{text}");
        check("It's SW1A 1AA", "SW1A 1AA");
        check("s w one a, one a a", "SW1A 1AA");
        check("M for mother, one, one, A, E", "M1 1AE");
        check("I'd rather not say", "-");
        assert_eq!(german(&Type::Postcode, "eins null eins eins fünf Berlin"), "10115");
        assert_eq!(german(&Type::Postcode, "80331"), "80331");
        assert_eq!(heard_in("en-US", &Type::Postcode, "nine oh two one oh"), "90210");
        assert_eq!(heard_in("nl-NL", &Type::Postcode, "1012 ab"), "1012 AB");
    }

    #[test]
    fn said_sign_by_sign() {
        assert_eq!(say("SW1A 1AA", Tongue::English), "S W one A, one A A");
        assert_eq!(say("10115", Tongue::German), "eins null eins eins fünf");
    }
}

//! Numbers with and without decimals: "three point five", "minus two", "2,5", "zweieinhalb".

use crate::hear::Heard;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::spelled;
use crate::tongue::Tongue;
use crate::value::Value;

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    speech.scan(|i| Some(reading(speech, i)?.map(Value::Number)))
}

/// Single figures said in a row are one number: "four two" is 42.
pub(crate) fn hear_integer(speech: &Speech) -> Vec<Heard> {
    let all = speech.scan(|i| {
        let found = reading(speech, i)?;
        // A number with decimals is none of the wanted, and neither is its second half.
        let Some(whole) = whole(found.what) else { return Some(found.map(Value::Number)) };
        let row = spelled::figures(speech, i).filter(|(all, to)| *to > found.to && to - i == all.len());
        Some(match row.and_then(|(all, to)| Some((all.parse().ok()?, to))) {
            Some((row, to)) => Found::new(Value::Integer(row), to, 0.7),
            None => Found::new(Value::Integer(whole), found.to, found.confidence),
        })
    });
    all.into_iter().filter(|heard| matches!(heard.value, Value::Integer(_))).collect()
}

/// A number from `i` on.
pub(crate) fn reading(speech: &Speech, i: usize) -> Option<Found<f64>> {
    if speech.one_of(i, &["minus", "negative"]) {
        let size = scaled(speech, size(speech, i + 1)?);
        return Some(size.map(|n| -n));
    }
    let printed_minus =
        speech.figures(i).is_some() && speech.gap(i).ends_with(['-', '−']) && speech.gap(i).len() < 5 && {
            let before = speech.gap(i).trim_end_matches(['-', '−']);
            i == 0 && before.is_empty() || before.ends_with(' ')
        };
    let size = scaled(speech, size(speech, i)?);
    Some(if printed_minus { size.map(|n| -n) } else { size })
}

/// "Half a million", "2.5k": whole numbers have their scales already.
fn scaled(speech: &Speech, size: Found<f64>) -> Found<f64> {
    let scale = match speech.word(size.to) {
        "k" if speech.gap(size.to).is_empty() => 1e3,
        "thousand" | "tausend" if speech.close(size.to) => 1e3,
        "million" | "millionen" if speech.close(size.to) => 1e6,
        _ => return size,
    };
    Found { what: size.what * scale, to: size.to + 1, confidence: size.confidence }
}

fn size(speech: &Speech, i: usize) -> Option<Found<f64>> {
    if let Some((halves, to)) = half(speech, i) {
        return Some(Found::new(halves, to, 0.9));
    }
    let (whole, to) = numeral::cardinal(speech, i)?;
    let found = Found::new(whole as f64, to, if is_article(speech, i, to) { 0.3 } else { 0.9 });
    if let Some((places, to)) = decimals(speech, to) {
        // As text, so that "three point one" is 3.1 to the last bit.
        return Some(Found::new(format!("{whole}.{places}").parse().ok()?, to, 0.95));
    }
    let end = speech.tongue.pick(["and a half", "and one half"], ["einhalb", "und ein halb"]);
    if let Some(to) = end.iter().find_map(|end| speech.phrase(to, end)) {
        return Some(Found::new(whole as f64 + 0.5, to, 0.95));
    }
    Some(found)
}

/// "Two and a half" in one German word, and halves alone.
fn half(speech: &Speech, i: usize) -> Option<(f64, usize)> {
    let word = speech.word(i);
    match speech.tongue {
        Tongue::English => match word {
            "half" => Some((0.5, if speech.one_of(i + 1, &["a", "an"]) { i + 2 } else { i + 1 })),
            "a" if speech.word(i + 1) == "half" => Some((0.5, i + 2)),
            "one" if speech.word(i + 1) == "half" => Some((0.5, i + 2)),
            _ => None,
        },
        Tongue::German => match word {
            "anderthalb" | "eineinhalb" | "einundeinhalb" => Some((1.5, i + 1)),
            "halb" | "halbe" | "halber" | "halbes" | "halben" => Some((0.5, i + 1)),
            _ => {
                let head = word.strip_suffix("einhalb")?;
                let ones = ["zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"];
                Some((ones.iter().position(|&one| one == head)? as f64 + 2.5, i + 1))
            }
        },
        Tongue::Other => None,
    }
}

/// The figures behind the decimal sign at `i`, spoken or printed.
fn decimals(speech: &Speech, i: usize) -> Option<(String, usize)> {
    let sign = speech.tongue.pick(".", ",");
    if let Some(figures) = speech.figures(i).filter(|_| speech.gap(i) == sign) {
        return Some((figures.to_owned(), i + 1));
    }
    if speech.word(i) != speech.tongue.pick("point", "komma") {
        return None;
    }
    spelled::figures(speech, i + 1)
}

/// "One" and "ein" are also said for things that nobody counts.
fn is_article(speech: &Speech, i: usize, to: usize) -> bool {
    let article = matches!(speech.word(i), "a" | "ein" | "eine" | "einen" | "einem" | "einer");
    let pronoun = speech.word(i) == "one"
        && matches!(speech.before(i), "the" | "this" | "that" | "which" | "green" | "other");
    to == i + 1 && (article || pronoun)
}

/// The number if it has no decimals and fits.
fn whole(n: f64) -> Option<i64> {
    (n.fract() == 0.0 && n.abs() < 9e15).then_some(n as i64)
}

pub(crate) fn say(n: f64, tongue: Tongue) -> String {
    if let Some(n) = whole(n) {
        return say_integer(n, tongue);
    }
    let printed = n.abs().to_string();
    let (Some((head, places)), true) = (printed.split_once('.'), tongue != Tongue::Other) else {
        return n.to_string();
    };
    let (Ok(head), true) = (head.parse(), places.len() < 16) else { return n.to_string() };
    let places: Vec<String> =
        places.bytes().map(|place| numeral::say(u64::from(place - b'0'), tongue)).collect();
    let words =
        format!("{} {} {}", numeral::say(head, tongue), tongue.pick("point", "Komma"), places.join(" "));
    if n < 0.0 { format!("minus {words}") } else { words }
}

pub(crate) fn say_integer(n: i64, tongue: Tongue) -> String {
    let words = numeral::say(n.unsigned_abs(), tongue);
    match (n < 0, tongue) {
        (false, _) => words,
        (true, Tongue::Other) => format!("-{words}"),
        (true, _) => format!("minus {words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    const NUMBER: Type = Type::Number { min: None, max: None };
    const INTEGER: Type = Type::Integer { min: None, max: None };

    #[test]
    fn numbers() {
        let check = |text, expect: &str| assert_eq!(heard(&NUMBER, text), expect, "{text}");
        check("about three point five metres", "3.5");
        check("minus two", "-2.0");
        check("-2.5", "-2.5");
        check("two and a half", "2.5");
        check("1,250.75", "1250.75");
        check("a hundred and five", "105.0");
        check("half a million", "500000.0");
        check("2.5 thousand", "2500.0");
        check("none of that", "-");
        let check = |text, expect: &str| assert_eq!(german(&NUMBER, text), expect, "{text}");
        check("drei Komma fünf", "3.5");
        check("1.250,75", "1250.75");
        check("zweieinhalb", "2.5");
        assert_eq!(heard_in("fr", &NUMBER, "il y en a 12"), "12.0");
    }

    #[test]
    fn integers() {
        let check = |text, expect: &str| assert_eq!(heard(&INTEGER, text), expect, "{text}");
        check("there are twenty-three of us", "23");
        check("four two", "42");
        check("the green one, number seven", "7");
        check("3.5", "-");
        check("two, no, three", "3");
        assert_eq!(german(&INTEGER, "wir sind zu dreiundzwanzigst, nein, einundzwanzig Leute"), "21");
    }

    #[test]
    fn said() {
        assert_eq!(say(-3.25, Tongue::English), "minus three point two five");
        assert_eq!(say(1042.0, Tongue::English), "one thousand and forty-two");
        assert_eq!(say(2.5, Tongue::German), "zwei Komma fünf");
        assert_eq!(say_integer(-21, Tongue::Other), "-21");
    }
}

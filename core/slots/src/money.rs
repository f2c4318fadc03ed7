//! Amounts: "twenty pounds fifty", "€20.50", "zwanzig Euro fünfzig", "fifty p".

use crate::hear::Heard;
use crate::number;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;
use crate::value::Value;
use closare_terms::Money;

/// `own` is the field's currency: it is meant where none is said, and "dollars" are its dollars.
pub(crate) fn hear(speech: &Speech, own: &str) -> Vec<Heard> {
    speech.scan(|i| {
        let found = amount(speech, i, own)?;
        let minor = found.what.0 * scale(&found.what.1) as f64;
        let minor = (minor.abs() < 9e15).then(|| minor.round() as i64)?;
        Some(Found::new(Value::Money(Money { minor, currency: found.what.1 }), found.to, found.confidence))
    })
}

/// Units of the currency, and which.
fn amount(speech: &Speech, i: usize, own: &str) -> Option<Found<(f64, String)>> {
    if let Some(currency) = sign(speech.word(i), own) {
        return Some(number::reading(speech, i + 1)?.map(|n| (n, currency)));
    }
    let number = article_before_unit(speech, i, own).or_else(|| number::reading(speech, i))?;
    let (n, to) = (number.what, number.to);
    if let Some((currency, _)) = part(speech, to, own) {
        return Some(Found::new((n / scale(&currency) as f64, currency), to + 1, 0.9));
    }
    let Some(currency) = unit(speech.word(to), own).filter(|_| speech.gap(to).trim().is_empty()) else {
        return Some(match price(speech, i, &number) {
            Some((parts, end)) => Found::new((n + parts as f64 / 100.0, own.to_owned()), end, 0.5),
            None => Found::new((n, own.to_owned()), to, number.confidence.min(0.6)),
        });
    };
    let (parts, to) = behind_unit(speech, to + 1, &currency, own);
    Some(Found::new((n + parts / scale(&currency) as f64, currency), to, 0.95))
}

/// The parts of "nineteen ninety-nine", as prices are read out.
fn price(speech: &Speech, i: usize, number: &Found<f64>) -> Option<(u64, usize)> {
    let (parts, to) = numeral::below_hundred(speech, number.to).filter(|&(parts, _)| parts >= 10)?;
    let words = speech.figures(i).is_none() && speech.figures(number.to).is_none();
    (words && number.what < 100.0 && number.what.fract() == 0.0 && speech.close(number.to))
        .then_some((parts, to))
}

/// "A pound", "ein Euro".
fn article_before_unit(speech: &Speech, i: usize, own: &str) -> Option<Found<f64>> {
    let article = speech.one_of(i, &["a", "an", "one", "ein", "einen"]);
    (article && unit(speech.word(i + 1), own).is_some()).then(|| Found::new(1.0, i + 1, 0.9))
}

/// "… and fifty cents", "… fifty": the smaller unit's part of an amount whose larger one ends before `i`.
fn behind_unit(speech: &Speech, i: usize, currency: &str, own: &str) -> (f64, usize) {
    let and = speech.one_of(i, &["and", "und"]);
    let from = if and { i + 1 } else { i };
    let Some((n, to)) = numeral::below_hundred(speech, from).filter(|_| speech.gap(i).trim().len() < 2)
    else {
        return (0.0, i);
    };
    let named = part(speech, to, own).is_some_and(|(of, _)| of == currency || scale(&of) == 100);
    match (named, and) {
        (true, _) => (n as f64, to + 1),
        (false, false) if n >= 1 && speech.close(i) => (n as f64, to),
        _ => (0.0, i),
    }
}

fn sign(word: &str, own: &str) -> Option<String> {
    let currency = match word {
        "£" => "GBP",
        "€" => "EUR",
        "¥" => "JPY",
        "$" => dollars(own),
        _ => return None,
    };
    Some(currency.to_owned())
}

fn unit(word: &str, own: &str) -> Option<String> {
    let currency = match word {
        "pound" | "pounds" | "quid" | "pfund" | "sterling" => "GBP",
        "euro" | "euros" => "EUR",
        "dollar" | "dollars" | "bucks" | "buck" => dollars(own),
        "franc" | "francs" | "franken" => "CHF",
        "yen" => "JPY",
        "kronor" | "krona" | "kroner" | "krone" | "kronen" => crowns(own),
        "zloty" | "zlotys" => "PLN",
        _ if word.eq_ignore_ascii_case(own) => own,
        _ => return sign(word, own),
    };
    Some(currency.to_owned())
}

/// The smaller unit at `i`: its currency, and the token.
fn part(speech: &Speech, i: usize, own: &str) -> Option<(String, usize)> {
    let currency = match speech.word(i) {
        "penny" | "pence" | "p" => "GBP",
        "cent" | "cents" if own == "EUR" => "EUR",
        "cent" | "cents" => {
            if speech.tongue == Tongue::German {
                "EUR"
            } else {
                dollars(own)
            }
        }
        "rappen" => "CHF",
        _ => return None,
    };
    Some((currency.to_owned(), i))
}

fn dollars(own: &str) -> &str {
    if matches!(own, "USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD") { own } else { "USD" }
}

fn crowns(own: &str) -> &str {
    if matches!(own, "SEK" | "NOK" | "DKK" | "CZK" | "ISK") { own } else { "SEK" }
}

/// How many of the smallest unit make one of the currency (ISO 4217, minor units).
pub(crate) fn scale(currency: &str) -> i64 {
    match currency {
        "JPY" | "KRW" | "ISK" | "CLP" | "VND" | "XAF" | "XOF" | "PYG" | "UGX" => 1,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 1000,
        _ => 100,
    }
}

pub(crate) fn say(money: &Money, tongue: Tongue) -> String {
    let scale = scale(&money.currency);
    let (whole, parts) = (money.minor / scale, money.minor % scale);
    if tongue == Tongue::Other {
        let places = scale.ilog10() as usize;
        let sign = if money.minor < 0 { "-" } else { "" };
        return match places {
            0 => format!("{sign}{} {}", whole.abs(), money.currency),
            _ => format!("{sign}{}.{:0places$} {}", whole.abs(), parts.abs(), money.currency),
        };
    }
    let mut words = Vec::new();
    if money.minor < 0 {
        words.push("minus".to_owned());
    }
    let (one, many, part) = names(&money.currency, tongue);
    if whole != 0 || parts == 0 {
        words.push(counted(whole.unsigned_abs(), tongue));
        words.push(if whole.abs() == 1 { one } else { many }.to_owned());
    }
    if parts != 0 {
        if whole != 0 {
            words.push(tongue.pick("and", "und").to_owned());
        }
        words.push(counted(parts.unsigned_abs(), tongue));
        words.push(if parts.abs() == 1 {
            part.trim_end_matches('s').replace("pence", "penny")
        } else {
            part.to_owned()
        });
    }
    words.join(" ")
}

fn counted(n: u64, tongue: Tongue) -> String {
    match (n, tongue) {
        (1, Tongue::German) => "ein".to_owned(),
        _ => numeral::say(n, tongue),
    }
}

/// One of it, many, and its parts.
fn names(currency: &str, tongue: Tongue) -> (&str, &str, &str) {
    match (currency, tongue) {
        ("GBP", Tongue::German) => ("Pfund", "Pfund", "Pence"),
        ("EUR", Tongue::German) => ("Euro", "Euro", "Cent"),
        ("CHF", Tongue::German) => ("Franken", "Franken", "Rappen"),
        ("USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD", Tongue::German) => ("Dollar", "Dollar", "Cent"),
        ("GBP", _) => ("pound", "pounds", "pence"),
        ("EUR", _) => ("euro", "euros", "cents"),
        ("USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD", _) => ("dollar", "dollars", "cents"),
        ("CHF", _) => ("franc", "francs", "rappen"),
        ("JPY", _) => ("yen", "yen", ""),
        ("SEK" | "NOK" | "DKK" | "CZK" | "ISK", _) => {
            tongue.pick(("krona", "kronor", "ore"), ("Krone", "Kronen", "Öre"))
        }
        _ => (currency, currency, tongue.pick("hundredths", "Hundertstel")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in, said, said_in_german};

    fn pounds() -> Type {
        Type::Money { currency: "GBP".into() }
    }

    fn euros() -> Type {
        Type::Money { currency: "EUR".into() }
    }

    #[test]
    fn amounts() {
        let check = |text, amount: &str, currency: &str| {
            assert_eq!(
                heard(&pounds(), text),
                format!(r#"{{"amount":{amount},"currency":"{currency}"}}"#),
                "{text}"
            );
        };
        check("twenty pounds fifty", "20.5", "GBP");
        check("£20.50, please", "20.5", "GBP");
        check("it was a hundred quid", "100.0", "GBP");
        check("twenty euros and five cents", "20.05", "EUR");
        check("fifty p", "0.5", "GBP");
        check("1,250", "1250.0", "GBP");
        check("nineteen ninety nine", "19.99", "GBP");
        check("a pound", "1.0", "GBP");
        let check = |text, amount: &str| {
            assert_eq!(german(&euros(), text), format!(r#"{{"amount":{amount},"currency":"EUR"}}"#), "{text}")
        };
        check("zwanzig Euro fünfzig", "20.5");
        check("1.250,75 €", "1250.75");
        check("ein Euro und zehn Cent", "1.1");
        assert_eq!(heard_in("fr", &euros(), "20.50 €"), r#"{"amount":20.5,"currency":"EUR"}"#);
    }

    #[test]
    fn said_with_its_currency() {
        let money = |minor, currency: &str| Value::Money(Money { minor, currency: currency.into() });
        assert_eq!(said(&money(2050, "GBP")), "twenty pounds and fifty pence");
        assert_eq!(said(&money(101, "USD")), "one dollar and one cent");
        assert_eq!(said(&money(500, "JPY")), "five hundred yen");
        assert_eq!(said_in_german(&money(120, "EUR")), "ein Euro und zwanzig Cent");
        assert_eq!(say(&Money { minor: 2005, currency: "EUR".into() }, Tongue::Other), "20.05 EUR");
    }
}

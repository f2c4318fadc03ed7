//! Lengths of time: "an hour and a half", "90 minutes", "anderthalb Stunden".

use crate::calendar::{self, Unit};
use crate::hear::Heard;
use crate::number;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;
use crate::value::Value;
use closare_terms::Millis;

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    speech.scan(|i| reading(speech, i).map(|found| found.map(Value::Duration)))
}

/// One or more spans that follow each other: "two hours and ten minutes".
pub(crate) fn reading(speech: &Speech, i: usize) -> Option<Found<Millis>> {
    let (mut total, mut to, mut least) = part(speech, i)?;
    let mut confidence: f32 = if least >= Unit::MONTH_MS { 0.6 } else { 0.95 };
    loop {
        let from = if speech.one_of(to, &["and", "und"]) { to + 1 } else { to };
        if let Some((share, end)) = share(speech, from, least) {
            (total, to) = (total + share, end);
            continue;
        }
        match part(speech, from) {
            // Each part is of a smaller unit: "two hours, ten minutes".
            Some((more, end, unit)) if unit < least => (total, to, least) = (total + more, end, unit),
            _ => break,
        }
    }
    if !(0.0..9e15).contains(&total) {
        confidence = 0.0;
    }
    (confidence > 0.0).then(|| Found::new(Millis(total.round() as u64), to, confidence))
}

/// A whole number of one unit: "three days", "a week", "einer Woche".
pub(crate) fn counted(speech: &Speech, i: usize) -> Option<(i64, Unit, usize)> {
    let (n, to) = count(speech, i)?;
    let (unit, times) = calendar::unit(speech, to)?;
    let whole = n.fract() == 0.0 && n.abs() < 1e6;
    whole.then_some((n as i64 * times, unit, to + 1))
}

/// Milliseconds of one span, the token behind it, and its unit's milliseconds.
fn part(speech: &Speech, i: usize) -> Option<(f64, usize, f64)> {
    if let Some((hours, to)) = speech.look_up(i, SHARES_OF_AN_HOUR) {
        return Some((hours * HOUR_MS, to, MINUTE_MS * 15.0));
    }
    let (n, to) = count(speech, i)?;
    let (unit, times) = calendar::unit(speech, to)?;
    Some((n * times as f64 * unit.ms(), to + 1, unit.ms()))
}

fn count(speech: &Speech, i: usize) -> Option<(f64, usize)> {
    if let Some(to) =
        ["a couple of", "couple of", "ein paar"].iter().find_map(|words| speech.phrase(i, words))
    {
        return Some((2.0, to));
    }
    if speech.one_of(i, &["a", "an"]) && speech.word(i + 1) != "half" {
        return Some((1.0, i + 1));
    }
    if speech.one_of(i, &["eine", "einer", "ne"]) && speech.one_of(i + 1, &["halbe", "halben"]) {
        return Some((0.5, i + 2));
    }
    number::reading(speech, i).map(|found| (found.what, found.to))
}

/// "… and a half", "… and a quarter" of the unit just said; "1 h 30" without a unit.
fn share(speech: &Speech, i: usize, unit: f64) -> Option<(f64, usize)> {
    let table: &[(&str, f64)] = &[
        ("a half", 0.5),
        ("half", 0.5),
        ("a quarter", 0.25),
        ("three quarters", 0.75),
        ("eine halbe", 0.5),
        ("eine viertel", 0.25),
    ];
    if let Some((share, to)) = speech.look_up(i, table) {
        return (speech.before(i) == "and" || speech.before(i) == "und").then_some((share * unit, to));
    }
    let (n, to) = numeral::below_hundred(speech, i).filter(|&(n, _)| n < 60 && speech.close(i))?;
    let sounds = speech.figures(i).is_some() || n % 5 == 0 && !speech.close(to);
    let bare = unit == HOUR_MS && sounds && calendar::unit(speech, to).is_none();
    if !bare {
        return None;
    }
    Some((n as f64 * MINUTE_MS, if speech.word(to) == "m" { to + 1 } else { to }))
}

const SHARES_OF_AN_HOUR: &[(&str, f64)] = &[
    ("a quarter of an hour", 0.25),
    ("quarter of an hour", 0.25),
    ("three quarters of an hour", 0.75),
    ("eine viertelstunde", 0.25),
    ("viertelstunde", 0.25),
    ("eine dreiviertelstunde", 0.75),
    ("dreiviertelstunde", 0.75),
    ("eine knappe stunde", 1.0),
];

const MINUTE_MS: f64 = 60_000.0;
const HOUR_MS: f64 = 60.0 * MINUTE_MS;

impl Unit {
    /// A month is taken as 30 days: a span that is told in months isn't meant to the hour.
    const MONTH_MS: f64 = 30.0 * 24.0 * HOUR_MS;

    fn ms(self) -> f64 {
        match self {
            Unit::Second => 1000.0,
            Unit::Minute => MINUTE_MS,
            Unit::Hour => HOUR_MS,
            Unit::Day => 24.0 * HOUR_MS,
            Unit::Week => 7.0 * 24.0 * HOUR_MS,
            Unit::Month => Unit::MONTH_MS,
            Unit::Year => 365.0 * 24.0 * HOUR_MS,
        }
    }
}

/// "One hour and thirty minutes"; what is shorter than a second is left out.
pub(crate) fn say(span: Millis, tongue: Tongue) -> String {
    let seconds = span.0 / 1000;
    let amounts = [seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
    let names = match tongue {
        Tongue::English => [("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")],
        Tongue::German => {
            [("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")]
        }
        Tongue::Other => [("d", "d"), ("h", "h"), ("min", "min"), ("s", "s")],
    };
    let mut parts: Vec<String> = amounts
        .into_iter()
        .zip(names)
        .filter(|&(n, _)| n > 0)
        .map(|(n, name)| say_part(n, name, tongue))
        .collect();
    if parts.is_empty() {
        parts.push(say_part(0, names[3], tongue));
    }
    let last = parts.pop().unwrap_or_default();
    match (parts.is_empty(), tongue) {
        (true, _) => last,
        (false, Tongue::Other) => format!("{} {last}", parts.join(" ")),
        (false, _) => format!("{} {} {last}", parts.join(", "), tongue.pick("and", "und")),
    }
}

fn say_part(n: u64, (one, many): (&str, &str), tongue: Tongue) -> String {
    match (n, tongue) {
        (1, Tongue::German) => format!("{} {one}", if one == "Tag" { "ein" } else { "eine" }),
        (1, _) => format!("{} {one}", numeral::say(1, tongue)),
        _ => format!("{} {many}", numeral::say(n, tongue)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard};

    #[test]
    fn heard_as_a_length() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Duration, text), expect, "{text}");
        check("an hour and a half", "PT1H30M");
        check("about 90 minutes", "PT1H30M");
        check("half an hour", "PT30M");
        check("two and a half hours", "PT2H30M");
        check("two hours and ten minutes", "PT2H10M");
        check("three quarters of an hour", "PT45M");
        check("1h30", "PT1H30M");
        check("a couple of days", "PT48H");
        check("a fortnight", "PT336H");
        check("at nine", "-");
        let check = |text, expect: &str| assert_eq!(german(&Type::Duration, text), expect, "{text}");
        check("anderthalb Stunden", "PT1H30M");
        check("eine halbe Stunde", "PT30M");
        check("eine Dreiviertelstunde", "PT45M");
        check("zwei Stunden und zehn Minuten", "PT2H10M");
        check("eine Stunde dreißig", "PT1H30M");
        check("eine Woche", "PT168H");
    }

    #[test]
    fn said() {
        assert_eq!(say(Millis::from_secs(5400), Tongue::English), "one hour and thirty minutes");
        assert_eq!(
            say(Millis::from_secs(90_061), Tongue::German),
            "ein Tag, eine Stunde, eine Minute und eine Sekunde"
        );
        assert_eq!(say(Millis(0), Tongue::English), "zero seconds");
        assert_eq!(say(Millis::from_secs(5400), Tongue::Other), "1 h 30 min");
    }
}

//! Telephone numbers, by the tables of numbering plans that the `phonenumber` crate carries.

use crate::digits;
use crate::hear::{Context, Heard};
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::spelled;
use crate::tongue::Tongue;
use crate::value::Value;
use closare_terms::PhoneNumber;
use phonenumber::{Mode, country};

/// Fewer figures than this are an extension or something else; most plans have no subscriber below it.
const FIGURES_MIN: usize = 5;
/// ITU-T E.164, section 6.
const FIGURES_MAX: usize = 15;

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    speech.scan(|i| reading(speech, i).map(|found| found.map(Value::Phone)))
}

fn reading(speech: &Speech, i: usize) -> Option<Found<PhoneNumber>> {
    let plus = speech.one_of(i, &["+", "plus"]);
    let (mut figures, mut to) = spelled::figures(speech, if plus { i + 1 } else { i })?;
    // "+44 (0)20": the zero in brackets isn't dialled from abroad.
    if plus && speech.text[speech.tokens[i].start..speech.tokens[to - 1].end].contains("(0)") {
        figures = figures.replacen('0', "", 1);
    }
    while let Some((more, end)) = spelled::figures(speech, to).filter(|_| speech.close(to)) {
        figures.push_str(&more);
        to = end;
    }
    if figures.len() < FIGURES_MIN {
        return None;
    }
    let (number, confidence) = understood(&figures, plus, speech.context)?;
    Some(Found::new(number, to, confidence))
}

/// The number in E.164 if the plan knows it; else as it was said, which is a guess.
pub(crate) fn understood(figures: &str, plus: bool, context: &Context) -> Option<(PhoneNumber, f32)> {
    if figures.len() > FIGURES_MAX + 2 {
        return None;
    }
    let country = context.country().and_then(|country| country.parse::<country::Id>().ok());
    let dialled = if plus { format!("+{figures}") } else { figures.to_owned() };
    let parsed = if plus || country.is_some() { phonenumber::parse(country, &dialled).ok() } else { None };
    Some(match parsed {
        Some(number) if phonenumber::is_valid(&number) => (e164(&number), 0.95),
        Some(number) if figures.len() >= 7 => (e164(&number), 0.6),
        _ => (PhoneNumber(dialled), 0.4),
    })
}

fn e164(number: &phonenumber::PhoneNumber) -> PhoneNumber {
    PhoneNumber(number.format().mode(Mode::E164).to_string())
}

/// Whether it has the form of E.164, or of a short number that only means something where it is dialled.
pub(crate) fn is_sound(number: &PhoneNumber) -> bool {
    let (plus, figures) =
        number.as_str().strip_prefix('+').map_or((false, number.as_str()), |figures| (true, figures));
    let length = if plus { 7..=FIGURES_MAX } else { 3..=FIGURES_MAX };
    length.contains(&figures.len())
        && figures.bytes().all(|byte| byte.is_ascii_digit())
        && !(plus && figures.starts_with('0'))
}

/// Figure by figure, in the groups of its country.
pub(crate) fn say(number: &PhoneNumber, tongue: Tongue) -> String {
    let (plus, groups) = grouped(number);
    let said: Vec<String> = groups.iter().map(|group| digits::say_group(group, tongue)).collect();
    match (plus, tongue) {
        (false, _) => said.join(", "),
        (true, Tongue::Other) => format!("+{}", said.join(", ")),
        (true, _) => format!("plus {}", said.join(", ")),
    }
}

fn grouped(number: &PhoneNumber) -> (bool, Vec<String>) {
    let text = number.as_str();
    let parsed = if text.starts_with('+') { phonenumber::parse(None, text).ok() } else { None };
    let known = parsed
        .map(|number| number.format().mode(Mode::International).to_string())
        .filter(|known| only_figures(known) == only_figures(text));
    let plus = text.starts_with('+');
    let Some(known) = known else {
        return (plus, digits::groups(text.trim_start_matches('+')).into_iter().map(str::to_owned).collect());
    };
    let parts = known.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    (plus, parts.flat_map(|part| digits::groups(part)).map(str::to_owned).collect())
}

fn only_figures(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The figures of what was said as one text, for a caller who wants no groups.
pub(crate) fn say_singly(number: &PhoneNumber, tongue: Tongue) -> String {
    let words: Vec<String> = number
        .as_str()
        .chars()
        .map(|sign| match sign.to_digit(10) {
            Some(n) => numeral::say(n.into(), tongue),
            None if sign == '+' && tongue != Tongue::Other => "plus".to_owned(),
            None => sign.to_string(),
        })
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    #[test]
    fn heard_as_e164() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Phone, text), expect, "{text}");
        check("oh two oh seven nine four six oh nine five eight", "+442079460958");
        check("It's 020 7946 0958.", "+442079460958");
        check("plus four four, twenty, seven nine four six, oh nine five eight", "+442079460958");
        check("+44 (0)20 7946 0958", "+442079460958");
        check("double oh four nine, thirty, one two three four five six seven eight", "+493012345678");
        check("ring me on oh seven seven double oh, nine hundred, one two three", "+447700900123");
        check("flat five", "-");
        assert_eq!(
            german(&Type::Phone, "null drei null, zwölf vierunddreißig fünfzig sieben acht"),
            "+493012345078"
        );
        assert_eq!(heard_in("en-US", &Type::Phone, "(415) 555-2671"), "+14155552671");
        assert_eq!(heard_in("en", &Type::Phone, "0207946"), "0207946");
    }

    #[test]
    fn said_in_the_groups_of_its_country() {
        let said = |number: &str, tongue| say(&number.into(), tongue);
        assert_eq!(
            said("+442079460958", Tongue::English),
            "plus four four, two zero, seven nine four six, zero nine five eight"
        );
        assert_eq!(said("+14155552671", Tongue::Other), "+1, 4 1 5, 5 5 5, 2 6 7 1");
        assert_eq!(said("112", Tongue::German), "eins eins zwei");
    }
}

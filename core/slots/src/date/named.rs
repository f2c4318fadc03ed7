//! Dates that name their day and month, and days that leave the month to the calendar.

use super::{coming, latest, looks_back};
use crate::calendar;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;
use jiff::ToSpan;
use jiff::civil::Date;

/// A day with its month, and its year if it is said.
pub(super) fn full(speech: &Speech, i: usize) -> Option<Found<Date>> {
    iso(speech, i)
        .or_else(|| slashed(speech, i))
        .or_else(|| three_numbers(speech, i))
        .or_else(|| day_then_month(speech, i))
        .or_else(|| month_then_day(speech, i))
}

/// "The fourth", "am dritten": the next day of that number.
pub(super) fn day_alone(speech: &Speech, i: usize) -> Option<Found<Date>> {
    let article = speech.one_of(i, &["the", "am", "den", "dem", "der"]);
    let from = if article { i + 1 } else { i };
    if full(speech, from).is_some() {
        return None;
    }
    let (number, to) = numeral::ordinal(speech, from)?;
    let alone = speech.core() == (i, to);
    let printed = speech.figures(from).is_some() && speech.tongue == Tongue::English;
    let (first, day) = (speech.context.now.date().first_of_month(), i8::try_from(number).ok()?);
    if let Some((months, end)) = speech.look_up(to, MONTHS_FROM_THIS) {
        let date = first.checked_add(months.months()).ok()?.with().day(day).build().ok()?;
        return Some(Found::new(date, end, 0.9));
    }
    let goes_on = to < speech.len() && speech.close(to) && !speech.one_of(to, BEHIND_A_DAY);
    if !(article || alone || printed) || goes_on {
        return None;
    }
    let today = speech.context.now.date();
    let date = (0..4)
        .filter_map(|months| first.checked_add(months.months()).ok()?.with().day(day).build().ok())
        .find(|date| *date >= today)?;
    Some(Found::new(date, to, if article || printed { 0.7 } else { 0.6 }))
}

const MONTHS_FROM_THIS: &[(&str, i64)] = &[
    ("of this month", 0),
    ("of next month", 1),
    ("next month", 1),
    ("dieses monats", 0),
    ("des nächsten monats", 1),
    ("nächsten monats", 1),
];

/// What may follow a bare day in one breath; any other word makes it "the second one" or "the third tooth".
const BEHIND_A_DAY: &[&str] = &[
    "at", "please", "would", "in", "if", "or", "is", "works", "suits", "then", "around", "after", "before",
    "and", "to", "um", "bitte", "geht", "wäre", "würde", "passt", "oder", "ist", "gegen", "ab",
];

fn iso(speech: &Speech, i: usize) -> Option<Found<Date>> {
    let year = speech.figures(i).filter(|year| year.len() == 4)?.parse().ok()?;
    if speech.gap(i + 1) != "-" || speech.gap(i + 2) != "-" {
        return None;
    }
    let (month, day) = (speech.figures(i + 1)?.parse().ok()?, speech.figures(i + 2)?.parse().ok()?);
    Some(Found::new(Date::new(year, month, day).ok()?, i + 3, 0.95))
}

/// `3/4/2026`, `3.4.`; the month first in the United States.
fn slashed(speech: &Speech, i: usize) -> Option<Found<Date>> {
    let mark = speech.gap(i + 1);
    if !matches!(mark, "/" | "." | "-") || speech.one_of(i + 2, &["uhr"]) {
        return None;
    }
    let (first, second): (i8, i8) = (speech.figures(i)?.parse().ok()?, speech.figures(i + 1)?.parse().ok()?);
    let american = speech.context.country().as_deref() == Some("US") && mark != ".";
    let (day, month) = if american && first <= 12 || second > 12 { (second, first) } else { (first, second) };
    let year = speech
        .figures(i + 2)
        .filter(|year| matches!(year.len(), 2 | 4) && speech.gap(i + 2).trim_end() == mark);
    if let Some(year) = year {
        let year = century(year.parse().ok()?, year.len(), speech.context.now.year());
        return Some(Found::new(Date::new(year, month, day).ok()?, i + 3, 0.9));
    }
    // Without a year a dotted pair is a date in German only, where another dot ends it; elsewhere it is 3.4.
    let dated = match mark {
        "." => speech.tongue == Tongue::German && after(speech, i + 1).starts_with('.'),
        "/" => (first, second) != (24, 7),
        _ => false,
    };
    let date = coming(month, day, speech.context.now.date()).filter(|_| dated)?;
    Some(Found::new(date, i + 2, 0.7))
}

/// The text between token `i` and the next one, or the end.
fn after<'a>(speech: &Speech<'a>, i: usize) -> &'a str {
    speech.tokens.get(i).map_or("", |token| &speech.text[token.end..])
}

/// A year of two figures is a past one, unless it is at most ten years ahead.
fn century(year: i16, figures: usize, this_year: i16) -> i16 {
    match figures {
        2 if year <= this_year % 100 + 10 => this_year - this_year % 100 + year,
        2 => this_year - this_year % 100 - 100 + year,
        _ => year,
    }
}

fn day_then_month(speech: &Speech, i: usize) -> Option<Found<Date>> {
    let from = if speech.one_of(i, &["the", "der", "den", "dem"]) { i + 1 } else { i };
    let ordinal = numeral::ordinal(speech, from);
    let (day, to) = ordinal.or_else(|| numeral::below_hundred(speech, from))?;
    let to = if speech.one_of(to, &["of", "day"]) { to + 1 } else { to };
    let (month, to) = match calendar::month(speech, to) {
        Some(month) => (month, to + 1),
        // "Am dritten vierten."
        None if speech.tongue == Tongue::German && ordinal.is_some() && speech.figures(to).is_none() => {
            let (month, to) = numeral::ordinal(speech, to).filter(|&(month, _)| month <= 12)?;
            (i8::try_from(month).ok()?, to)
        }
        None => return None,
    };
    with_year(speech, month, day, to)
}

fn month_then_day(speech: &Speech, i: usize) -> Option<Found<Date>> {
    let month = calendar::month(speech, i).filter(|_| speech.tongue == Tongue::English)?;
    let from = if speech.word(i + 1) == "the" { i + 2 } else { i + 1 };
    let (day, to) = numeral::ordinal(speech, from).or_else(|| numeral::below_hundred(speech, from))?;
    if speech.gap(to) == ":" || speech.one_of(to, &["am", "pm", "o'clock"]) {
        return None;
    }
    with_year(speech, month, day, to)
}

fn with_year(speech: &Speech, month: i8, day: u64, to: usize) -> Option<Found<Date>> {
    let day = i8::try_from(day).ok()?;
    match year(speech, to) {
        Some((year, end)) => Some(Found::new(Date::new(year, month, day).ok()?, end, 0.95)),
        None => {
            let today = speech.context.now.date();
            let date = if looks_back(speech) { latest(month, day, today) } else { coming(month, day, today) };
            Some(Found::new(date?, to, 0.9))
        }
    }
}

/// "2026", "twenty twenty-six", "nineteen oh five", "two thousand and six", "neunzehnhundertvierundachtzig".
fn year(speech: &Speech, i: usize) -> Option<(i16, usize)> {
    let short = || short_year(speech, i);
    let (year, to) = pair(speech, i).or_else(short).or_else(|| numeral::cardinal(speech, i))?;
    let year = i16::try_from(year).ok().filter(|year| (1900..2200).contains(year))?;
    (!speech.one_of(to, &["hours", "uhr"])).then_some((year, to))
}

/// "The third of May 84", "… eighty-four": more than any day or hour, and the last that is said.
fn short_year(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let (year, to) = numeral::below_hundred(speech, i).filter(|(year, _)| (32..100).contains(year))?;
    let ends = !speech.close(to);
    let year = century(i16::try_from(year).ok()?, 2, speech.context.now.year());
    (speech.close(i) && ends).then_some((u64::try_from(year).ok()?, to))
}

/// "Five five nineteen eighty-four".
fn three_numbers(speech: &Speech, i: usize) -> Option<Found<Date>> {
    let inside = i > 0 && speech.close(i) && two_figures(speech, i - 1).is_some();
    let (first, to) = two_figures(speech, i).filter(|(first, _)| !inside && (1..=31).contains(first))?;
    let (second, to) = two_figures(speech, to).filter(|(second, _)| (1..=31).contains(second))?;
    let (year, to) = year(speech, to)?;
    let american = speech.context.country().as_deref() == Some("US");
    let (day, month) = if american && first <= 12 || second > 12 { (second, first) } else { (first, second) };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(Found::new(date, to, 0.75))
}

/// "Five", "oh five", "12".
fn two_figures(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    match speech.word(i) {
        "oh" | "o" | "zero" | "null" => numeral::below_hundred(speech, i + 1).filter(|&(n, _)| n < 10),
        _ => numeral::below_hundred(speech, i),
    }
}

fn pair(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    if speech.tongue != Tongue::English || speech.figures(i).is_some() {
        return None;
    }
    let (head, to) = numeral::below_hundred(speech, i).filter(|(head, _)| (19..=21).contains(head))?;
    let (tail, to) = match speech.word(to) {
        "hundred" => (0, to + 1),
        "oh" | "o" => numeral::below_hundred(speech, to + 1).filter(|&(tail, _)| tail < 10)?,
        _ => numeral::below_hundred(speech, to).filter(|&(tail, _)| tail >= 10 && speech.close(to))?,
    };
    Some((head * 100 + tail, to))
}

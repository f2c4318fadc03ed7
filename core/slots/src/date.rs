//! Dates, as print has them, as they are said, and counted from today.
//!
//! A weekday is the coming one, so that "Friday" said on a Friday is in a week; only "this Friday" may be today. A day and a month without
//! a year lie ahead, within a year, unless the sentence tells of the past.

mod named;
mod relative;

use crate::calendar;
use crate::hear::Heard;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;
use crate::value::Value;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    speech.scan(|i| reading(speech, i).map(|found| found.map(Value::Date)))
}

pub(crate) fn reading(speech: &Speech, i: usize) -> Option<Found<Date>> {
    if let Some(day) = calendar::weekday(speech, i)
        && let Some(found) = behind_weekday(speech, i + 1, day)
    {
        return Some(found);
    }
    named::full(speech, i).or_else(|| relative::reading(speech, i)).or_else(|| named::day_alone(speech, i))
}

/// The date that follows its weekday: "Tuesday the third of March", "Freitag, den dritten".
fn behind_weekday(speech: &Speech, i: usize, day: Weekday) -> Option<Found<Date>> {
    if let Some(found) = named::full(speech, i) {
        // A weekday that isn't that date's is a slip: which of both, only the caller knows.
        let confidence = if found.what.weekday() == day { found.confidence } else { 0.5 };
        return Some(Found { confidence, ..found });
    }
    let from = if speech.one_of(i, &["the", "den", "dem", "der"]) { i + 1 } else { i };
    let (number, to) = numeral::ordinal(speech, from)?;
    let today = speech.context.now.date();
    let fits = |date: &Date| date.weekday() == day && u64::try_from(date.day()) == Ok(number);
    let date = today.series(1.day()).take(366).find(fits)?;
    Some(Found::new(date, to, 0.9))
}

/// Whether the sentence tells of something past: "it happened on Friday", "born on the third of May".
fn looks_back(speech: &Speech) -> bool {
    let words = ["happened", "born", "since", "passiert", "geschehen", "geboren", "seit"];
    (0..speech.len()).any(|i| speech.one_of(i, &words))
}

/// The last such day up to `today`.
fn latest(month: i8, day: i8, today: Date) -> Option<Date> {
    (0..=8)
        .filter_map(|years| Date::new(today.year().checked_sub(years)?, month, day).ok())
        .find(|date| *date <= today)
}

/// The first such day from `today` on; the 29th of February waits for its year.
pub(crate) fn coming(month: i8, day: i8, today: Date) -> Option<Date> {
    (0..=8)
        .filter_map(|years| Date::new(today.year().checked_add(years)?, month, day).ok())
        .find(|date| *date >= today)
}

/// "Tuesday the third of March"; with its year where `with_year` is set.
pub(crate) fn say(date: Date, with_year: bool, tongue: Tongue) -> String {
    let (weekday, month) =
        (calendar::say_weekday(date.weekday(), tongue), calendar::say_month(date.month(), tongue));
    let day = numeral::say_ordinal(date.day().unsigned_abs().into(), tongue);
    let said = match tongue {
        Tongue::English => format!("{weekday} the {day} of {month}"),
        Tongue::German => format!("{weekday}, den {day} {month}"),
        Tongue::Other => return date.to_string(),
    };
    if with_year { format!("{said} {}", say_year(date.year(), tongue)) } else { said }
}

fn say_year(year: i16, tongue: Tongue) -> String {
    let Ok(year) = u64::try_from(year) else { return year.to_string() };
    if tongue == Tongue::German {
        return match year {
            1100..2000 => format!(
                "{}hundert{}",
                numeral::say(year / 100, tongue),
                if year % 100 == 0 { String::new() } else { numeral::say(year % 100, tongue) }
            ),
            _ => numeral::say(year, tongue),
        };
    }
    let head = numeral::say(year / 100, tongue);
    match (year / 100, year % 100) {
        (11..=19 | 21, 0) => format!("{head} hundred"),
        (11..=19 | 21, rest @ 1..10) => format!("{head} oh {}", numeral::say(rest, tongue)),
        (11..=21, rest @ 10..) => format!("{head} {}", numeral::say(rest, tongue)),
        _ => numeral::say(year, tongue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};
    use jiff::civil::date;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(heard(&Type::Date, text), expect, "{text}");
    }

    #[track_caller]
    fn check_german(text: &str, expect: &str) {
        assert_eq!(german(&Type::Date, text), expect, "{text}");
    }

    #[test]
    fn from_today() {
        check("could I come tomorrow morning?", "2026-02-28");
        check("To-morrow.", "2026-02-28");
        check("the day after tomorrow", "2026-03-01");
        check("yesterday", "2026-02-26");
        check("today", "2026-02-27");
        check("in three days", "2026-03-02");
        check("two weeks from tomorrow", "2026-03-14");
        check("a week ago", "2026-02-20");
        check("in a month", "2026-03-27");
        check("a fortnight from now", "2026-03-13");
        check("in two hours", "-");
    }

    #[test]
    fn weekdays() {
        check("Friday", "2026-03-06");
        check("this Friday", "2026-02-27");
        check("next Tuesday would be good", "2026-03-03");
        check("since Monday", "2026-02-23");
        check("last Monday", "2026-02-23");
        check("Tuesday week", "2026-03-10");
        check("a week on Tuesday", "2026-03-10");
        check("two weeks on Monday", "2026-03-16");
        check("Thursday next week", "2026-03-05");
        check("next week on Sunday", "2026-03-08");
        check("next week", "-");
    }

    #[test]
    fn days_of_months() {
        check("the twenty-third of March", "2026-03-23");
        check("March 3rd", "2026-03-03");
        check("on the 5th of February", "2027-02-05");
        check("27 February", "2026-02-27");
        check("Tuesday the third of March", "2026-03-03");
        check("Friday the thirteenth", "2026-03-13");
        check("on the fourth, please", "2026-03-04");
        check("the second one", "-");
        check("the third of next month", "2026-03-03");
        check("born the third of May nineteen eighty four", "1984-05-03");
        check("my birthday is the 3rd of May 84", "1984-05-03");
        check("five five nineteen eighty four", "1984-05-05");
        check("oh three oh five nineteen eighty four", "1984-05-03");
        check("it happened on the 2nd of February", "2026-02-02");
        check("April 1st, 2027", "2027-04-01");
        check("the 29th of February", "2028-02-29");
        check("the 31st of April", "-");
        check("May I come in?", "-");
    }

    #[test]
    fn print() {
        check("2026-03-03", "2026-03-03");
        check("3/4/2026", "2026-04-03");
        check("03.04.84", "1984-04-03");
        check("it hurts 24/7", "-");
        assert_eq!(heard_in("en-US", &Type::Date, "3/4/2026"), "2026-03-04");
        assert_eq!(heard_in("fr", &Type::Date, "le 3/4/2026"), "2026-04-03");
        assert_eq!(heard_in("fr", &Type::Date, "demain"), "-");
    }

    #[test]
    fn in_german() {
        check_german("morgen früh", "2026-02-28");
        check_german("Guten Morgen, übermorgen bitte", "2026-03-01");
        check_german("heute Morgen", "2026-02-27");
        check_german("am Freitag", "2026-03-06");
        check_german("nächsten Dienstag", "2026-03-03");
        check_german("nächste Woche Donnerstag", "2026-03-05");
        check_german("Dienstag in einer Woche", "2026-03-10");
        check_german("am dreiundzwanzigsten März", "2026-03-23");
        check_german("am 3. März 2027", "2027-03-03");
        check_german("am dritten vierten", "2026-04-03");
        check_german("3.4.", "2026-04-03");
        check_german("Dienstag, den dritten März", "2026-03-03");
        check_german("in vierzehn Tagen", "2026-03-13");
        check_german("vor zwei Wochen", "2026-02-13");
        check_german("Montagmorgen", "2026-03-02");
        check_german("ich bin am dritten Mai neunzehnhundertvierundachtzig geboren", "1984-05-03");
        check_german("um 9.30 Uhr", "-");
    }

    #[test]
    fn said() {
        assert_eq!(say(date(2026, 3, 3), false, Tongue::English), "Tuesday the third of March");
        assert_eq!(
            say(date(1984, 5, 3), true, Tongue::English),
            "Thursday the third of May nineteen eighty-four"
        );
        assert_eq!(
            say(date(2026, 3, 23), true, Tongue::German),
            "Montag, den dreiundzwanzigsten März zweitausendsechsundzwanzig"
        );
        assert_eq!(say(date(2026, 3, 3), false, Tongue::Other), "2026-03-03");
    }
}

//! The words of the calendar: weekdays, months, units of time.

use crate::speech::Speech;
use crate::tongue::Tongue;
use jiff::civil::Weekday;

/// A unit in which spans are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// The weekday at `i`. A part of the day may be its ending in German: "Montagmorgen".
pub(crate) fn weekday(speech: &Speech, i: usize) -> Option<Weekday> {
    let word = Some(speech.word(i)).filter(|word| !word.is_empty())?;
    match speech.tongue {
        Tongue::English => {
            let word = word.strip_suffix("'s").unwrap_or(word);
            position(&WEEKDAYS_ENGLISH, |day| day.eq_ignore_ascii_case(word))
                .or_else(|| position(&SHORT_ENGLISH, |short| *short == word))
        }
        Tongue::German if word == "sonnabend" => Some(5),
        Tongue::German => position(&WEEKDAYS_GERMAN, |day| {
            word.strip_prefix(day.to_lowercase().as_str())
                .is_some_and(|end| end.is_empty() || PARTS_OF_DAY.contains(&end))
        }),
        Tongue::Other => None,
    }
    .and_then(to_weekday)
}

fn to_weekday(place: usize) -> Option<Weekday> {
    Weekday::from_monday_zero_offset(i8::try_from(place % 7).ok()?).ok()
}

/// The month at `i`, 1 to 12.
pub(crate) fn month(speech: &Speech, i: usize) -> Option<i8> {
    let word = speech.word(i);
    let place = match speech.tongue {
        Tongue::English => position(&MONTHS_ENGLISH, |name| same_or_short(word, name)),
        Tongue::German => match word {
            "jänner" => Some(0),
            "feber" => Some(1),
            "maerz" => Some(2),
            "juno" => Some(5),
            "julei" => Some(6),
            _ => position(&MONTHS_GERMAN, |name| same_or_short(word, name)),
        },
        Tongue::Other => None,
    };
    i8::try_from(place? + 1).ok()
}

fn same_or_short(word: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    word == name
        || word == "sept" && name == "september"
        || word.chars().count() == 3 && name.starts_with(word)
}

/// The unit at `i`, in singular or plural, and how many of it the word stands for (a fortnight is two weeks).
pub(crate) fn unit(speech: &Speech, i: usize) -> Option<(Unit, i64)> {
    let word = speech.word(i);
    let unit = match speech.tongue {
        Tongue::English => match word.strip_suffix('s').unwrap_or(word) {
            "second" | "sec" => Unit::Second,
            "minute" | "min" => Unit::Minute,
            "hour" | "hr" | "h" => Unit::Hour,
            "day" => Unit::Day,
            "week" => Unit::Week,
            "fortnight" => return Some((Unit::Week, 2)),
            "month" => Unit::Month,
            "year" => Unit::Year,
            _ => return None,
        },
        Tongue::German => match word {
            "sekunde" | "sekunden" | "sek" => Unit::Second,
            "minute" | "minuten" | "min" => Unit::Minute,
            "stunde" | "stunden" | "std" | "h" => Unit::Hour,
            "tag" | "tage" | "tagen" => Unit::Day,
            "woche" | "wochen" => Unit::Week,
            "monat" | "monate" | "monaten" => Unit::Month,
            "jahr" | "jahre" | "jahren" => Unit::Year,
            _ => return None,
        },
        Tongue::Other => match word {
            "s" => Unit::Second,
            "min" => Unit::Minute,
            "h" => Unit::Hour,
            _ => return None,
        },
    };
    Some((unit, 1))
}

pub(crate) fn say_weekday(day: Weekday, tongue: Tongue) -> &'static str {
    let place = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0);
    tongue.pick(WEEKDAYS_ENGLISH, WEEKDAYS_GERMAN)[place]
}

/// `month` is 1 to 12.
pub(crate) fn say_month(month: i8, tongue: Tongue) -> &'static str {
    let place = usize::try_from(month - 1).unwrap_or(0).min(11);
    tongue.pick(MONTHS_ENGLISH, MONTHS_GERMAN)[place]
}

fn position<'a>(words: &[&'a str], is: impl Fn(&&'a str) -> bool) -> Option<usize> {
    words.iter().position(is)
}

const WEEKDAYS_ENGLISH: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// "Sun", "sat" and "wed" are also plain words; they are left to the calendar's readers of print.
const SHORT_ENGLISH: [&str; 7] = ["mon", "tue", "weds", "thu", "fri", "", ""];
const WEEKDAYS_GERMAN: [&str; 7] =
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const PARTS_OF_DAY: [&str; 8] =
    ["morgen", "früh", "vormittag", "mittag", "nachmittag", "abend", "nacht", "abends"];
const MONTHS_ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

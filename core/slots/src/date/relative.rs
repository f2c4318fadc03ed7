//! Dates that count from today: "tomorrow", "in three days", "next Tuesday".

use super::looks_back;
use crate::calendar::{self, Unit};
use crate::duration;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

pub(super) fn reading(speech: &Speech, i: usize) -> Option<Found<Date>> {
    let today = speech.context.now.date();
    let (date, to, confidence) = word(speech, i)
        .and_then(|(days, to)| Some((today.checked_add(days.days()).ok()?, to, 0.95)))
        .or_else(|| span(speech, i, today))
        .or_else(|| weekday(speech, i, today))?;
    Some(Found::new(date, to, confidence))
}

/// Days from today that a word stands for.
fn word(speech: &Speech, i: usize) -> Option<(i64, usize)> {
    let table: &[(&str, i64)] = match speech.tongue {
        Tongue::English => WORDS_ENGLISH,
        Tongue::German => WORDS_GERMAN,
        Tongue::Other => return None,
    };
    let morning = speech.tongue == Tongue::German && speech.word(i) == "morgen" && {
        let before = speech.before(i);
        let day = i > 0 && calendar::weekday(speech, i - 1).is_some();
        day || matches!(
            before,
            "guten" | "am" | "heute" | "gestern" | "jeden" | "diesen" | "übermorgen" | "den" | "schönen"
        )
    };
    if morning { None } else { speech.look_up(i, table) }
}

const WORDS_ENGLISH: &[(&str, i64)] = &[
    ("today", 0),
    ("tonight", 0),
    ("this morning", 0),
    ("this afternoon", 0),
    ("this evening", 0),
    ("tomorrow", 1),
    ("to morrow", 1),
    ("tommorow", 1),
    ("day after tomorrow", 2),
    ("the day after tomorrow", 2),
    ("day after to morrow", 2),
    ("yesterday", -1),
    ("last night", -1),
    ("day before yesterday", -2),
    ("the day before yesterday", -2),
    ("a week today", 7),
    ("a week from today", 7),
    ("today week", 7),
    ("a week tomorrow", 8),
    ("tomorrow week", 8),
];

const WORDS_GERMAN: &[(&str, i64)] = &[
    ("heute", 0),
    ("heute morgen", 0),
    ("morgen", 1),
    ("übermorgen", 2),
    ("uebermorgen", 2),
    ("gestern", -1),
    ("vorgestern", -2),
    ("heute in einer woche", 7),
    ("heute in acht tagen", 7),
    ("morgen in einer woche", 8),
];

/// "In three days", "two weeks from tomorrow", "a week ago".
fn span(speech: &Speech, i: usize, today: Date) -> Option<(Date, usize, f32)> {
    let ahead = speech.one_of(i, &["in", "within"]);
    let back = speech.tongue == Tongue::German && speech.word(i) == "vor";
    let (n, unit, to) = duration::counted(speech, if ahead || back { i + 1 } else { i })?;
    let span = calendar_span(n, unit)?;
    if ahead {
        return Some((today.checked_add(span).ok()?, to, 0.9));
    }
    if back || speech.word(to) == "ago" {
        return Some((today.checked_sub(span).ok()?, if back { to } else { to + 1 }, 0.9));
    }
    let (start, to) = match speech.word(to) {
        "from" | "after" if speech.word(to + 1) == "now" => (today, to + 2),
        "from" | "after" => {
            let (days, to) = word(speech, to + 1)?;
            (today.checked_add(days.days()).ok()?, to)
        }
        _ => return None,
    };
    Some((start.checked_add(span).ok()?, to, 0.9))
}

/// Hours and shorter say no date.
fn calendar_span(n: i64, unit: Unit) -> Option<Span> {
    match unit {
        Unit::Day => Span::new().try_days(n).ok(),
        Unit::Week => Span::new().try_weeks(n).ok(),
        Unit::Month => Span::new().try_months(n).ok(),
        Unit::Year => Span::new().try_years(n).ok(),
        Unit::Second | Unit::Minute | Unit::Hour => None,
    }
}

fn weekday(speech: &Speech, i: usize, today: Date) -> Option<(Date, usize, f32)> {
    if let Some((weeks, to)) = speech.look_up(i, NAMED_WEEKS) {
        let to = if speech.one_of(to, &["on", "am"]) { to + 1 } else { to };
        let day = calendar::weekday(speech, to)?;
        return Some((in_week(today, weeks, day)?, to + 1, 0.9));
    }
    if let Some((weeks, Unit::Week, to)) =
        duration::counted(speech, i).filter(|(.., to)| speech.word(*to) == "on")
    {
        let day = calendar::weekday(speech, to + 1)?;
        return Some((after(today, day)?.checked_add(Span::new().try_weeks(weeks).ok()?).ok()?, to + 2, 0.9));
    }
    let (which, from) = speech.look_up(i, WHICH).unwrap_or((Which::Coming, i));
    let day = calendar::weekday(speech, from)?;
    let to = from + 1;
    if let Some((weeks, end)) = speech.look_up(to, NAMED_WEEKS) {
        return Some((in_week(today, weeks, day)?, end, 0.9));
    }
    if let Some(end) = WEEK_LATER.iter().filter_map(|words| speech.phrase(to, words)).max() {
        return Some((after(today, day)?.checked_add(1.week()).ok()?, end, 0.9));
    }
    if speech.word(to) == "in"
        && let Some((weeks, Unit::Week, end)) = duration::counted(speech, to + 1)
    {
        return Some((after(today, day)?.checked_add(Span::new().try_weeks(weeks).ok()?).ok()?, end, 0.6));
    }
    let (date, confidence) = match which {
        Which::Coming if looks_back(speech) => (today.nth_weekday(-1, day).ok()?, 0.85),
        Which::Coming => (after(today, day)?, 0.9),
        // Some mean the one of next week: likely, not sure.
        Which::Next => (after(today, day)?, 0.7),
        Which::This => (after(today.yesterday().ok()?, day)?, 0.9),
        Which::AfterNext => (after(today, day)?.checked_add(1.week()).ok()?, 0.7),
        Which::Last => (today.nth_weekday(-1, day).ok()?, 0.85),
    };
    Some((date, to, confidence))
}

#[derive(Clone, Copy)]
enum Which {
    Coming,
    Next,
    This,
    AfterNext,
    Last,
}

const WHICH: &[(&str, Which)] = &[
    ("coming", Which::Coming),
    ("this coming", Which::Coming),
    ("next", Which::Next),
    ("this", Which::This),
    ("last", Which::Last),
    ("kommenden", Which::Coming),
    ("kommender", Which::Coming),
    ("nächsten", Which::Next),
    ("nächster", Which::Next),
    ("diesen", Which::This),
    ("dieser", Which::This),
    ("übernächsten", Which::AfterNext),
    ("letzten", Which::Last),
    ("vergangenen", Which::Last),
];

/// Weeks from this one, Monday to Sunday.
const NAMED_WEEKS: &[(&str, i64)] = &[
    ("this week", 0),
    ("next week", 1),
    ("of next week", 1),
    ("the week after next", 2),
    ("last week", -1),
    ("diese woche", 0),
    ("nächste woche", 1),
    ("nächster woche", 1),
    ("kommende woche", 1),
    ("übernächste woche", 2),
    ("letzte woche", -1),
];

const WEEK_LATER: &[&str] = &["week", "in a week", "after next", "in einer woche", "in acht tagen"];

/// The first such weekday behind `date`.
fn after(date: Date, day: Weekday) -> Option<Date> {
    date.nth_weekday(1, day).ok()
}

fn in_week(today: Date, weeks: i64, day: Weekday) -> Option<Date> {
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    monday.checked_add(weeks.weeks()).ok()?.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok()
}

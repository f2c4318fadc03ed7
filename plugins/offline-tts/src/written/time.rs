//! Times of day and dates.

use super::letter_name;
use super::number::{cardinal, ordinal, year_words};

const MONTHS: [&str; 12] = [
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

/// `10:30`, `9:05`, `14:00`, `10:00am`, `5pm`.
pub fn clock(core: &str) -> Option<String> {
    let lower = core.to_ascii_lowercase().replace('.', "");
    let (figures, half) = match lower
        .strip_suffix('m')
        .and_then(|rest| rest.char_indices().last().map(|(at, c)| (&rest[..at], c)))
    {
        Some((figures, half @ ('a' | 'p'))) => (figures, Some(half)),
        _ => (lower.as_str(), None),
    };
    let (hour, minute) = match figures.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (hour.parse().ok()?, minute.parse().ok()?),
        None if half.is_some() => (figures.parse().ok()?, 0),
        _ => return None,
    };
    if hour > 24 || minute > 59 {
        return None;
    }
    let half_words = half.map(|half| format!(" {} M", letter_name(half))).unwrap_or_default();
    Some(format!("{}{half_words}", hour_words(hour, minute, half.is_some())))
}

/// `2026-03-03`.
pub fn date(core: &str) -> Option<String> {
    let parts: Vec<u64> = core.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day] = parts.try_into().ok()?;
    let month = MONTHS.get((month as usize).checked_sub(1)?)?;
    ((1100..2100).contains(&year) && (1..=31).contains(&day))
        .then(|| format!("{month} {}, {}", ordinal(day), year_words(year)))
}

fn hour_words(hour: u64, minute: u64, halved: bool) -> String {
    match (hour, minute) {
        (_, 0) if halved => cardinal(hour),
        (0, 0) => "midnight".to_owned(),
        (1..=12, 0) => format!("{} o'clock", cardinal(hour)),
        (_, 0) => format!("{} hundred", cardinal(hour)),
        (_, 1..=9) => format!("{} oh {}", cardinal(hour), cardinal(minute)),
        _ => format!("{} {}", cardinal(hour), cardinal(minute)),
    }
}

use super::{Clock, DayPart, printed};
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;

pub(super) fn clock(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    named(speech, i)
        .or_else(|| around_the_half(speech, i))
        .or_else(|| quarters(speech, i))
        .or_else(|| hour_first(speech, i))
}

fn named(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    let (hour, to) = speech
        .look_up(i, &[("mitternacht", 0), ("mittag", 12), ("mittags", 12), ("zwölf uhr mittags", 12)])?;
    // "Mittags um eins": the part of the day of another time.
    let another = speech.one_of(to, &["um", "gegen"])
        || matches!(speech.before(i), "uhr")
        || i > 0 && numeral::cardinal(speech, i - 1).is_some();
    (!another).then_some(())?;
    Some(Found::new(Clock { whole_day: true, ..Clock::new(hour, 0)? }, to, 0.9))
}

/// "Halb zehn", "fünf vor halb zehn", "zehn nach neun".
fn around_the_half(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    if speech.word(i) == "halb" {
        let (hour, to) = face(speech, i + 1)?;
        return Some(Found::new(Clock::before(hour, 30)?, to, 0.9));
    }
    let (minutes, to) = match speech.word(i) {
        "viertel" => (15, i + 1),
        _ => numeral::below_hundred(speech, i).filter(|(minutes, _)| (1..30).contains(minutes))?,
    };
    let to = if speech.one_of(to, &["minute", "minuten"]) { to + 1 } else { to };
    let late = match speech.word(to) {
        "nach" | "über" => true,
        "vor" => false,
        _ => return None,
    };
    if speech.word(to + 1) == "halb" {
        let (hour, end) = face(speech, to + 2)?;
        let minutes = if late { 30u64.checked_sub(minutes)? } else { 30 + minutes };
        return Some(Found::new(Clock::before(hour, minutes)?, end, 0.9));
    }
    let (hour, end) = face(speech, to + 1)?;
    let clock = if late { Clock::new(hour, minutes)? } else { Clock::before(hour, minutes)? };
    Some(Found::new(clock, end, 0.9))
}

/// "Viertel acht" is 7:15 and "drei viertel acht" 7:45, in the south and the east.
fn quarters(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    let (minutes, to) = speech.look_up(i, &[("viertel", 45), ("dreiviertel", 15), ("drei viertel", 15)])?;
    let (hour, to) = face(speech, to)?;
    Some(Found::new(Clock::before(hour, minutes)?, to, 0.8))
}

/// An hour from one to twelve, with or without "Uhr".
fn face(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let (hour, to) = numeral::below_hundred(speech, i).filter(|(hour, _)| (1..=12).contains(hour))?;
    Some((hour, if speech.word(to) == "uhr" { to + 1 } else { to }))
}

/// "Neun Uhr dreißig", "9.30 Uhr", "um neun".
fn hour_first(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    if let Some(found) = printed(speech, i) {
        let to = if speech.word(found.to) == "uhr" { found.to + 1 } else { found.to };
        return Some(with_part(speech, Found { to, ..found }));
    }
    let (hour, to) = numeral::below_hundred(speech, i).filter(|&(hour, _)| hour <= 24)?;
    if speech.gap(to) == "." && speech.word(to + 1) == "uhr" {
        let minute = speech.figures(to).filter(|minute| minute.len() == 2)?.parse().ok()?;
        return Some(with_part(speech, Found::new(Clock::new(hour, minute)?, to + 2, 0.95)));
    }
    if speech.word(to) == "uhr" {
        let minute =
            numeral::below_hundred(speech, to + 1).filter(|&(minute, _)| minute < 60 && speech.close(to + 1));
        let (minute, end) = minute.unwrap_or((0, to + 1));
        return Some(with_part(speech, Found::new(Clock::new(hour, minute)?, end, 0.95)));
    }
    let found = with_part(speech, Found::new(Clock::new(hour, 0)?, to, 0.65));
    let introduced = matches!(speech.before(i), "um" | "gegen" | "ab" | "bis" | "so" | "nach" | "vor");
    let counts_things = to < speech.len() && speech.close(to) && !BEHIND_A_TIME.contains(&speech.word(to));
    (found.what.part.is_some() || introduced && !counts_things && hour > 0).then_some(found)
}

const BEHIND_A_TIME: &[&str] = &[
    "am",
    "bitte",
    "morgen",
    "heute",
    "übermorgen",
    "geht",
    "wäre",
    "würde",
    "oder",
    "und",
    "ginge",
    "passt",
    "kommen",
    "vorbeikommen",
    "in",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
];

/// Takes "abends" and its like, right behind the hour, into the clock.
fn with_part(speech: &Speech, found: Found<Clock>) -> Found<Clock> {
    let parts = [
        ("morgens", DayPart::Morning),
        ("früh", DayPart::Morning),
        ("in der früh", DayPart::Morning),
        ("vormittags", DayPart::Morning),
        ("mittags", DayPart::Midday),
        ("nachmittags", DayPart::Afternoon),
        ("abends", DayPart::Evening),
        ("nachts", DayPart::Night),
    ];
    match speech.look_up(found.to, &parts) {
        Some((part, to)) => Found { what: Clock { part: Some(part), ..found.what }, to, ..found },
        None => found,
    }
}

/// By 24 hours; what is heard of twelve gets its part of the day.
pub(super) fn say(hour: u64, minute: u64) -> String {
    let words = |n| numeral::say(n, Tongue::German);
    let mut said = format!("{} Uhr", if hour == 1 { "ein".to_owned() } else { words(hour) });
    if minute > 0 {
        said = format!("{said} {}", words(minute));
    }
    match hour {
        1..5 => format!("{said} nachts"),
        5..12 => format!("{said} morgens"),
        _ => said,
    }
}

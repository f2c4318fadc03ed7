use super::{Clock, DayPart, printed};
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;

pub(super) fn clock(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    named(speech, i).or_else(|| past_or_to(speech, i)).or_else(|| hour_first(speech, i))
}

fn named(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    let (hour, to) = speech.look_up(
        i,
        &[("noon", 12), ("midday", 12), ("twelve noon", 12), ("midnight", 0), ("twelve midnight", 0)],
    )?;
    Some(Found::new(Clock { whole_day: true, ..Clock::new(hour, 0)? }, to, 0.95))
}

/// "Half past nine", "a quarter to four", "five minutes past ten".
fn past_or_to(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    let from = if speech.word(i) == "a" { i + 1 } else { i };
    let (minutes, to) = match speech.word(from) {
        "half" => (30, from + 1),
        "quarter" => (15, from + 1),
        _ => numeral::below_hundred(speech, from).filter(|(minutes, _)| (1..30).contains(minutes))?,
    };
    if speech.word(from) == "half"
        && let Some((hour, end)) =
            numeral::below_hundred(speech, to).filter(|(hour, _)| (1..=12).contains(hour))
    {
        // British: "half nine" is half past it.
        return Some(with_half(speech, Clock::new(hour, 30)?, end, 0.7));
    }
    let counted = speech.one_of(to, &["minute", "minutes"]);
    let to = if counted { to + 1 } else { to };
    // "Nine to five" is when an office is open.
    if !counted && minutes % 5 != 0 {
        return None;
    }
    let side = speech.word(to);
    let (hour, end) = match speech.word(to + 1) {
        "noon" | "midday" | "midnight" => (12, to + 2),
        _ => numeral::below_hundred(speech, to + 1).filter(|(hour, _)| (1..=12).contains(hour))?,
    };
    let clock = match side {
        "past" | "after" => Clock::new(hour, minutes)?,
        "to" | "till" | "before" if minutes != 30 => Clock::before(hour, minutes)?,
        "of" if minutes == 15 => Clock::before(hour, minutes)?,
        _ => return None,
    };
    let end = if o_clock(speech, end) { end + 1 } else { end };
    Some(with_half(speech, clock, end, 0.9))
}

/// "Nine", "nine thirty", "9:30", each with what makes it a time.
fn hour_first(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    if let Some(found) = printed(speech, i) {
        return Some(with_half(speech, found.what, found.to, found.confidence));
    }
    let (hour, to) = numeral::below_hundred(speech, i).filter(|&(hour, _)| hour <= 24)?;
    let introduced = BEFORE_A_TIME.contains(&speech.before(i));
    if let Some((minute, end)) = minute(speech, to) {
        let clock = Clock::new(hour, minute)?;
        let found = with_half(speech, clock, end, 0.75);
        let in_figures = speech.figures(i).is_some();
        return (!in_figures || introduced || found.what.part.is_some()).then_some(found);
    }
    if speech.phrase(to, "hundred hours").is_some() {
        return Some(Found::new(Clock { whole_day: true, ..Clock::new(hour, 0)? }, to + 2, 0.95));
    }
    let clock = Clock::new(hour, 0)?;
    if o_clock(speech, to) {
        return Some(with_half(speech, clock, to + 1, 0.9));
    }
    let found = with_half(speech, clock, to, 0.9);
    if found.what.part.is_some() || DAY_PARTS.iter().any(|words| speech.phrase(to, words).is_some()) {
        return Some(found);
    }
    let counts_things = to < speech.len() && speech.close(to) && !BEHIND_A_TIME.contains(&speech.word(to));
    (introduced && !counts_things && hour > 0).then_some(Found { confidence: 0.65, ..found })
}

const BEFORE_A_TIME: &[&str] =
    &["at", "between", "around", "about", "by", "before", "after", "from", "till", "until", "say", "past"];
const BEHIND_A_TIME: &[&str] = &[
    "on",
    "in",
    "please",
    "tomorrow",
    "today",
    "tonight",
    "this",
    "next",
    "would",
    "or",
    "and",
    "if",
    "is",
    "then",
    "sharp",
    "the",
    "for",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "if",
    "works",
    "to",
];
const DAY_PARTS: &[&str] = &[
    "in the morning",
    "in the afternoon",
    "in the evening",
    "at night",
    "tonight",
    "this morning",
    "this afternoon",
    "this evening",
];

/// The minutes of "nine thirty", "nine oh five", "9.30".
fn minute(speech: &Speech, i: usize) -> Option<(u64, usize)> {
    let printed = speech.gap(i) == "." && speech.figures(i).is_some_and(|figures| figures.len() == 2);
    if !(speech.close(i) || printed) {
        return None;
    }
    match speech.word(i) {
        "oh" | "o" | "zero" => numeral::below_hundred(speech, i + 1).filter(|&(minute, _)| minute < 10),
        _ => numeral::below_hundred(speech, i).filter(|(minute, _)| (10..60).contains(minute)),
    }
}

fn o_clock(speech: &Speech, i: usize) -> bool {
    speech.one_of(i, &["o'clock", "oclock"])
}

/// Takes "a.m." and "p.m." into the clock.
fn with_half(speech: &Speech, clock: Clock, to: usize, confidence: f32) -> Found<Clock> {
    let half = [
        ("am", DayPart::Morning),
        ("a m", DayPart::Morning),
        ("pm", DayPart::Afternoon),
        ("p m", DayPart::Afternoon),
    ];
    match speech.look_up(to, &half) {
        // "I am", "am I": a pronoun behind shows the verb.
        Some((part, end)) if !speech.one_of(end, &["i"]) => {
            Found::new(Clock { part: Some(part), ..clock }, end, confidence)
        }
        _ => Found::new(clock, to, confidence),
    }
}

pub(super) fn say(hour: u64, minute: u64) -> String {
    let part = match hour {
        0 if minute == 0 => return "midnight".to_owned(),
        12 if minute == 0 => return "noon".to_owned(),
        0 => "at night",
        1..12 => "in the morning",
        12..18 => "in the afternoon",
        _ => "in the evening",
    };
    let words = |n| numeral::say(n, Tongue::English);
    let face = words((hour + 11) % 12 + 1);
    match minute {
        0 => format!("{face} {part}"),
        1..10 => format!("{face} oh {} {part}", words(minute)),
        15 => format!("quarter past {face} {part}"),
        30 => format!("half past {face} {part}"),
        _ => format!("{face} {} {part}", words(minute)),
    }
}

//! Times of day: "half past nine", "9:30 am", "nine thirty", "halb zehn".
//!
//! An hour is often said without its half of the day. Then the sentence tells ("tomorrow afternoon, at three"), else business hours do: one
//! to six are after noon, seven to eleven before it.

mod day_part;
mod english;
mod german;

pub(crate) use day_part::{DayPart, day_part};

use crate::hear::Heard;
use crate::numeral;
use crate::speech::{Found, Speech};
use crate::tongue::Tongue;
use crate::value::Value;
use jiff::civil::Time;

pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    let all = hear_marked(speech);
    if all.is_empty() { bare(speech).into_iter().collect() } else { all }
}

/// Times that something marks as such; a number alone isn't.
pub(crate) fn hear_marked(speech: &Speech) -> Vec<Heard> {
    speech.scan(|i| reading(speech, i).map(|found| found.map(Value::Time)))
}

fn reading(speech: &Speech, i: usize) -> Option<Found<Time>> {
    let clock = match speech.tongue {
        Tongue::English => english::clock(speech, i),
        Tongue::German => german::clock(speech, i),
        Tongue::Other => printed(speech, i),
    }?;
    settle(speech, i, clock)
}

/// The answer to "what time?" is a number that counts nothing: "nine", "0930", "make it eleven".
fn bare(speech: &Speech) -> Option<Heard> {
    let (from, core_end) = speech.core();
    let article =
        |i: usize| i != from && speech.one_of(i, &["one", "ein", "eine", "einen", "einem", "einer"]);
    let number = |i: &usize| {
        !article(*i) && (speech.figures(*i).is_some() || numeral::below_hundred(speech, *i).is_some())
    };
    let at = (0..speech.len()).find(number)?;
    let found = settle(speech, at, lone(speech, at)?)?;
    // A second number makes it a range or something else.
    if (found.to..speech.len()).any(|i| number(&i)) {
        return None;
    }
    let whole = at == from && found.to == core_end;
    Some(speech.heard(at, found.to, Value::Time(found.what), if whole { 0.6 } else { 0.5 }))
}

/// A number with nothing behind it that it could count.
fn lone(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    let (hour, minute, to) = match speech.figures(i).filter(|figures| matches!(figures.len(), 3 | 4)) {
        Some(figures) => {
            let (hour, minute) = figures.split_at(figures.len() - 2);
            (hour.parse().ok()?, minute.parse().ok()?, i + 1)
        }
        None => {
            let (hour, to) = numeral::below_hundred(speech, i)?;
            (i8::try_from(hour).ok()?, 0, to)
        }
    };
    let ends = !speech.close(to) || speech.one_of(to, &["please", "ish", "bitte", "then", "thanks", "danke"]);
    let clock = Clock { hour, minute, part: None, whole_day: speech.word(i).starts_with('0') }.checked()?;
    ends.then(|| Found::new(clock, to, 0.6))
}

/// A reading of the clock's face.
#[derive(Clone, Copy)]
struct Clock {
    hour: i8,
    minute: i8,
    /// Said together with it: "a.m.", "abends".
    part: Option<DayPart>,
    /// Of 24 hours: nothing is left open.
    whole_day: bool,
}

impl Clock {
    fn new(hour: u64, minute: u64) -> Option<Clock> {
        Clock {
            hour: i8::try_from(hour).ok()?,
            minute: i8::try_from(minute).ok()?,
            part: None,
            whole_day: false,
        }
        .checked()
    }

    fn checked(self) -> Option<Clock> {
        ((0..=24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (self.hour < 24 || self.minute == 0))
            .then_some(self)
    }

    /// `minutes` earlier on the face: ten to nine.
    fn before(hour: u64, minutes: u64) -> Option<Clock> {
        let hour = if hour <= 1 { hour + 11 } else { hour - 1 };
        Clock::new(hour, 60u64.checked_sub(minutes)?)
    }

    fn in_part(self, part: DayPart) -> Option<Time> {
        Time::new(part.hour(self.hour), self.minute, 0, 0).ok()
    }
}

/// Decides the half of the day, and takes the words behind the clock that say it.
fn settle(speech: &Speech, i: usize, found: Found<Clock>) -> Option<Found<Time>> {
    let clock = found.what;
    if let Some(part) = clock.part {
        return Some(Found::new(clock.in_part(part)?, found.to, found.confidence.max(0.95)));
    }
    let said = day_part(speech, i);
    let to = said.filter(|said| said.from == found.to).map_or(found.to, |said| said.to);
    if clock.whole_day || clock.hour == 0 || clock.hour > 12 {
        let time = Time::new(clock.hour % 24, clock.minute, 0, 0).ok()?;
        return Some(Found::new(time, to, found.confidence));
    }
    if let Some(said) = said {
        return Some(Found::new(clock.in_part(said.part)?, to, found.confidence.max(0.9)));
    }
    let likely = if (1..=6).contains(&clock.hour) { DayPart::Afternoon } else { DayPart::Midday };
    Some(Found::new(clock.in_part(likely)?, to, found.confidence.min(0.75)))
}

/// `09:30`, and `9:30` with its hour as it stands where the language is unknown.
fn printed(speech: &Speech, i: usize) -> Option<Found<Clock>> {
    let (hour, minute) = (speech.figures(i)?, speech.figures(i + 1)?);
    if !matches!(speech.gap(i + 1), ":" | "h") || minute.len() != 2 || hour.len() > 2 || speech.gap(i) == ":"
    {
        return None;
    }
    let clock = Clock::new(hour.parse().ok()?, minute.parse().ok()?)?;
    let whole_day = hour.starts_with('0') || speech.tongue == Tongue::Other;
    let seconds = speech.gap(i + 2) == ":" && speech.figures(i + 2).is_some();
    Some(Found::new(Clock { whole_day, ..clock }, if seconds { i + 3 } else { i + 2 }, 0.95))
}

/// To the minute, in words that leave the half of the day in no doubt.
pub(crate) fn say(time: Time, tongue: Tongue) -> String {
    let (hour, minute) = (time.hour().unsigned_abs().into(), time.minute().unsigned_abs().into());
    match tongue {
        Tongue::English => english::say(hour, minute),
        Tongue::German => german::say(hour, minute),
        Tongue::Other => format!("{hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    #[test]
    fn in_english() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::Time, text), expect, "{text}");
        check("half past nine", "09:30");
        check("at a quarter to four", "15:45");
        check("twenty-five past ten in the evening", "22:25");
        check("ten to nine", "08:50");
        check("half nine", "09:30");
        check("we open nine to five", "-");
        check("between nine and ten", "09:00");
        check("nine thirty a.m.", "09:30");
        check("9:30 pm", "21:30");
        check("9.30 am", "09:30");
        check("around 3 o'clock", "15:00");
        check("nine oh five", "09:05");
        check("fourteen thirty", "14:30");
        check("at twelve", "12:00");
        check("noon", "12:00");
        check("midnight", "00:00");
        check("this afternoon at five", "17:00");
        check("eight tonight", "20:00");
        check("08:15", "08:15");
        check("Nine, please.", "09:00");
        check("930", "09:30");
        check("make it eleven", "11:00");
        check("I'd like nine, please", "09:00");
        check("twelve at night", "00:00");
        check("I have two cats", "-");
        check("between two o'clock, sorry, three o'clock", "15:00");
    }

    #[test]
    fn in_german() {
        let check = |text, expect: &str| assert_eq!(german(&Type::Time, text), expect, "{text}");
        check("um halb zehn", "09:30");
        check("neun Uhr dreißig", "09:30");
        check("9.30 Uhr", "09:30");
        check("viertel nach vier", "16:15");
        check("drei viertel acht", "07:45");
        check("viertel acht", "07:15");
        check("fünf vor halb drei nachmittags", "14:25");
        check("zehn nach neun abends", "21:10");
        check("vierzehn Uhr", "14:00");
        check("um drei", "15:00");
        check("acht Uhr abends", "20:00");
        check("mittags", "12:00");
        check("um Mitternacht", "00:00");
        check("Guten Morgen, um vier Uhr", "16:00");
        check("zwei Zähne", "-");
        assert_eq!(heard_in("fr", &Type::Time, "à 14:30"), "14:30");
    }

    #[test]
    fn said() {
        let said = |hour, minute, tongue| say(jiff::civil::time(hour, minute, 0, 0), tongue);
        assert_eq!(said(9, 30, Tongue::English), "half past nine in the morning");
        assert_eq!(said(15, 5, Tongue::English), "three oh five in the afternoon");
        assert_eq!(said(20, 0, Tongue::English), "eight in the evening");
        assert_eq!(said(12, 0, Tongue::English), "noon");
        assert_eq!(said(9, 30, Tongue::German), "neun Uhr dreißig morgens");
        assert_eq!(said(21, 0, Tongue::German), "einundzwanzig Uhr");
        assert_eq!(said(9, 5, Tongue::Other), "09:05");
    }
}

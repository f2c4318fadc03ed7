//! A day and a time of day, said in either order, or counted from this moment: "in two hours".

use crate::calendar::Unit;
use crate::date;
use crate::duration;
use crate::hear::{Heard, last_turn};
use crate::speech::{Found, Speech};
use crate::time;
use crate::tongue::Tongue;
use crate::value::Value;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};

/// A day without a time, or part of one, is no moment: nothing is heard.
pub(crate) fn hear(speech: &Speech) -> Vec<Heard> {
    let moments = speech.scan(|i| from_now(speech, i).map(|found| found.map(Value::DateTime)));
    if !moments.is_empty() {
        return moments;
    }
    let dates: Vec<Heard> = date::hear(speech);
    let mut times: Vec<Heard> = time::hear_marked(speech)
        .into_iter()
        .filter(|time| dates.iter().all(|date| apart(date, time)))
        .collect();
    // "At nine, no, at ten": only what was said behind the turn goes with the day.
    let turned = last_turn(speech);
    if times.iter().any(|time| time.span.start >= turned) {
        times.retain(|time| time.span.start >= turned);
    }
    match (dates.is_empty(), times.is_empty()) {
        (false, false) => dates.iter().filter_map(|date| with_time(date, nearest(date, &times)?)).collect(),
        (false, true) => dates.iter().filter_map(|date| with_part(speech, date)).collect(),
        (true, _) => times.iter().filter_map(|time| ahead(speech, time)).collect(),
    }
}

/// "In two hours", "half an hour ago", "now".
fn from_now(speech: &Speech, i: usize) -> Option<Found<DateTime>> {
    let now = speech.context.now.with().second(0).subsec_nanosecond(0).build().ok()?;
    let words = ["now", "right now", "just now", "jetzt", "gerade eben", "sofort"];
    if let Some(to) = words.iter().filter_map(|words| speech.phrase(i, words)).max() {
        return (!matches!(speech.before(i), "from" | "until" | "by" | "not" | "nicht"))
            .then(|| Found::new(now, to, 0.7));
    }
    let ahead = speech.word(i) == "in";
    let back = speech.tongue == Tongue::German && speech.word(i) == "vor";
    let from = if ahead || back { i + 1 } else { i };
    let (span, to) = (duration::reading(speech, from)?, duration::counted(speech, from));
    // "In two days" says no hour.
    if to.is_some_and(|(_, unit, _)| matches!(unit, Unit::Day | Unit::Week | Unit::Month | Unit::Year)) {
        return None;
    }
    let length = SignedDuration::from_millis(i64::try_from(span.what.0).ok()?);
    let (moment, to) = match (ahead, back) {
        (true, _) => (now.checked_add(length).ok()?, span.to),
        (_, true) => (now.checked_sub(length).ok()?, span.to),
        _ if speech.word(span.to) == "ago" => (now.checked_sub(length).ok()?, span.to + 1),
        _ => (now.checked_add(length).ok()?, speech.phrase(span.to, "from now")?),
    };
    Some(Found::new(moment, to, 0.9))
}

fn with_time(date: &Heard, time: &Heard) -> Option<Heard> {
    let moment = date_of(date)?.to_datetime(time_of(time)?);
    let span = date.span.start.min(time.span.start)..date.span.end.max(time.span.end);
    Some(Heard { value: Value::DateTime(moment), span, confidence: date.confidence.min(time.confidence) })
}

/// "Tomorrow morning" is a moment, though a rough one.
fn with_part(speech: &Speech, date: &Heard) -> Option<Heard> {
    let part = time::day_part(speech, 0)?;
    let moment = date_of(date)?.at(part.part.usual_hour(), 0, 0, 0);
    Some(Heard { value: Value::DateTime(moment), confidence: date.confidence.min(0.65), ..date.clone() })
}

/// A time alone is today's if it is still to come, else tomorrow's.
fn ahead(speech: &Speech, time: &Heard) -> Option<Heard> {
    let now = speech.context.now;
    let today = now.date().to_datetime(time_of(time)?);
    let moment = if today >= now { today } else { today.checked_add(1.day()).ok()? };
    Some(Heard { value: Value::DateTime(moment), confidence: time.confidence.min(0.6), ..time.clone() })
}

fn nearest<'a>(date: &Heard, times: &'a [Heard]) -> Option<&'a Heard> {
    times.iter().min_by_key(|time| {
        let behind = time.span.start.saturating_sub(date.span.end);
        behind.max(date.span.start.saturating_sub(time.span.end))
    })
}

/// A time that begins inside a date is a misread year; one that only ends with it ("at nine this evening") is a time.
fn apart(date: &Heard, time: &Heard) -> bool {
    !date.span.contains(&time.span.start)
}

fn date_of(heard: &Heard) -> Option<Date> {
    if let Value::Date(date) = heard.value { Some(date) } else { None }
}

fn time_of(heard: &Heard) -> Option<Time> {
    if let Value::Time(time) = heard.value { Some(time) } else { None }
}

pub(crate) fn say(moment: DateTime, with_year: bool, tongue: Tongue) -> String {
    let (date, time) = (date::say(moment.date(), with_year, tongue), time::say(moment.time(), tongue));
    match tongue {
        Tongue::English => format!("{date} at {time}"),
        Tongue::German => format!("{date} um {time}"),
        Tongue::Other => format!("{date} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;
    use crate::table::{german, heard, heard_in};

    #[test]
    fn in_english() {
        let check = |text, expect: &str| assert_eq!(heard(&Type::DateTime, text), expect, "{text}");
        check("next Tuesday at half past nine", "2026-03-03T09:30");
        check("at three tomorrow afternoon", "2026-02-28T15:00");
        check("tomorrow morning", "2026-02-28T09:00");
        check("in two hours", "2026-02-27T12:00");
        check("half an hour ago", "2026-02-27T09:30");
        check("yesterday at about five", "2026-02-26T17:00");
        check("the third of March, nine thirty a.m.", "2026-03-03T09:30");
        check("tonight at eight", "2026-02-27T20:00");
        check("at nine", "2026-02-28T09:00");
        check("at ten thirty this evening", "2026-02-27T22:30");
        check("4 p.m. on Monday, no, on Tuesday", "2026-03-03T16:00");
        check("tomorrow at nine, no, at ten", "2026-02-28T10:00");
        check("2026-03-03T09:30", "2026-03-03T09:30");
        check("not now, tomorrow at ten", "2026-02-28T10:00");
        check("tomorrow", "-");
    }

    #[test]
    fn in_german() {
        let check = |text, expect: &str| assert_eq!(german(&Type::DateTime, text), expect, "{text}");
        check("morgen früh um acht", "2026-02-28T08:00");
        check("am Dienstag um halb drei", "2026-03-03T14:30");
        check("heute Abend", "2026-02-27T19:00");
        check("vor zwei Stunden", "2026-02-27T08:00");
        check("gestern Abend gegen neun Uhr", "2026-02-26T21:00");
        assert_eq!(heard_in("fr", &Type::DateTime, "3/4/2026 14:30"), "2026-04-03T14:30");
    }

    #[test]
    fn said() {
        let moment = jiff::civil::date(2026, 3, 3).at(9, 30, 0, 0);
        assert_eq!(
            say(moment, false, Tongue::English),
            "Tuesday the third of March at half past nine in the morning"
        );
        assert_eq!(
            say(moment, false, Tongue::German),
            "Dienstag, den dritten März um neun Uhr dreißig morgens"
        );
    }
}

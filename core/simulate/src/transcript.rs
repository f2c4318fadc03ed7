//! A call as people read it.

use crate::world::{Logged, Moment};
use closare_call::{Effect, Event, Speaker};
use closare_terms::Millis;
use std::fmt::Write;

/// A line for each turn, key, branch and change of what may be done.
pub fn transcript(log: &[Moment]) -> String {
    let mut lines: Vec<(Millis, String)> = Vec::new();
    for moment in log {
        let at = moment.at;
        match &moment.what {
            Logged::Effect(Effect::Turn(turn)) => {
                let who = if turn.speaker == Speaker::Caller { "caller" } else { "agent" };
                let mut line = format!("{who}: {}", turn.heard.words());
                if let Some(unheard) = &turn.unheard {
                    let _ = write!(line, " [not heard: {}]", unheard.words());
                }
                lines.push((turn.started, line));
            }
            Logged::Event(Event::Key { key }) => lines.push((at, format!("caller presses {}", key.words()))),
            Logged::Event(Event::Hold { on }) => {
                lines.push((at, format!("hold: {}", if *on { "on" } else { "off" })))
            }
            Logged::Event(Event::VendorFailed { role, index, .. }) => {
                lines.push((at, format!("-- {role} {index} fails")))
            }
            Logged::Event(Event::Transfer { outcome }) => {
                lines.push((at, format!("-- transfer: {outcome:?}").to_lowercase()))
            }
            Logged::Effect(effect) => lines.extend(note(effect).map(|note| (at, format!("-- {note}")))),
            Logged::Event(_) => {}
        }
    }
    // A turn is told when it is over; it stands where it began.
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().fold(String::new(), |mut out, (at, line)| {
        let _ = writeln!(out, "{:>3}.{:01} {line}", at.0 / 1_000, at.0 % 1_000 / 100);
        out
    })
}

fn note(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::Disclosed { .. } => "disclosed".to_owned(),
        Effect::Record { .. } => "recording".to_owned(),
        Effect::StopRecording => "recording stops".to_owned(),
        Effect::Consented(record) => {
            format!("{}: {:?} by {:?}", record.purpose, record.answer, record.means).to_lowercase()
        }
        Effect::Routed { route, .. } => format!("route: {route}"),
        Effect::Transfer { to, .. } => format!("to {}", to.words()),
        Effect::Refuse { status, .. } => format!("refused with {status}"),
        Effect::Summary { text, .. } => format!("summary: {}", text.words()),
        Effect::Closed { ended, reason } => format!("{}: {reason}", crate::expect::end_word(*ended)),
        _ => return None,
    })
}

//! Calls as they happen, a line at a time.

use closare_call::{Latency, Speaker};
use closare_runtime::Live;
use closare_terms::Millis;

/// The line for what happened; some things have none.
pub fn line(live: &Live) -> Option<String> {
    Some(match live {
        Live::Began { agent, number, .. } => format!("         a call for {number} ({agent})"),
        Live::Answered { .. } => "         answered".to_owned(),
        Live::Turn { at, speaker, heard, unheard, .. } => turn(*at, *speaker, heard, unheard.as_deref()),
        Live::Latency { latency, .. } => waited(latency),
        Live::Ended { ended, reason, .. } => ended_line(ended, reason),
        // A line that was printed can't grow; its turn comes.
        Live::Words { .. } | Live::Kept { .. } => return None,
    })
}

fn turn(at: Millis, speaker: Speaker, heard: &str, unheard: Option<&str>) -> String {
    let who = match speaker {
        Speaker::Agent => "agent (AI)",
        Speaker::Caller => "caller    ",
    };
    let cut = match unheard {
        Some(rest) if !rest.trim().is_empty() => format!(" [cut off, not heard: {}]", rest.trim()),
        Some(_) => " [cut off]".to_owned(),
        None => String::new(),
    };
    format!("{}  {who}  {heard}{cut}", clock(at))
}

/// The answer comes after this much silence, and where the time went.
fn waited(latency: &Latency) -> String {
    let stages = latency.stages().into_iter().filter(|(_, took)| took.0 > 0);
    let stages: Vec<String> = stages.map(|(name, took)| format!("{name} {}", took.0)).collect();
    format!("         … answer after {} ms ({})", latency.total().0, stages.join(", "))
}

fn ended_line(ended: &str, reason: &str) -> String {
    let ended = ended.replace('_', " ");
    let because = if reason.is_empty() || reason == ended { String::new() } else { format!(" ({reason})") };
    format!("         the call has ended: {ended}{because}")
}

/// `00:12.3` since the call's begin.
pub fn clock(at: Millis) -> String {
    format!("{:02}:{:04.1}", at.0 / 60_000, (at.0 % 60_000) as f64 / 1_000.0)
}

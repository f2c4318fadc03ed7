//! A call as it was kept, from top to bottom as a person asks: who, what was said, what came of it, what is kept, why, how fast.

use super::moment::Clock;
use super::{table, usage};
use closare_store::{AiSystem, CallDetail, Consent, Dates, Latency, Request, Speaker, Turn};
use closare_terms::Kind;
use std::path::Path;

pub fn print(call: &CallDetail, dates: Option<&Dates>, requests: &[Request], clock: &Clock, data: &Path) {
    head(call, clock);
    said(call, clock);
    outcome(call);
    consents(call, clock);
    verdicts(call);
    latencies(call);
    plugins(call);
    usage::print(call);
    usage::print_requests(requests);
    kept(call, dates, clock, data);
}

fn title(text: &str) {
    say!("\n{text}");
}

fn head(call: &CallDetail, clock: &Clock) {
    let row = &call.call;
    let from = row.from.as_ref().map_or("a withheld number", |from| from.as_str());
    say!("Call {}: {from} called {} at {}", row.id, row.to.as_str(), clock.moment(row.started));
    let version = row.workflow_version.get(..12).unwrap_or(&row.workflow_version);
    say!("Answered by {} ({}, version {version}), language {}", row.agent, row.workflow, row.language);
    let end = row.end_reason.as_deref().unwrap_or(row.status.as_str()).replace('_', " ");
    match (row.answered, row.ended) {
        (Some(answered), Some(ended)) => {
            say!("Ended: {end}, after {:.1} s", (ended.0 - answered.0).max(0) as f64 / 1_000.0);
        }
        (None, _) | (_, None) => say!("Ended: {end}"),
    }
}

fn said(call: &CallDetail, clock: &Clock) {
    title("What was said");
    if call.turns.is_empty() {
        say!("  nothing");
    }
    for turn in &call.turns {
        say!("  {}  {}  {}", clock.time(turn.started), who(turn), words(turn));
    }
}

fn who(turn: &Turn) -> &'static str {
    match turn.speaker {
        Speaker::Caller => "caller    ",
        Speaker::Agent if turn.ai_generated => "agent (AI)",
        Speaker::Agent => "agent     ",
    }
}

/// What was cut off stands struck out, as nobody heard it.
fn words(turn: &Turn) -> String {
    let heard = turn.heard.clone().unwrap_or_else(|| "(words not kept)".to_owned());
    match &turn.unheard {
        Some(unheard) if !unheard.trim().is_empty() => {
            format!("{heard} [cut off, not heard: {}]", unheard.trim())
        }
        Some(_) => format!("{heard} [cut off]"),
        None => heard,
    }
}

fn outcome(call: &CallDetail) {
    title("What came of it");
    if let Some(route) = &call.call.route {
        say!("  route    {route}");
    }
    if let Some(extraction) = &call.extraction {
        let sure =
            extraction.confidence.map_or_else(String::new, |sure| format!(" ({:.0} % sure)", sure * 100.0));
        say!("  intent   {}{sure}", extraction.intent.as_deref().unwrap_or("none"));
        for (name, value) in extraction.fields.as_object().into_iter().flatten() {
            say!("  {name:8} {}", plain(value));
        }
        say!("           {}", mark("understood", extraction.ai_generated, extraction.ai_system.as_ref()));
    }
    if let Some(summary) = &call.summary {
        say!("  summary  {}", summary.text);
        say!("           {}", mark("written", summary.ai_generated, summary.ai_system.as_ref()));
    }
    if call.extraction.is_none() && call.summary.is_none() && call.call.route.is_none() {
        say!("  nothing was kept");
    }
}

/// AI Act 50(2): what AI made says so wherever it is shown.
fn mark(what: &str, ai_generated: bool, system: Option<&AiSystem>) -> String {
    let by = system.map_or_else(String::new, |system| {
        let model = system.model.as_ref().map_or_else(String::new, |model| format!(", {model}"));
        format!(" by {} {}, {}{model}", system.name, system.version, system.plugin)
    });
    if ai_generated { format!("[AI-generated: {what}{by}]") } else { format!("[{what}{by}]") }
}

pub fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn consents(call: &CallDetail, clock: &Clock) {
    if call.consents.is_empty() {
        return;
    }
    title("Consent");
    for consent in &call.consents {
        say!("  {}: {}{}", consent.purpose, consent.answer.as_str(), by(consent));
        say!("           asked at {}: \"{}\"", clock.time(consent.asked), consent.wording);
        if consent.played.is_none() {
            say!("           the question was not played to its end");
        }
    }
}

fn by(consent: &Consent) -> String {
    consent.means.map_or_else(String::new, |means| format!(" by {}", means.as_str()))
}

fn verdicts(call: &CallDetail) {
    title("What the policies said");
    let mut rows = table::table(&["  at", "point", "result", "reason", "layer", "asked"]);
    // Each sink and kind asks for itself, and again at every change: what was answered alike at one moment is one line.
    for alike in call.verdicts.chunk_by(|a, b| {
        (a.at, a.point, &a.result, &a.reason, &a.layer) == (b.at, b.point, &b.result, &b.reason, &b.layer)
    }) {
        let verdict = &alike[0];
        rows.add_row([
            format!("  {}", verdict.at),
            verdict.point.to_string(),
            verdict.result.clone(),
            verdict.reason.clone(),
            verdict.layer.clone(),
            if alike.len() == 1 { "once".to_owned() } else { format!("{} times", alike.len()) },
        ]);
    }
    table::print(&rows);
}

fn latencies(call: &CallDetail) {
    if call.latencies.is_empty() {
        return;
    }
    title("How long the caller waited, from the last word to the agent's first packet");
    let mut turns: Vec<u32> = call.latencies.iter().map(|latency| latency.turn).collect();
    turns.sort_unstable();
    turns.dedup();
    for turn in turns {
        let of_turn: Vec<&Latency> = call.latencies.iter().filter(|latency| latency.turn == turn).collect();
        let total =
            of_turn.iter().find(|latency| latency.stage == "total").map_or(0, |latency| latency.took.0);
        let stage = |name: &&str| of_turn.iter().find(|latency| latency.stage == *name && latency.took.0 > 0);
        let stages = closare_call::Latency::STAGES.iter().filter_map(stage);
        let stages: Vec<String> =
            stages.map(|latency| format!("{} {}", latency.stage, latency.took)).collect();
        say!("  turn {turn:<3} {total:>5} ms  {}", stages.join(", "));
    }
}

fn plugins(call: &CallDetail) {
    title("Who took part");
    for used in &call.plugins {
        let hash = used.sha256.get(..12).unwrap_or(&used.sha256);
        say!("  {:15} {} {} ({hash})", used.role, used.plugin, used.version);
    }
}

fn kept(call: &CallDetail, dates: Option<&Dates>, clock: &Clock, data: &Path) {
    title("What is kept, and until the end of which day");
    if call.recordings.is_empty() {
        say!("  recording     none");
    }
    for recording in &call.recordings {
        let path = data.join("recordings").join(&recording.path);
        let cut = if recording.complete { "" } else { ", cut short" };
        say!("  recording     {} (sealed{cut}; {})", path.display(), recording.marks.comment);
    }
    let Some(dates) = dates else { return };
    for kind in [Kind::Audio, Kind::Transcript, Kind::Field, Kind::Summary] {
        say!("  {:13} {}", kind.as_str(), clock.last_day(dates.of(kind)));
    }
    say!("  {:13} {}", "consents", clock.last_day(dates.consent));
    say!("  {:13} {}", "all else", clock.last_day(dates.call));
}

//! A finding as plain text: where it is, the line, what is wrong with it, what to do.

use crate::finding::{Finding, Place, Severity};
use std::fmt::Write;

/// The finding for people, without colours; `text` is the file's, `file` its name. Ends with a line feed.
pub fn render(finding: &Finding, text: &str, file: &str) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let wide =
        finding.related.iter().map(|(place, _)| place.line).chain([finding.place.line]).max().unwrap_or(1);
    let indent = " ".repeat(wide.to_string().len());
    let mut out = format!("{severity}[{}]: {}\n", finding.code, finding.sentence);
    snippet(&mut out, finding.place, text, file, &indent, "");
    for (place, note) in &finding.related {
        snippet(&mut out, *place, text, file, &indent, note);
    }
    if let Some(remedy) = &finding.remedy {
        let _ = writeln!(out, "{indent} = help: {remedy}");
    }
    out
}

/// Longer lines are cut around the place.
const LINE_MAX: usize = 140;

fn snippet(out: &mut String, place: Place, text: &str, file: &str, indent: &str, note: &str) {
    let (line, column) = (place.line.max(1), place.column.max(1));
    let _ = writeln!(out, "{indent}--> {file}:{line}:{column}");
    let Some(source) = text.lines().nth(line as usize - 1).filter(|source| !source.trim().is_empty()) else {
        if !note.is_empty() {
            let _ = writeln!(out, "{indent} | {note}");
        }
        return;
    };
    let cut = (column as usize - 1).saturating_sub(LINE_MAX / 2);
    let shown: String =
        source.chars().skip(cut).take(LINE_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let before = column as usize - 1 - cut;
    let long = text
        .get(place.begin..place.end)
        .map_or(1, |written| written.lines().next().unwrap_or("").chars().count());
    let carets = "^".repeat(long.clamp(1, shown.chars().count().saturating_sub(before).max(1)));
    let number = format!("{line:>wide$}", wide = indent.len());
    let space = if note.is_empty() { "" } else { " " };
    let _ = writeln!(
        out,
        "{indent} |\n{number} | {shown}\n{indent} | {}{carets}{space}{note}",
        " ".repeat(before)
    );
}

//! A summary that is put together from what is known: who called, for what, what was noted, how it ended. Each sentence
//! holds facts or the caller's own words in quotation marks; nothing is made up, so nothing has to be checked.

use crate::talk::{answers, facts, sentences};
use closare_plugin::language_model::Message;

/// A field that holds who is calling; the others may be anybody's name.
const NAMES: [&str; 4] = ["name", "caller_name", "full_name", "your_name"];

/// At most `longest` words (0: no bound).
pub fn write(messages: &[Message], longest: usize) -> String {
    let longest = if longest == 0 { usize::MAX } else { longest };
    let mut facts = facts(messages);
    let who = take(&mut facts, &NAMES).unwrap_or_else(|| "The caller".to_owned());
    let intent = take(&mut facts, &["intent"]).map(|intent| plain(&intent));
    let outcome = take(&mut facts, &["outcome"]).map(|outcome| plain(&outcome));
    let said: Vec<String> = answers(messages).into_iter().map(|answer| answer.said).collect();

    let first = first(&who, intent.as_deref(), said.is_empty());
    let noted = (!facts.is_empty()).then(|| noted(&facts));
    let ended = outcome.map(|outcome| format!("Outcome: {}.", outcome.trim_end_matches('.')));
    let around = [Some(first.clone()), noted.clone(), ended.clone()];
    let room = longest.saturating_sub(around.iter().flatten().map(|text| count(text)).sum());
    let quoted = quote(&said, room);
    within([Some(first), quoted, noted, ended].into_iter().flatten(), longest)
}

fn first(who: &str, intent: Option<&str>, silent: bool) -> String {
    match (intent, silent) {
        (Some(intent), _) => format!("{who} called about: {intent}."),
        (None, true) => format!("{who} said nothing."),
        (None, false) => format!("{who} called."),
    }
}

fn noted(facts: &[(String, String)]) -> String {
    let facts: Vec<String> = facts
        .iter()
        .map(|(name, value)| format!("{} {}", plain(name), value.trim_end_matches('.')))
        .collect();
    format!("Noted: {}.", facts.join("; "))
}

/// What the caller came for is in the longest of the first two sentences that are more than a greeting.
fn quote(said: &[String], room: usize) -> Option<String> {
    let lead = "In the caller's words:";
    let room = room.checked_sub(count(lead)).filter(|room| *room >= 4)?;
    let long = said.iter().flat_map(|text| sentences(text)).filter(|sentence| count(sentence) >= 4).take(2);
    let chosen = long.reduce(|best, next| if count(next) > count(best) { next } else { best })?;
    Some(format!("{lead} “{}”", cut(chosen, room)))
}

fn cut(sentence: &str, room: usize) -> String {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    if words.len() <= room { words.join(" ") } else { format!("{}…", words[..room].join(" ")) }
}

/// Sentence by sentence while there is room; of the first at least its beginning.
fn within(sentences: impl Iterator<Item = String>, longest: usize) -> String {
    let mut text = String::new();
    for sentence in sentences {
        if text.is_empty() {
            text = cut(&sentence, longest);
        } else if count(&text) + count(&sentence) <= longest {
            text = format!("{text} {sentence}");
        }
    }
    text
}

fn take(facts: &mut Vec<(String, String)>, names: &[&str]) -> Option<String> {
    let at = facts.iter().position(|(name, _)| names.contains(&name.as_str()))?;
    Some(facts.remove(at).1)
}

fn plain(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

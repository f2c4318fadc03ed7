//! What the caller wants: the intent whose examples are nearest in meaning to what was said.

use crate::meaning::{Meanings, nearness};
use crate::model::Meaning;
use crate::talk::{Answer, sentences};
use closare_plugin::language_model::Intent;

/// Nearness of unrelated sentences: below it, nothing was understood.
const NEAR_MIN: f32 = 0.2;

/// Nearness from which on it is certain.
const NEAR_SURE: f32 = 0.6;

/// The lead over the second intent from which on it doesn't weaken the first.
const LEAD_SURE: f32 = 0.12;

/// An older answer is looked at while the newer ones are less sure than this.
const SURE: f32 = 0.6;

/// So many of the caller's last answers are looked at.
const ANSWERS_MAX: usize = 6;

/// The intent and how sure it is, 0 to 1. The latest answer that says one plainly counts; else the surest guess.
///
/// # Errors
/// In words, where the model fails.
pub fn find(
    meanings: &Meanings,
    intents: &[Intent],
    answers: &[Answer],
) -> Result<Option<(String, f32)>, String> {
    let known = known(meanings, intents)?;
    let mut best: Option<(String, f32)> = None;
    for answer in answers.iter().rev().take(ANSWERS_MAX) {
        let Some(found) = best_of(&known, &said(meanings, &answer.said)?) else { continue };
        if best.as_ref().is_none_or(|(_, confidence)| found.1 > *confidence) {
            best = Some(found);
        }
        if best.as_ref().is_some_and(|(_, confidence)| *confidence >= SURE) {
            break;
        }
    }
    Ok(best)
}

type Known<'a> = Vec<(&'a str, Vec<std::sync::Arc<Meaning>>)>;

/// The examples of each intent, and its name, which is an example too.
fn known<'a>(meanings: &Meanings, intents: &'a [Intent]) -> Result<Known<'a>, String> {
    let one = |intent: &'a Intent| {
        let name = intent.name.replace(['_', '-', '.'], " ");
        let examples = intent.examples.iter().map(String::as_str).chain([name.as_str()]);
        Ok((
            intent.name.as_str(),
            examples.map(|text| meanings.of_workflow(text)).collect::<Result<_, String>>()?,
        ))
    };
    intents.iter().map(one).collect()
}

/// An answer as a whole and sentence by sentence: "Hello, this is Ann. I'd like an appointment."
fn said(meanings: &Meanings, text: &str) -> Result<Vec<Meaning>, String> {
    let parts = sentences(text);
    let parts = if parts.len() > 1 { parts } else { Vec::new() };
    parts.into_iter().chain([text]).map(|part| meanings.of_caller(part)).collect()
}

fn best_of(known: &Known, said: &[Meaning]) -> Option<(String, f32)> {
    let near = |examples: &[std::sync::Arc<Meaning>]| {
        let pairs = said.iter().flat_map(|said| examples.iter().map(move |example| nearness(said, example)));
        pairs.fold(0.0, f32::max)
    };
    let mut all: Vec<(&str, f32)> = known.iter().map(|(name, examples)| (*name, near(examples))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (name, first) = *all.first().filter(|(_, near)| *near >= NEAR_MIN)?;
    let lead = first - all.get(1).map_or(0.0, |(_, second)| *second);
    Some((name.to_owned(), confidence(first, lead)))
}

/// Nearness counts up to `NEAR_SURE`; a narrow lead takes up to half of it away, unless it is nearly the example itself.
fn confidence(near: f32, lead: f32) -> f32 {
    let near_part = ((near - NEAR_MIN) / (NEAR_SURE - NEAR_MIN)).clamp(0.0, 1.0);
    let lead_part = 0.5 + 0.5 * (lead / LEAD_SURE).clamp(0.0, 1.0);
    near_part.powf(0.7) * lead_part
}

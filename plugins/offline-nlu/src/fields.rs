//! What the caller told: each field by the recogniser of its type.

use crate::meaning::{Meanings, nearness};
use crate::talk::Answer;
use closare_plugin::language_model::Field;
use closare_slots::{Context, Heard, Type, hear};

/// From here on a newer answer counts, and older ones aren't looked at.
const SURE: f32 = 0.6;

/// How near the agent's words must be to a field's question for the answer to be about it.
const ABOUT_MIN: f32 = 0.5;

/// What is left of the confidence where the answer is about something else.
const BESIDE: f32 = 0.4;

/// How sure a free text is that answers its question.
const TEXT_SURE: f32 = 0.8;

/// Each field that was told: name, value as JSON, confidence. The latest plain answer counts.
///
/// # Errors
/// In words, where the model fails.
pub fn find(
    meanings: &Meanings,
    fields: &[Field],
    answers: &[Answer],
    context: &Context,
) -> Result<Vec<(String, String, f32)>, String> {
    let typed: Vec<(&Field, Type)> = fields.iter().filter_map(|field| Some((field, kind(field)?))).collect();
    let mut found = Vec::new();
    for (field, kind) in &typed {
        let alike = typed.iter().filter(|(_, other)| other.name() == kind.name()).count();
        let bound = alike > 1 || matches!(kind, Type::YesNo | Type::Text);
        let best = best(answers, |answer| {
            let heard = hear(kind, &answer.said, context)?;
            Some(if bound {
                about(meanings, field, answer).map(|about| weighed(kind, heard, about))
            } else {
                Ok(heard)
            })
        })?;
        found.extend(
            best.map(|heard| (field.name.clone(), heard.value.to_json().to_string(), heard.confidence)),
        );
    }
    Ok(found)
}

fn kind(field: &Field) -> Option<Type> {
    Type::from_schema(&serde_json::from_str(&field.schema).ok()?)
}

/// The newest that is sure, else the surest.
fn best(
    answers: &[Answer],
    read: impl Fn(&Answer) -> Option<Result<Heard, String>>,
) -> Result<Option<Heard>, String> {
    let mut best: Option<Heard> = None;
    for heard in answers.iter().rev().filter_map(read) {
        let heard = heard?;
        if heard.confidence >= SURE {
            return Ok(Some(heard));
        }
        if best.as_ref().is_none_or(|best| heard.confidence > best.confidence) {
            best = Some(heard);
        }
    }
    Ok(best)
}

/// Whether the answer was given to this field's question. `None` where nothing was asked before.
fn about(meanings: &Meanings, field: &Field, answer: &Answer) -> Result<Option<bool>, String> {
    let Some(asked) = &answer.asked else { return Ok(None) };
    let name = field.name.replace(['_', '-'], " ");
    let question = if field.about.trim().is_empty() { &name } else { &field.about };
    let near = nearness(&*meanings.of_workflow(question)?, &meanings.of_caller(asked)?);
    Ok(Some(near >= ABOUT_MIN))
}

/// A bare "yes" means nothing without its question; a free text is anything at all.
fn weighed(kind: &Type, heard: Heard, about: Option<bool>) -> Heard {
    let confidence = match (kind, about) {
        (Type::Text, Some(true)) => TEXT_SURE,
        (Type::Text, _) => TEXT_SURE * BESIDE,
        (Type::YesNo, None) | (_, Some(false)) => heard.confidence * BESIDE,
        (_, Some(true) | None) => heard.confidence,
    };
    Heard { confidence, ..heard }
}

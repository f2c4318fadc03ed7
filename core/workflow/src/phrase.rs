//! What is said: languages, variants, values between braces.

pub(crate) mod template;

use crate::expression::{Datum, EvalError, Expression, Scope};
use closare_slots::{Form, Value, speak};
use closare_terms::{Language, Millis};
use std::collections::BTreeMap;

/// A sentence in every language of the file, each with one or more variants.
#[derive(Clone, Debug, Default)]
pub struct Phrase {
    pub languages: BTreeMap<Language, Vec<Template>>,
}

#[derive(Clone, Debug)]
pub struct Template {
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub enum Part {
    Text(String),
    Value(Expression, Form),
    Pause(Millis),
    /// Slow speech begins (`true`) or ends.
    Slow(bool),
}

/// A stretch of text that is ready for a voice.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub text: String,
    pub slow: bool,
    pub pause_after: Millis,
}

impl Phrase {
    /// The variants in this language, else in the first one that there is.
    pub fn variants(&self, language: &Language) -> &[Template] {
        self.in_language(language).map_or(&[], |(_, all)| all)
    }

    /// The words for a voice. `pick` chooses the variant; the call's seed is behind it. A name that holds no value says
    /// nothing; an expression whose values don't fit is an error.
    pub fn render(
        &self,
        language: &Language,
        pick: usize,
        scope: &dyn Scope,
    ) -> Result<Vec<Piece>, EvalError> {
        let Some((language, variants)) = self.in_language(language) else { return Ok(Vec::new()) };
        match variants.len() {
            0 => Ok(Vec::new()),
            many => variants[pick % many].render(language, scope),
        }
    }

    /// The text of each piece of each variant, if no value is in any of them: what can be spoken before a call.
    pub fn fixed(&self, language: &Language) -> Option<Vec<String>> {
        let variants = self.variants(language);
        if variants.iter().any(|variant| !variant.is_fixed()) {
            return None;
        }
        let pieces = variants.iter().filter_map(|variant| variant.render(language, &Nobody).ok()).flatten();
        Some(pieces.map(|piece| piece.text).filter(|text| !text.is_empty()).collect())
    }

    /// Every expression in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.languages.values().flatten().flat_map(|template| &template.parts).filter_map(|part| match part {
            Part::Value(expression, _) => Some(expression),
            Part::Text(_) | Part::Pause(_) | Part::Slow(_) => None,
        })
    }

    fn in_language(&self, language: &Language) -> Option<(&Language, &[Template])> {
        let near = |(tag, _): &(&Language, &Vec<Template>)| tag.primary() == language.primary();
        let all = || self.languages.iter();
        let found =
            self.languages.get_key_value(language).or_else(|| all().find(near)).or_else(|| all().next());
        found.map(|(tag, variants)| (tag, variants.as_slice()))
    }
}

impl Template {
    pub fn is_fixed(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, Part::Value(..)))
    }

    fn render(&self, language: &Language, scope: &dyn Scope) -> Result<Vec<Piece>, EvalError> {
        let mut pieces = Pieces::default();
        for part in &self.parts {
            match part {
                Part::Text(text) => pieces.now.push_str(text),
                Part::Value(expression, form) => {
                    let datum = expression.evaluate(scope)?;
                    let words = spoken(&datum, *form, language).ok_or_else(|| EvalError {
                        expression: expression.source().to_owned(),
                        reason: "a map can't be said".to_owned(),
                    })?;
                    pieces.now.push_str(&words);
                }
                Part::Pause(long) => pieces.cut(*long),
                Part::Slow(slow) => {
                    pieces.cut(Millis::ZERO);
                    pieces.slow = *slow;
                }
            }
        }
        pieces.cut(Millis::ZERO);
        Ok(pieces.all)
    }
}

/// A value in words; `None` where it has none.
fn spoken(datum: &Datum, form: Form, language: &Language) -> Option<String> {
    let value = match datum {
        Datum::Nothing => return Some(String::new()),
        Datum::Bool(yes) => Value::YesNo(*yes),
        Datum::Int(n) => Value::Integer(*n),
        Datum::Float(n) => Value::Number(*n),
        Datum::Text(text) => Value::Text(text.clone()),
        Datum::Slot(value) => value.clone(),
        Datum::List(list) => {
            let words: Option<Vec<String>> = list.iter().map(|one| spoken(one, form, language)).collect();
            return words.map(|words| words.join(", "));
        }
        Datum::Map(_) => return None,
    };
    Some(speak(&value, form, language))
}

#[derive(Default)]
struct Pieces {
    all: Vec<Piece>,
    now: String,
    slow: bool,
}

impl Pieces {
    fn cut(&mut self, pause_after: Millis) {
        let text = std::mem::take(&mut self.now).split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            self.all.push(Piece { text, slow: self.slow, pause_after });
        } else if let Some(last) = self.all.last_mut() {
            last.pause_after += pause_after;
        } else if pause_after > Millis::ZERO {
            self.all.push(Piece { text, slow: self.slow, pause_after });
        }
    }
}

/// Holds no value.
struct Nobody;

impl Scope for Nobody {
    fn get(&self, _: &str) -> Option<Datum> {
        None
    }
}

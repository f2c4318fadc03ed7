//! How near two sentences are in meaning.

use crate::model::{Meaning, MiniLm};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// So many of a workflow's own sentences are kept; beyond that all are computed anew. A workflow has about fifty.
const KEPT_MAX: usize = 4096;

/// The model of this instance, and what it made of the workflows' own sentences. Nothing that a caller said is kept.
pub struct Meanings {
    model: MiniLm,
    kept: Mutex<BTreeMap<String, Arc<Meaning>>>,
}

impl Meanings {
    /// Loaded by the first session.
    ///
    /// # Errors
    /// In words, where the included files don't fit this code.
    pub fn shared() -> Result<&'static Meanings, String> {
        static MEANINGS: OnceLock<Result<Meanings, String>> = OnceLock::new();
        let load = || Ok(Meanings { model: MiniLm::load()?, kept: Mutex::default() });
        MEANINGS.get_or_init(load).as_ref().map_err(String::clone)
    }

    /// Of words that a caller said.
    ///
    /// # Errors
    /// In words; not expected of any text.
    pub fn of_caller(&self, text: &str) -> Result<Meaning, String> {
        self.model.meaning(text)
    }

    /// Of a sentence that the workflow holds.
    ///
    /// # Errors
    /// In words; not expected of any text.
    pub fn of_workflow(&self, text: &str) -> Result<Arc<Meaning>, String> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(meaning) = kept().get(text) {
            return Ok(meaning.clone());
        }
        let meaning = Arc::new(self.model.meaning(text)?);
        let mut kept = kept();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(text.to_owned(), meaning.clone());
        Ok(meaning)
    }
}

/// The cosine: 1 for the same, near 0 for unrelated.
pub fn nearness(a: &Meaning, b: &Meaning) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

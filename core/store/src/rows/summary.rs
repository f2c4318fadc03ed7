use super::{AiSystem, mark_json, open_text, read_mark};
use crate::live::Live;
use crate::seal::Key;
use crate::{Error, entities};
use closare_terms::{Kind, Language};
use serde::Serialize;

/// A call in a few sentences. A call has one; a later one replaces it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub text: String,
    pub language: Language,
    pub ai_generated: bool,
    pub ai_system: Option<AiSystem>,
}

impl Summary {
    pub(crate) fn seal(self, call: &Live) -> entities::summary::Model {
        entities::summary::Model {
            call: call.id.to_string(),
            text: call.key.seal(&place(call.id.as_str()), self.text.as_bytes()),
            language: self.language.0,
            ai_generated: self.ai_generated || self.ai_system.is_some(),
            ai_system: mark_json(self.ai_system.as_ref()),
            delete_by: call.dates.of(Kind::Summary).0,
        }
    }

    pub(crate) fn open(row: entities::summary::Model, key: &Key) -> Result<Summary, Error> {
        Ok(Summary {
            text: open_text(key, &place(&row.call), &row.text)?,
            language: Language(row.language),
            ai_generated: row.ai_generated,
            ai_system: read_mark(row.ai_system.as_deref())?,
        })
    }
}

fn place(call: &str) -> String {
    format!("summary/{call}")
}

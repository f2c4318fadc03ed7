use super::{AiSystem, mark_json, open_text, read_json, read_mark};
use crate::live::Live;
use crate::seal::Key;
use crate::{Error, entities};
use closare_terms::Kind;
use serde::Serialize;
use serde_json::Value;

/// What the call was about, and the fields that were found. A call has one; a later one replaces it.
#[derive(Clone, PartialEq, Serialize)]
pub struct Extraction {
    pub intent: Option<String>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    /// Names and values. Sealed.
    pub fields: Value,
    pub ai_generated: bool,
    pub ai_system: Option<AiSystem>,
}

impl Extraction {
    pub(crate) fn seal(self, call: &Live) -> entities::extraction::Model {
        entities::extraction::Model {
            call: call.id.to_string(),
            intent: self.intent,
            confidence: self.confidence,
            fields: call.key.seal(&place(call.id.as_str()), self.fields.to_string().as_bytes()),
            ai_generated: self.ai_generated || self.ai_system.is_some(),
            ai_system: mark_json(self.ai_system.as_ref()),
            delete_by: call.dates.of(Kind::Field).0,
        }
    }

    pub(crate) fn open(row: entities::extraction::Model, key: &Key) -> Result<Extraction, Error> {
        Ok(Extraction {
            intent: row.intent,
            confidence: row.confidence,
            fields: read_json("fields", &open_text(key, &place(&row.call), &row.fields)?)?,
            ai_generated: row.ai_generated,
            ai_system: read_mark(row.ai_system.as_deref())?,
        })
    }
}

fn place(call: &str) -> String {
    format!("extraction/{call}")
}

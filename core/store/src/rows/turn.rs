use super::{AiSystem, mark_json, open_text, read_mark};
use crate::live::Live;
use crate::seal::Key;
use crate::words::words;
use crate::{Error, entities};
use closare_terms::{Kind, Language, UnixMillis};
use serde::Serialize;

/// What one side said before the other did. It has no `Debug`, since it holds words.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// Counts a call's turns.
    pub index: u32,
    pub speaker: Speaker,
    pub started: UnixMillis,
    pub ended: UnixMillis,
    /// What was heard by the other side; `None` where it may not be kept.
    pub heard: Option<String>,
    /// What was cut off by an interruption.
    pub unheard: Option<String>,
    pub interrupted: bool,
    pub language: Language,
    /// True for every turn of the agent.
    pub ai_generated: bool,
    pub ai_system: Option<AiSystem>,
}

words! {
    Speaker {
        Agent = "agent",
        Caller = "caller",
    }
}

impl Turn {
    pub(crate) fn seal(self, call: &Live) -> entities::turn::Model {
        let idx = i64::from(self.index);
        let seal =
            |part: &str, text: &str| call.key.seal(&place(call.id.as_str(), idx, part), text.as_bytes());
        entities::turn::Model {
            call: call.id.to_string(),
            idx,
            speaker: self.speaker.as_str().to_owned(),
            started: self.started.0,
            ended: self.ended.0,
            heard: self.heard.as_deref().map(|text| seal("heard", text)),
            unheard: self.unheard.as_deref().map(|text| seal("unheard", text)),
            interrupted: self.interrupted,
            language: self.language.0,
            ai_generated: self.ai_generated || self.speaker == Speaker::Agent,
            ai_system: mark_json(self.ai_system.as_ref()),
            delete_by: call.dates.of(Kind::Transcript).0,
        }
    }

    pub(crate) fn open(row: entities::turn::Model, key: &Key) -> Result<Turn, Error> {
        let open = |part: &str, sealed: &[u8]| open_text(key, &place(&row.call, row.idx, part), sealed);
        Ok(Turn {
            index: u32::try_from(row.idx).unwrap_or(u32::MAX),
            speaker: Speaker::read(&row.speaker)?,
            started: UnixMillis(row.started),
            ended: UnixMillis(row.ended),
            heard: row.heard.as_deref().map(|sealed| open("heard", sealed)).transpose()?,
            unheard: row.unheard.as_deref().map(|sealed| open("unheard", sealed)).transpose()?,
            interrupted: row.interrupted,
            language: Language(row.language),
            ai_generated: row.ai_generated,
            ai_system: read_mark(row.ai_system.as_deref())?,
        })
    }
}

fn place(call: &str, idx: i64, part: &str) -> String {
    format!("turn/{call}/{idx}/{part}")
}

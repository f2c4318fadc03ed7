use crate::entities;
use crate::live::Live;
use closare_terms::Millis;
use serde::Serialize;

/// How long one stage of a turn took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// The turn's index.
    pub turn: u32,
    /// `end_of_speech`, `endpoint`, `stt_final`, `llm_first_token`, `first_clause`, `tts_first_audio`,
    /// `first_packet` or `total`.
    pub stage: String,
    pub took: Millis,
}

impl Latency {
    pub(crate) fn seal(self, call: &Live) -> entities::latency::Model {
        entities::latency::Model {
            call: call.id.to_string(),
            turn: i64::from(self.turn),
            stage: self.stage,
            ms: i64::try_from(self.took.0).unwrap_or(i64::MAX),
            delete_by: call.dates.call.0,
        }
    }

    pub(crate) fn open(row: entities::latency::Model) -> Latency {
        let turn = u32::try_from(row.turn).unwrap_or(u32::MAX);
        Latency { turn, stage: row.stage, took: Millis(row.ms.cast_unsigned()) }
    }
}

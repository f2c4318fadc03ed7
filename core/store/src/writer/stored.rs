use crate::entities::*;
use serde::{Deserialize, Serialize};

/// A row as it lies in the database, or a change to one. Words in it are sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Stored {
    Call(call::Model),
    Answered {
        call: String,
        at: i64,
    },
    /// The caller's number may be kept.
    Caller {
        call: String,
        sealed: Vec<u8>,
    },
    Log(log::Model),
    Content(content::Model),
    Turn(turn::Model),
    Latency(latency::Model),
    Extraction(extraction::Model),
    Summary(summary::Model),
    Consent(consent::Model),
    Verdict(verdict::Model),
    PluginUse(plugin_use::Model),
    Usage(usage::Model),
    Recording(recording::Model),
    RecordingEnd(RecordingEnd),
    Ended(Ended),
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RecordingEnd {
    pub path: String,
    pub sha256: String,
    pub bytes: i64,
    pub ended: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub call: String,
    pub at: i64,
    pub status: String,
    pub reason: String,
    pub route: Option<String>,
    pub intent: Option<String>,
}

impl Stored {
    /// About how many bytes it takes in memory.
    pub fn weight(&self) -> usize {
        let variable = match self {
            Stored::Log(row) => row.skeleton.len(),
            Stored::Content(row) => row.sealed.len(),
            Stored::Turn(row) => {
                row.heard.as_ref().map_or(0, Vec::len) + row.unheard.as_ref().map_or(0, Vec::len)
            }
            Stored::Extraction(row) => row.fields.len(),
            Stored::Summary(row) => row.text.len(),
            Stored::Consent(row) => row.wording.len(),
            Stored::Verdict(row) => row.reason.len(),
            Stored::Call(_)
            | Stored::Answered { .. }
            | Stored::Caller { .. }
            | Stored::Latency(_)
            | Stored::PluginUse(_)
            | Stored::Usage(_)
            | Stored::Recording(_)
            | Stored::RecordingEnd(_)
            | Stored::Ended(_) => 0,
        };
        variable + 400
    }
}

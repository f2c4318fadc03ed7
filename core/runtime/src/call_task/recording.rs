//! What of a call is recorded, and what is kept in memory for the next speech-to-text.

use super::{CallTask, Line};
use crate::ears::Command;
use closare_call::RecordingPurpose;
use closare_terms::Millis;

/// What the ears know of the call.
#[derive(Default)]
pub(super) struct Told {
    hides: bool,
    known: Millis,
}

impl CallTask {
    pub(super) fn record(&mut self, purpose: RecordingPurpose) {
        let Some(line) = &self.leg else { return };
        let marks = closare_store::Marks {
            software: concat!("Closare ", env!("CARGO_PKG_VERSION")).to_owned(),
            comment: "AI-generated speech on channel 2".to_owned(),
        };
        match self.runtime.store.recorder(&self.id, line.rate, 2, self.clock.wall_at(self.clock.now()), marks)
        {
            Ok(writer) => line.ears.tell(Command::Record(writer)),
            Err(error) => tracing::error!(call = %self.id, ?purpose, %error, "a recording can't be opened"),
        }
    }

    /// A secret that is spoken is in no recording: the caller is silent there while a step asks for one. What the caller said
    /// and is known by now need not be kept.
    pub(super) fn tell_ears(&mut self) {
        let (hides, known) = (self.call.hides_speech(), self.call.known_until());
        let Some(Line { told, ears, .. }) = &mut self.leg else { return };
        if told.hides != hides {
            told.hides = hides;
            ears.tell(Command::Hide(hides));
        }
        if told.known != known {
            told.known = known;
            ears.tell(Command::Known(known));
        }
    }
}

//! What of a call is recorded.

use super::CallTask;
use crate::ears::Command;
use closare_call::RecordingPurpose;

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

    /// A secret that is spoken is in no recording: the caller is silent there while a step asks for one.
    pub(super) fn hide_from_recording(&mut self) {
        let hides = self.call.hides_speech();
        if let Some(line) = &mut self.leg
            && line.hides != hides
        {
            line.hides = hides;
            line.ears.tell(Command::Hide(hides));
        }
    }
}

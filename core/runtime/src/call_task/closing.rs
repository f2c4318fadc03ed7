//! The end of a call's task: the line is let go, what was counted last is taken, the last rows are written.

use super::CallTask;
use super::inlets::Inlets;
use crate::ears::Command;
use crate::live::Live;
use crate::tell::UNTOLD_MAX;
use closare_call::Ended;
use closare_store::{Outcome, Status};
use std::time::Duration;
use tokio::time::timeout;

/// What the recorder may take to end its file.
const RECORDED_MAX: Duration = Duration::from_secs(5);

impl CallTask {
    /// The call is closed: its recording is ended, its last rows are on their way.
    pub(super) async fn finish(mut self: Box<Self>, mut inlets: Inlets) {
        let recorded = self.leg.as_mut().and_then(|line| line.recorded.take());
        if let Some(line) = &self.leg {
            line.ears.tell(Command::StopRecording);
            line.control.hangup("the call is over");
        }
        inlets.leg = None;
        self.minds.finish();
        if let Some(line) = self.leg.take() {
            line.voices.finish();
        }
        if let Some(recorded) = recorded
            && timeout(RECORDED_MAX, recorded).await.is_err()
        {
            tracing::warn!(call = %self.id, "the leg's audio has not ended");
        }
        drop(self.tell);
        if timeout(UNTOLD_MAX, self.untold.ends()).await.is_err() {
            tracing::warn!(call = %self.id, "a session has not ended: what it used last is not counted");
        }
        // The log has ended with the call: what is told after that is in the sums alone.
        while let Ok(event) = inlets.inbox.try_recv() {
            self.log.count(&event);
        }
        self.log.finish();
        let (ended, reason) =
            self.ended.take().unwrap_or((Ended::Failed, "the call's task ended".to_owned()));
        let word = serde_json::to_value(ended)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default();
        let status = if ended == Ended::Refused { Status::Refused } else { Status::Ended };
        self.runtime.store.finish_call(
            &self.id,
            Outcome {
                ended: self.clock.wall_at(self.clock.now()),
                status,
                reason: word.clone(),
                route: self.route.take(),
                intent: self.intent.take(),
            },
        );
        self.runtime.live.tell(Live::Ended { call: self.id.clone(), ended: word, reason });
        self.runtime.store.flush().await;
    }
}

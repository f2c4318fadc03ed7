//! How a call leaves us: by the leg's own means, or by the carrier's API where a socket can't do it.

use super::CallTask;
use crate::carrier::Carrier;
use crate::config::StreamsConfig;
use crate::live::Live;
use crate::runtime::Runtime;
use closare_call::{Event, Party, TransferOutcome};
use closare_telephony::Incoming;
use closare_terms::CallId;
use std::sync::Arc;

impl CallTask {
    pub(super) fn hang_up(&self, reason: String) {
        let Some(control) = self.leg.as_ref().map(|line| line.control.clone()) else { return };
        let Some(carrier) = self.carrier.clone() else { return control.hangup(&reason) };
        let call = self.id.clone();
        tokio::spawn(async move {
            if let Err(error) = carrier.hang_up(|| control.hangup(&reason)).await {
                tracing::warn!(%call, %error, "a carrier did not end a call; its stream is closed");
            }
        });
    }

    pub(super) fn transfer(&self, to: &str) {
        let Some(line) = &self.leg else { return };
        let Some(carrier) = self.carrier.clone() else { return line.control.transfer(to, None) };
        let (events, to, call) = (self.events.clone(), to.to_owned(), self.id.clone());
        tokio::spawn(async move {
            let outcome = match carrier.transfer(&to).await {
                Ok(()) => TransferOutcome::Done,
                Err(error) => {
                    tracing::warn!(%call, %error, "a carrier did not hand a call over");
                    TransferOutcome::Failed
                }
            };
            let _ = events.send(Event::Transfer { outcome }).await;
        });
    }

    /// What a leg's event means beside itself: the end of a stream whose call is handed over says that it was.
    pub(super) fn comes_first(&self, event: &Event) -> Option<Event> {
        let ends = matches!(event, Event::LegEnded { by: Party::Caller });
        let hands_over = self.carrier.as_ref().is_some_and(Carrier::hands_over);
        (ends && hands_over).then_some(Event::Transfer { outcome: TransferOutcome::Done })
    }
}

/// Who can end a call that comes as a stream, and hand it over.
pub fn carrier(runtime: &Runtime, incoming: &Incoming) -> Option<Carrier> {
    let (streams, call) = (runtime.config.streams.as_ref()?, incoming.stream.clone()?);
    let secret = StreamsConfig::secret(incoming.to.as_str());
    Some(Carrier::new(runtime.egress.clone(), streams.carrier_api.clone(), secret, call))
}

/// However a call's task ends, it is live no more. Whoever waits for the last event then sees a call less.
pub struct Gone {
    pub runtime: Arc<Runtime>,
    pub id: CallId,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.runtime.live.remove(&self.id);
        self.runtime.live.tell(Live::Kept { call: self.id.clone() });
    }
}

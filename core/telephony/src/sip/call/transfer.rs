//! Handing the caller over: REFER out, and what the peer tells of it (RFC 3515).

use super::Call;
use crate::leg::{LegEvent, TransferOutcome};
use crate::sip::{refer, requests};
use rsipstack::sip::Request;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Call {
    pub fn transfer(self: &Arc<Self>, to: &str, referred_by: Option<&str>) {
        let target = self.transfer_target(to);
        let mut headers = Vec::new();
        if let Some(by) = referred_by {
            headers.push(requests::header("Referred-By", &bracketed(by)));
        }
        self.state().transfer_until = Some(Instant::now() + TRANSFER_MAX);
        self.poke.notify_one();
        let call = Arc::clone(self);
        self.driver.runtime.spawn(async move {
            if !call.is_acknowledged().await {
                return;
            }
            let answer = call.dialog.refer(target, Some(headers), None).await;
            match answer {
                Ok(Some(response)) if response.status_code.code() < 300 => {
                    call.transfer_went(TransferOutcome::Trying)
                }
                Ok(Some(response)) => {
                    call.transfer_went(TransferOutcome::Failed { status: response.status_code.code() });
                }
                Ok(None) => call.transfer_went(TransferOutcome::Failed { status: 481 }),
                Err(_) => call.transfer_went(TransferOutcome::Failed { status: 408 }),
            }
        });
    }

    /// A bare number is one at the peer's own host.
    fn transfer_target(&self, to: &str) -> String {
        if to.contains(':') {
            return bracketed(to);
        }
        let host = self.peer;
        let transport = if self.is_udp() { "" } else { ";transport=tcp" };
        format!("<sip:{}@{host}{transport}>", to.replace(['<', '>', ' '], ""))
    }

    fn is_udp(&self) -> bool {
        !requests::has_transport(&self.dialog.snapshot().remote_uri)
    }

    /// What the peer says of a transfer.
    pub fn notified(&self, request: &Request) {
        let (event, subscription) =
            (requests::value(request, "Event"), requests::value(request, "Subscription-State"));
        let Some(progress) = refer::read(event, subscription, &request.body) else { return };
        match progress.status {
            100 => {}
            101..=199 => self.transfer_went(TransferOutcome::Ringing),
            200..=299 => self.transfer_went(TransferOutcome::Done),
            status => self.transfer_went(TransferOutcome::Failed { status }),
        }
    }

    /// After the last word on a transfer nothing more is said of it.
    pub(super) fn transfer_went(&self, outcome: TransferOutcome) {
        let mut state = self.state();
        if state.transfer_until.is_none() {
            return;
        }
        if matches!(outcome, TransferOutcome::Done | TransferOutcome::Failed { .. }) {
            state.transfer_until = None;
        }
        drop(state);
        self.emit(|at| LegEvent::Transfer { at, outcome });
        self.poke.notify_one();
    }
}

fn bracketed(uri: &str) -> String {
    format!("<{}>", uri.trim_matches(['<', '>', ' ']).replace(['\r', '\n', '<', '>'], ""))
}

/// Many trunks never say how it went.
const TRANSFER_MAX: Duration = Duration::from_secs(30);

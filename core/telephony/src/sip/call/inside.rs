//! Requests inside the dialog: new SDP, keys, questions.

use super::Call;
use crate::leg::LegEvent;
use crate::sip::session::{Change, Session};
use crate::sip::{info, requests};
use rsipstack::dialog::dialog::{DialogState, TransactionHandle};
use rsipstack::sip::{Header, Method, Request, StatusCode};
use std::sync::Arc;

impl Call {
    pub(super) async fn on(&self, state: DialogState) {
        match state {
            DialogState::Confirmed(..) => self.confirmed(),
            DialogState::Updated(_, request, handle) => self.offered_again(&request, &handle).await,
            DialogState::Info(_, request, handle) => {
                let status = self.info(&request);
                reply(&handle, status, Vec::new(), None).await;
            }
            DialogState::Options(_, _, handle) => {
                let headers = vec![
                    requests::header("Allow", requests::ALLOW),
                    requests::header("Accept", requests::SDP),
                ];
                reply(&handle, 200, headers, None).await;
            }
            DialogState::Notify(_, _, handle) => reply(&handle, 200, Vec::new(), None).await,
            // Whoever calls us doesn't send us elsewhere.
            DialogState::Refer(_, _, handle) => reply(&handle, 603, Vec::new(), None).await,
            DialogState::Message(_, _, handle) | DialogState::Publish(_, _, handle) => {
                reply(&handle, 405, vec![requests::header("Allow", requests::ALLOW)], None).await;
            }
            DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::Early(..)
            | DialogState::WaitAck(..)
            | DialogState::Terminated(..) => {}
        }
    }

    fn confirmed(&self) {
        self.acknowledged.send_replace(true);
        let mut state = self.state();
        let waits = state.session.as_ref().is_some_and(Session::awaits_answer);
        if waits && let Some(ack) = self.dialog.last_remote_ack().filter(|ack| !ack.body.is_empty()) {
            let change = state.session.as_mut().map(|session| session.answered(&ack.body));
            drop(state);
            if let Some(Ok(change)) = change {
                self.changed(change);
            }
        } else {
            drop(state);
        }
        self.bye();
    }

    async fn offered_again(&self, request: &Request, handle: &TransactionHandle) {
        if request.body.is_empty() {
            let offer = (request.method == Method::Invite)
                .then(|| {
                    self.state().session.as_mut().map(|session| session.offer_again().as_bytes().to_vec())
                })
                .flatten();
            let headers = if offer.is_some() { requests::sdp_headers() } else { Vec::new() };
            return reply(handle, 200, headers, offer).await;
        }
        if requests::content_type(request) != requests::SDP {
            return reply(handle, 415, vec![requests::header("Accept", requests::SDP)], None).await;
        }
        let answer = self.state().session.as_mut().map(|session| {
            let change = session.offered_again(&request.body)?;
            Ok((change, session.text().as_bytes().to_vec()))
        });
        match answer {
            Some(Ok((change, text))) => {
                self.changed(change);
                reply(handle, 200, requests::sdp_headers(), Some(text)).await;
            }
            Some(Err::<_, crate::sdp::Reject>(reject)) => {
                self.driver.tally.no_codec.more();
                let warning = format!("305 closare \"{}\"", reject.warning);
                reply(handle, reject.status, vec![requests::header("Warning", &warning)], None).await;
            }
            None => reply(handle, 491, Vec::new(), None).await,
        }
    }

    fn changed(&self, change: Change) {
        if let Some(line) = &self.state().line {
            line.agreed(change.agreed);
        }
        if let Some(on) = change.hold {
            self.emit(|at| LegEvent::Hold { on, at });
        }
    }

    /// Also called before the dialog is confirmed: keys may come early.
    pub fn info(&self, request: &Request) -> u16 {
        let Some(key) = info::key(requests::value(request, "Content-Type"), &request.body) else {
            return if request.body.is_empty() { 200 } else { 415 };
        };
        if let Some(line) = &self.state().line {
            line.info_key(key);
        }
        200
    }

    /// One key after the other, for a peer that takes none by RTP.
    pub fn send_keys(self: &Arc<Self>, keys: String) {
        let call = Arc::clone(self);
        self.driver.runtime.spawn(async move {
            if !call.is_acknowledged().await {
                return;
            }
            for key in keys.chars() {
                let headers = vec![requests::header("Content-Type", info::RELAY)];
                if let Err(error) = call.dialog.info(Some(headers), Some(info::relay(key).into_bytes())).await
                {
                    tracing::debug!(call = %call.key.0, %error, "a key couldn't be sent");
                }
            }
        });
    }
}

async fn reply(handle: &TransactionHandle, status: u16, headers: Vec<Header>, body: Option<Vec<u8>>) {
    let _ = handle.respond(StatusCode::from(status), Some(headers), body).await;
}

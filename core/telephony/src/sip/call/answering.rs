//! From the INVITE to the leg: ring, answer, refuse.

use super::{Call, reason_header};
use crate::leg::Party;
use crate::media::call::{CallAudio, Parts};
use crate::media::ports::Lease;
use crate::sdp::{Agreed, Ours};
use crate::signalling::Signalling;
use crate::sip::driver::Driver;
use crate::sip::requests;
use crate::sip::session::Session;
use crate::{Error, Leg, LegControl, Tap, Voice};
use rsipstack::sip::{Header, StatusCode};
use rsipstack::transaction::transaction::TransactionEvent;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// The sockets of a call's audio, before it is known what they will carry.
pub(crate) struct Sockets {
    pub lease: Lease,
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
}

impl Call {
    pub fn ring(&self) {
        if let Err(error) = self.dialog.ringing(None, None) {
            tracing::debug!(call = %self.key.0, %error, "180 couldn't be sent");
        }
    }

    pub async fn answer(self: Arc<Self>, epoch: Instant, tap: Box<dyn Tap>) -> Result<Leg, Error> {
        if self.is_cancelled() || std::mem::replace(&mut self.state().answered, true) {
            return Err(Error::Gone);
        }
        match self.accept(epoch, tap).await {
            Ok(leg) => Ok(leg),
            Err(error) => {
                let mut state = self.state();
                state.answered = state.ending.is_some();
                if let Some(line) = &state.line {
                    line.close();
                }
                drop(state);
                self.refuse(refusal_for(&error), "no audio", None);
                Err(error)
            }
        }
    }

    async fn accept(self: &Arc<Self>, epoch: Instant, tap: Box<dyn Tap>) -> Result<Leg, Error> {
        let sockets = self.driver.sockets()?;
        let ours = self.driver.ours(self.peer, sockets.lease.port);
        let offer = self.dialog.initial_request().body;
        if offer.is_empty() {
            return self.accept_offering(ours, sockets, epoch, tap).await;
        }
        let (session, agreed) = Session::answering(ours, &offer).map_err(|reject| {
            self.driver.tally.no_codec.more();
            Error::Media(reject.warning.to_owned())
        })?;
        let text = session.text().as_bytes().to_vec();
        let leg = self.connect(session, agreed, sockets, epoch, tap)?;
        self.say_ok(text)?;
        Ok(leg)
    }

    /// Our offer goes in the 200, and the answer comes in the ACK: audio begins only then (RFC 3261 §13.2.1).
    async fn accept_offering(
        self: &Arc<Self>,
        ours: Ours,
        sockets: Sockets,
        epoch: Instant,
        tap: Box<dyn Tap>,
    ) -> Result<Leg, Error> {
        let mut session = Session::offering(ours);
        let unfinished = Unfinished(self);
        self.say_ok(session.text().as_bytes().to_vec())?;
        if !self.is_acknowledged().await {
            return Err(Error::Gone);
        }
        let answer = self.dialog.last_remote_ack().map(|ack| ack.body).unwrap_or_default();
        let change = session.answered(&answer).map_err(|reject| Error::Media(reject.warning.to_owned()))?;
        let leg = self.connect(session, change.agreed, sockets, epoch, tap)?;
        std::mem::forget(unfinished);
        Ok(leg)
    }

    /// Waits for the ACK; false if the call ended before.
    pub(super) async fn is_acknowledged(&self) -> bool {
        let mut acknowledged = self.acknowledged.subscribe();
        tokio::select! {
            seen = acknowledged.wait_for(|seen| *seen) => seen.is_ok(),
            () = self.over.cancelled() => false,
        }
    }

    fn say_ok(&self, sdp: Vec<u8>) -> Result<(), Error> {
        self.dialog.accept(Some(requests::sdp_headers()), Some(sdp)).map_err(|_| Error::Gone)
    }

    /// Starts the audio.
    pub fn connect(
        self: &Arc<Self>,
        session: Session,
        agreed: Agreed,
        sockets: Sockets,
        epoch: Instant,
        tap: Box<dyn Tap>,
    ) -> Result<Leg, Error> {
        let (events, receiver) = mpsc::channel(EVENTS_WAITING);
        let Sockets { lease, rtp, rtcp } = sockets;
        let parts = Parts {
            rtp,
            rtcp,
            agreed,
            epoch,
            tap,
            events: events.clone(),
            dead: self.dead.clone(),
            silence_max: self.driver.config.silence_max,
            tally: Arc::clone(&self.driver.tally),
        };
        let (audio, line) = CallAudio::new(parts);
        self.driver.audio.add(audio)?;
        let mut state = self.state();
        state.answered = true;
        state.session = Some(session);
        state.line = Some(Arc::clone(&line));
        state.lease = Some(lease);
        state.events = Some(events);
        state.epoch = Some(epoch);
        drop(state);
        self.poke.notify_one();
        if self.over.is_cancelled() {
            line.close();
            return Err(Error::Gone);
        }
        Ok(Leg {
            events: receiver,
            voice: Voice::new(Signalling::Sip(Arc::clone(self)), Arc::clone(&line)),
            control: LegControl::new(Signalling::Sip(Arc::clone(self)), line),
        })
    }

    /// For a call that nobody answered yet; else nothing.
    pub fn refuse(&self, status: u16, reason: &str, retry_after: Option<u32>) {
        let mut state = self.state();
        if state.answered || state.refused {
            return;
        }
        state.refused = true;
        drop(state);
        let Some(invite) = &self.invite else { return };
        let request = self.dialog.initial_request();
        let mut response = self.driver.dialogs.endpoint.make_response(
            &request,
            StatusCode::from(status.clamp(400, 699)),
            None,
        );
        for header in response.headers.iter_mut() {
            if let Header::To(to) = header {
                *to = to.with_tag(self.dialog.id().local_tag.into());
            }
        }
        response.headers.push(reason_header(status, reason));
        response.headers.extend(
            retry_after
                .map(|seconds| requests::header("Retry-After", &seconds.to_string()))
                .into_iter()
                .collect(),
        );
        let _ = invite.send(TransactionEvent::Respond(response));
        self.over.cancel();
        self.poke.notify_one();
    }
}

impl Driver {
    pub fn sockets(&self) -> Result<Sockets, Error> {
        let (lease, rtp, rtcp) = self.ports.take()?;
        Ok(Sockets { lease, rtp, rtcp })
    }

    pub fn ours(&self, peer: SocketAddr, port: u16) -> Ours {
        Ours {
            session: u64::from(rand::random::<u32>()),
            version: 1,
            address: self.address_towards(peer.ip()),
            port,
        }
    }
}

/// A 200 went out, and nobody has the leg yet: without it the call must end.
struct Unfinished<'a>(&'a Call);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.end(Party::Us, "no audio");
    }
}

fn refusal_for(error: &Error) -> u16 {
    match error {
        Error::Media(_) => 488,
        Error::NoPort { .. } | Error::Stopped => 503,
        _ => 500,
    }
}

/// Some seconds of a lively call.
const EVENTS_WAITING: usize = 256;

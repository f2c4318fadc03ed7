use crate::number::Verified;
use crate::signalling::Signalling;
use crate::{Error, Leg, Tap};
use closare_terms::PhoneNumber;
use std::net::SocketAddr;
use std::time::Instant;

/// A call that nobody answered yet. Dropped without an answer it is refused with 480.
#[derive(Debug)]
pub struct Incoming {
    /// Who is called: the user part of the request's URI, or of To where we are only an extension.
    pub to: PhoneNumber,
    pub from: PhoneNumber,
    pub from_name: String,
    pub verified: Verified,
    /// Those that begin with `X-`.
    pub headers: Vec<(String, String)>,
    pub source: SocketAddr,
    pub sip_call_id: String,
    /// The carrier's own names for the call, where it came as a media stream.
    pub stream: Option<StreamCall>,
    pub(crate) call: Signalling,
}

/// What a carrier calls a call whose sound it streams: by these its own API ends it, or hands it over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamCall {
    pub account: String,
    pub call: String,
}

impl Incoming {
    /// Tells the caller that it rings. May be repeated; a caller who waits long wants to hear it each minute.
    pub fn ring(&self) {
        self.call.ring();
    }

    /// `epoch` is the zero of all the leg's times. Returns when audio flows, which is at once, but for an INVITE without
    /// SDP: there the caller's ACK must come first.
    ///
    /// # Errors
    /// The caller gave up ([`Error::Gone`]), no port is free, or no codec is common.
    pub async fn answer(self, epoch: Instant, tap: Box<dyn Tap>) -> Result<Leg, Error> {
        self.call.answer(epoch, tap).await
    }

    /// `status` from 400 to 699; `reason` is for the peer's engineers.
    pub fn refuse(self, status: u16, reason: &str, retry_after: Option<u32>) {
        self.call.refuse(status, reason, retry_after);
    }

    /// Waits until the caller gives up; for ever, if the call is answered.
    pub async fn cancelled(&self) {
        self.call.cancelled().await;
    }

    pub fn is_cancelled(&self) -> bool {
        self.call.is_cancelled()
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.call.refuse(480, "not answered", None);
    }
}

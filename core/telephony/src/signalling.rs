//! How a call is answered, ended and handed over: by SIP, or by the WebSocket that carries its sound.

use crate::{Error, Leg, Tap, sip, stream};
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone, Debug)]
pub(crate) enum Signalling {
    Sip(Arc<sip::call::Call>),
    Stream(Arc<stream::Call>),
}

impl Signalling {
    pub fn ring(&self) {
        match self {
            Signalling::Sip(call) => call.ring(),
            // The carrier has answered already.
            Signalling::Stream(_) => {}
        }
    }

    pub async fn answer(&self, epoch: Instant, tap: Box<dyn Tap>) -> Result<Leg, Error> {
        match self {
            Signalling::Sip(call) => Arc::clone(call).answer(epoch, tap).await,
            Signalling::Stream(call) => call.answer(epoch, tap).await,
        }
    }

    pub fn refuse(&self, status: u16, reason: &str, retry_after: Option<u32>) {
        match self {
            Signalling::Sip(call) => call.refuse(status, reason, retry_after),
            Signalling::Stream(call) => call.refuse(),
        }
    }

    pub async fn cancelled(&self) {
        match self {
            Signalling::Sip(call) => call.cancelled().await,
            Signalling::Stream(call) => call.cancelled().await,
        }
    }

    pub fn is_cancelled(&self) -> bool {
        match self {
            Signalling::Sip(call) => call.is_cancelled(),
            Signalling::Stream(call) => call.is_cancelled(),
        }
    }

    pub fn hang_up(&self, reason: &str) {
        match self {
            Signalling::Sip(call) => call.hang_up(reason),
            Signalling::Stream(call) => call.hang_up(reason),
        }
    }

    pub fn transfer(&self, to: &str, referred_by: Option<&str>) {
        match self {
            Signalling::Sip(call) => call.transfer(to, referred_by),
            Signalling::Stream(call) => call.transfer(),
        }
    }

    pub fn send_keys(&self, keys: String) {
        match self {
            Signalling::Sip(call) => call.send_keys(keys),
            Signalling::Stream(_) => tracing::warn!("a media stream takes no keys; they are not sent"),
        }
    }
}

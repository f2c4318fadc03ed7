use super::{Enter, Entered, Input};
use crate::contract::v0_1::{all, stt};
use crate::error::Cause;
use crate::instance::Instance;
use crate::words::{AudioFormat, Failure, Listening, Note, Opening, Transcript, Usage};
use closare_terms::network::{NetEffect, NetEvent};
use closare_terms::{Millis, Role};
use std::time::Duration;
use wasmtime::component::ResourceAny;

/// What a hearing session is told. `at` is the call's clock.
#[derive(Clone, Debug, PartialEq)]
pub enum SttInput {
    Audio {
        at: Millis,
        bytes: Vec<u8>,
    },
    /// The workflow's step has changed.
    Listen {
        at: Millis,
        what: Listening,
    },
    /// The caller has paused: a final for what was heard so far, soon.
    Flush {
        at: Millis,
    },
    /// The call is over: close down, tell the last usage.
    Finish {
        at: Millis,
    },
    Network {
        at: Millis,
        event: NetEvent,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum SttOutput {
    Net(NetEffect),
    SpeechStarted(Millis),
    /// Replaces the interim before it.
    Interim(Transcript),
    Final(Transcript),
    /// How sure the plugin is, 0 to 1. May be taken back by `TurnResumed`.
    TurnMayEnd(f32),
    TurnResumed,
    TurnEnded(f32),
    /// The vendor's own id, for support and for erasure requests.
    RequestId(String),
    Used(Usage),
    Note(Note),
    Failed(Failure),
}

pub struct SttOpen {
    pub(crate) opening: Opening,
    pub(crate) format: AudioFormat,
    pub(crate) what: Listening,
}

#[derive(Clone)]
pub struct SttHandle {
    guest: stt::Guest,
    session: ResourceAny,
}

impl Input for SttInput {
    const ROLE: Role = Role::SpeechToText;
}

impl Enter for SttInput {
    type Output = SttOutput;
    type Open = SttOpen;
    type Handle = SttHandle;

    fn open(instance: &mut Instance, what: SttOpen) -> Result<Entered<SttHandle, SttOutput>, Cause> {
        let indices = instance.plugin.roles.stt.clone().ok_or(Cause::NoRole)?;
        let SttOpen { opening, format, what } = what;
        instance
            .enter(|store, component| {
                let guest = indices.load(&mut *store, component)?;
                let opened =
                    guest.session().call_open(store, &opening.into(), format.into(), &what.into())?;
                Ok(opened.map(|(session, outputs)| Entered {
                    handle: SttHandle { guest, session },
                    format: None,
                    outputs: all(outputs),
                }))
            })?
            .map_err(|failure| Cause::Failed(failure.into()))
    }

    fn enter(self, instance: &mut Instance, handle: &SttHandle) -> Result<Vec<SttOutput>, Cause> {
        let (session, on) = (handle.guest.session(), handle.session);
        let outputs = instance.enter(|store, _| match self {
            SttInput::Audio { at, bytes } => session.call_audio(store, on, at.0, &bytes),
            SttInput::Listen { at, what } => session.call_listen(store, on, at.0, &what.into()),
            SttInput::Flush { at } => session.call_flush(store, on, at.0),
            SttInput::Finish { at } => session.call_finish(store, on, at.0),
            SttInput::Network { at, event } => session.call_network(store, on, at.0, &event.into()),
        })?;
        Ok(all(outputs))
    }

    fn close(instance: &mut Instance, handle: SttHandle) -> Result<(), Cause> {
        instance.enter(|store, _| handle.session.resource_drop(store))
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(match self {
            SttInput::Flush { .. } | SttInput::Network { .. } => 300,
            SttInput::Audio { .. } | SttInput::Listen { .. } => 1_000,
            SttInput::Finish { .. } => 5_000,
        })
    }

    fn text(output: &SttOutput) -> Option<&str> {
        match output {
            SttOutput::Interim(transcript) | SttOutput::Final(transcript) => Some(&transcript.text),
            SttOutput::Note(note) => Some(&note.message),
            _ => None,
        }
    }

    fn fatal(output: &SttOutput) -> Option<&Failure> {
        match output {
            SttOutput::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

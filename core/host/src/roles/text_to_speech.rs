use super::{Enter, Entered, Input, Key};
use crate::contract::v0_1::{all, tts};
use crate::error::Cause;
use crate::instance::Instance;
use crate::words::{AudioFormat, Failure, Note, Opening, Said, Spoken, Usage};
use closare_terms::network::{NetEffect, NetEvent};
use closare_terms::{Millis, Role};
use std::time::Duration;
use wasmtime::component::ResourceAny;

/// What a speaking session is told. `at` is the call's clock.
#[derive(Clone, Debug, PartialEq)]
pub enum TtsInput {
    /// Text comes in clauses as it is written; `last` closes the utterance.
    Say {
        at: Millis,
        utterance: u32,
        said: Said,
        last: bool,
    },
    /// What comes for this utterance afterwards is dropped, and what was not begun is never begun.
    Cancel {
        at: Millis,
        utterance: u32,
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
pub enum TtsOutput {
    Net(NetEffect),
    /// In the format that `Opened` gave.
    Audio {
        utterance: u32,
        bytes: Vec<u8>,
    },
    Spoken(Spoken),
    Done {
        utterance: u32,
    },
    /// The vendor's own id, for support and for erasure requests.
    RequestId(String),
    Used(Usage),
    Note(Note),
    /// Without an utterance the session is over.
    Failed {
        utterance: Option<u32>,
        failure: Failure,
    },
}

pub struct TtsOpen {
    pub(crate) opening: Opening,
    pub(crate) wanted: AudioFormat,
    pub(crate) voice: Option<String>,
}

#[derive(Clone)]
pub struct TtsHandle {
    guest: tts::Guest,
    session: ResourceAny,
}

impl Input for TtsInput {
    const ROLE: Role = Role::TextToSpeech;
}

impl Enter for TtsInput {
    type Output = TtsOutput;
    type Open = TtsOpen;
    type Handle = TtsHandle;

    fn open(instance: &mut Instance, what: TtsOpen) -> Result<Entered<TtsHandle, TtsOutput>, Cause> {
        let indices = instance.plugin.roles.tts.clone().ok_or(Cause::NoRole)?;
        let TtsOpen { opening, wanted, voice } = what;
        let (handle, format, outputs) = instance
            .enter(|store, component| {
                let guest = indices.load(&mut *store, component)?;
                let opened =
                    guest.session().call_open(store, &opening.into(), wanted.into(), voice.as_deref())?;
                Ok(opened.map(|(session, format, outputs)| (TtsHandle { guest, session }, format, outputs)))
            })?
            .map_err(|failure| Cause::Failed(failure.into()))?;
        Ok(Entered { handle, format: Some(taken(format.into())?), outputs: all(outputs) })
    }

    fn enter(self, instance: &mut Instance, handle: &TtsHandle) -> Result<Vec<TtsOutput>, Cause> {
        let (session, on) = (handle.guest.session(), handle.session);
        let outputs = instance.enter(|store, _| match self {
            TtsInput::Say { at, utterance, said, last } => {
                session.call_say(store, on, at.0, utterance, &said.into(), last)
            }
            TtsInput::Cancel { at, utterance } => session.call_cancel(store, on, at.0, utterance),
            TtsInput::Finish { at } => session.call_finish(store, on, at.0),
            TtsInput::Network { at, event } => session.call_network(store, on, at.0, &event.into()),
        })?;
        Ok(all(outputs))
    }

    fn close(instance: &mut Instance, handle: TtsHandle) -> Result<(), Cause> {
        instance.enter(|store, _| handle.session.resource_drop(store))
    }

    fn begins(&self) -> Option<Key> {
        match self {
            TtsInput::Say { utterance, .. } => Some(Key::Number(*utterance)),
            _ => None,
        }
    }

    fn cancels(&self) -> Option<Key> {
        match self {
            TtsInput::Cancel { utterance, .. } => Some(Key::Number(*utterance)),
            _ => None,
        }
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(match self {
            TtsInput::Say { .. } | TtsInput::Network { .. } => 300,
            TtsInput::Cancel { .. } => 1_000,
            TtsInput::Finish { .. } => 5_000,
        })
    }

    fn answers(output: &TtsOutput) -> Option<Key> {
        match output {
            TtsOutput::Audio { utterance, .. } | TtsOutput::Done { utterance } => {
                Some(Key::Number(*utterance))
            }
            TtsOutput::Spoken(spoken) => Some(Key::Number(spoken.utterance)),
            TtsOutput::Failed { utterance, .. } => utterance.map(Key::Number),
            TtsOutput::Net(_) | TtsOutput::RequestId(_) | TtsOutput::Used(_) | TtsOutput::Note(_) => None,
        }
    }

    fn text(output: &TtsOutput) -> Option<&str> {
        match output {
            TtsOutput::Spoken(spoken) => Some(&spoken.text),
            TtsOutput::Note(note) => Some(&note.message),
            _ => None,
        }
    }

    fn fatal(output: &TtsOutput) -> Option<&Failure> {
        match output {
            TtsOutput::Failed { utterance: None, failure } => Some(failure),
            _ => None,
        }
    }
}

/// What a plugin says that its audio will be.
fn taken(format: AudioFormat) -> Result<AudioFormat, Cause> {
    if format.is_taken() {
        return Ok(format);
    }
    let why = format!("expected audio at 8000 to 48000 Hz, found `{format}`");
    Err(Cause::Failed(Failure::Broken(why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_no_speech_has_ends_the_session() {
        for rate in [8_000, 24_000, 48_000] {
            assert_eq!(taken(AudioFormat::pcm(rate)), Ok(AudioFormat::pcm(rate)));
        }
        for rate in [0, 1, 7_999, 48_001, u32::MAX] {
            assert!(
                matches!(taken(AudioFormat::pcm(rate)), Err(Cause::Failed(Failure::Broken(_)))),
                "{rate}"
            );
        }
    }
}

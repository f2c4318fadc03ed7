use super::{Enter, Entered, Input, Key};
use crate::contract::v0_1::{all, llm};
use crate::error::Cause;
use crate::instance::Instance;
use crate::words::{Ending, Failure, Found, Invocation, Note, Opening, Task, Usage};
use closare_terms::network::{NetEffect, NetEvent};
use closare_terms::{Millis, Role};
use std::time::Duration;
use wasmtime::component::ResourceAny;

/// What a model's session is told. Several jobs may run at once. `at` is the call's clock.
#[derive(Clone, Debug, PartialEq)]
pub enum LlmInput {
    Start {
        at: Millis,
        job: u32,
        task: Task,
    },
    /// What comes for this job afterwards is dropped; one that was not begun is never begun.
    Cancel {
        at: Millis,
        job: u32,
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
pub enum LlmOutput {
    Net(NetEffect),
    Token {
        job: u32,
        text: String,
    },
    Invoke {
        job: u32,
        what: Invocation,
    },
    /// To be given back with the history.
    Opaque {
        job: u32,
        text: String,
    },
    Found {
        job: u32,
        what: Found,
    },
    Done {
        job: u32,
        ending: Ending,
    },
    /// The vendor's own id, for support and for erasure requests.
    RequestId {
        job: u32,
        id: String,
    },
    Used {
        job: u32,
        usage: Usage,
    },
    Note(Note),
    /// Without a job the session is over.
    Failed {
        job: Option<u32>,
        failure: Failure,
    },
}

pub struct LlmOpen(pub(crate) Opening);

#[derive(Clone)]
pub struct LlmHandle {
    guest: llm::Guest,
    session: ResourceAny,
}

impl Input for LlmInput {
    const ROLE: Role = Role::LanguageModel;
}

impl Enter for LlmInput {
    type Output = LlmOutput;
    type Open = LlmOpen;
    type Handle = LlmHandle;

    fn open(instance: &mut Instance, what: LlmOpen) -> Result<Entered<LlmHandle, LlmOutput>, Cause> {
        let indices = instance.plugin.roles.llm.clone().ok_or(Cause::NoRole)?;
        instance
            .enter(|store, component| {
                let guest = indices.load(&mut *store, component)?;
                let opened = guest.session().call_open(store, &what.0.into())?;
                Ok(opened.map(|(session, outputs)| Entered {
                    handle: LlmHandle { guest, session },
                    format: None,
                    outputs: all(outputs),
                }))
            })?
            .map_err(|failure| Cause::Failed(failure.into()))
    }

    fn enter(self, instance: &mut Instance, handle: &LlmHandle) -> Result<Vec<LlmOutput>, Cause> {
        let (session, on) = (handle.guest.session(), handle.session);
        let outputs = instance.enter(|store, _| match self {
            LlmInput::Start { at, job, task } => session.call_start(store, on, at.0, job, &task.into()),
            LlmInput::Cancel { at, job } => session.call_cancel(store, on, at.0, job),
            LlmInput::Finish { at } => session.call_finish(store, on, at.0),
            LlmInput::Network { at, event } => session.call_network(store, on, at.0, &event.into()),
        })?;
        Ok(all(outputs))
    }

    fn close(instance: &mut Instance, handle: LlmHandle) -> Result<(), Cause> {
        instance.enter(|store, _| handle.session.resource_drop(store))
    }

    fn begins(&self) -> Option<Key> {
        match self {
            LlmInput::Start { job, .. } => Some(Key::Number(*job)),
            _ => None,
        }
    }

    fn cancels(&self) -> Option<Key> {
        match self {
            LlmInput::Cancel { job, .. } => Some(Key::Number(*job)),
            _ => None,
        }
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(match self {
            LlmInput::Network { .. } => 100,
            LlmInput::Start { task: Task::Chat(_) | Task::Extract(_), .. } => 500,
            LlmInput::Cancel { .. } => 1_000,
            LlmInput::Finish { .. } => 5_000,
            // Nobody on the line waits for it.
            LlmInput::Start { task: Task::Summarize(_), .. } => 10_000,
        })
    }

    fn answers(output: &LlmOutput) -> Option<Key> {
        match output {
            LlmOutput::Token { job, .. }
            | LlmOutput::Invoke { job, .. }
            | LlmOutput::Opaque { job, .. }
            | LlmOutput::Found { job, .. }
            | LlmOutput::Done { job, .. } => Some(Key::Number(*job)),
            LlmOutput::Failed { job, .. } => job.map(Key::Number),
            // Paid for, or to be erased, all the same.
            LlmOutput::Net(_) | LlmOutput::RequestId { .. } | LlmOutput::Used { .. } | LlmOutput::Note(_) => {
                None
            }
        }
    }

    fn text(output: &LlmOutput) -> Option<&str> {
        match output {
            LlmOutput::Token { text, .. } => Some(text),
            LlmOutput::Note(note) => Some(&note.message),
            _ => None,
        }
    }

    fn fatal(output: &LlmOutput) -> Option<&Failure> {
        match output {
            LlmOutput::Failed { job: None, failure } => Some(failure),
            _ => None,
        }
    }
}

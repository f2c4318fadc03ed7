use super::{Enter, Entered, Input, Key};
use crate::contract::v0_1::{all, tool};
use crate::error::Cause;
use crate::instance::Instance;
use crate::words::{Failure, Note, Opening, Usage};
use closare_terms::network::{NetEffect, NetEvent};
use closare_terms::{Millis, Role};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use wasmtime::component::ResourceAny;

/// What a tool's session is told. `at` is the call's clock.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolInput {
    /// `arguments` is JSON that fits the offer's `takes`.
    Invoke {
        at: Millis,
        id: String,
        name: String,
        arguments: String,
    },
    /// What comes for this invocation afterwards is dropped; one that was not begun is never begun.
    Cancel {
        at: Millis,
        id: String,
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
pub enum ToolOutput {
    Net(NetEffect),
    Offers(Vec<Offer>),
    /// JSON that fits the offer's `gives`.
    Answer {
        id: String,
        json: String,
    },
    /// The tool itself said no; the model may read why.
    Rejected {
        id: String,
        why: String,
    },
    RequestId {
        id: String,
        request: String,
    },
    Used(Usage),
    Note(Note),
    /// Without an id the session is over.
    Failed {
        id: Option<String>,
        failure: Failure,
    },
}

/// `takes` and `gives` are JSON Schema. One that changes things is never tried twice or ahead of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub name: String,
    pub about: String,
    pub takes: String,
    pub gives: Option<String>,
    pub changes_things: bool,
}

pub struct ToolOpen(pub(crate) Opening);

#[derive(Clone)]
pub struct ToolHandle {
    guest: tool::Guest,
    session: ResourceAny,
}

impl Input for ToolInput {
    const ROLE: Role = Role::Tool;
}

impl Enter for ToolInput {
    type Output = ToolOutput;
    type Open = ToolOpen;
    type Handle = ToolHandle;

    fn open(instance: &mut Instance, what: ToolOpen) -> Result<Entered<ToolHandle, ToolOutput>, Cause> {
        let indices = instance.plugin.roles.tool.clone().ok_or(Cause::NoRole)?;
        instance
            .enter(|store, component| {
                let guest = indices.load(&mut *store, component)?;
                let opened = guest.session().call_open(store, &what.0.into())?;
                Ok(opened.map(|(session, outputs)| Entered {
                    handle: ToolHandle { guest, session },
                    format: None,
                    outputs: all(outputs),
                }))
            })?
            .map_err(|failure| Cause::Failed(failure.into()))
    }

    fn enter(self, instance: &mut Instance, handle: &ToolHandle) -> Result<Vec<ToolOutput>, Cause> {
        let (session, on) = (handle.guest.session(), handle.session);
        let outputs = instance.enter(|store, _| match self {
            ToolInput::Invoke { at, id, name, arguments } => {
                session.call_invoke(store, on, at.0, &id, &name, &arguments)
            }
            ToolInput::Cancel { at, id } => session.call_cancel(store, on, at.0, &id),
            ToolInput::Finish { at } => session.call_finish(store, on, at.0),
            ToolInput::Network { at, event } => session.call_network(store, on, at.0, &event.into()),
        })?;
        Ok(all(outputs))
    }

    fn close(instance: &mut Instance, handle: ToolHandle) -> Result<(), Cause> {
        instance.enter(|store, _| handle.session.resource_drop(store))
    }

    fn begins(&self) -> Option<Key> {
        match self {
            ToolInput::Invoke { id, .. } => Some(Key::Name(id.clone())),
            _ => None,
        }
    }

    fn cancels(&self) -> Option<Key> {
        match self {
            ToolInput::Cancel { id, .. } => Some(Key::Name(id.clone())),
            _ => None,
        }
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(match self {
            ToolInput::Invoke { .. } | ToolInput::Network { .. } => 500,
            ToolInput::Cancel { .. } => 1_000,
            ToolInput::Finish { .. } => 5_000,
        })
    }

    fn answers(output: &ToolOutput) -> Option<Key> {
        match output {
            ToolOutput::Answer { id, .. } | ToolOutput::Rejected { id, .. } => Some(Key::Name(id.clone())),
            ToolOutput::Failed { id, .. } => id.clone().map(Key::Name),
            ToolOutput::Net(_)
            | ToolOutput::Offers(_)
            | ToolOutput::RequestId { .. }
            | ToolOutput::Used(_)
            | ToolOutput::Note(_) => None,
        }
    }

    fn text(output: &ToolOutput) -> Option<&str> {
        match output {
            ToolOutput::Rejected { why, .. } => Some(why),
            ToolOutput::Note(note) => Some(&note.message),
            _ => None,
        }
    }

    fn fatal(output: &ToolOutput) -> Option<&Failure> {
        match output {
            ToolOutput::Failed { id: None, failure } => Some(failure),
            _ => None,
        }
    }
}

//! The whole call as a value, so that it can go on in another process. It holds the caller's words: whoever stores one seals it.

use crate::call::Call;
use crate::context::{Context, State};
use crate::flow::Flow;
use crate::phase::Phase;
use crate::setup::Setup;
use closare_terms::Millis;
use closare_workflow::Workflow;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Rises when an older engine could not read it any more.
const FORMAT: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    format: u32,
    workflow_version: String,
    setup: Setup,
    now: Millis,
    state: State,
    flow: Flow,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    #[error("expected a snapshot of format {FORMAT}, found format {found}")]
    Format { found: u32 },
    #[error("expected workflow version `{expected}`, found `{found}`")]
    Workflow { expected: String, found: String },
}

impl Call {
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            format: FORMAT,
            workflow_version: self.context.workflow.version.clone(),
            setup: self.context.setup.clone(),
            now: self.context.now,
            state: self.context.state.clone(),
            flow: self.flow.clone(),
            phase: self.phase.clone(),
        }
    }

    /// The call on the workflow version that it began with.
    pub fn restore(workflow: Arc<Workflow>, snapshot: Snapshot) -> Result<Call, RestoreError> {
        if snapshot.format != FORMAT {
            return Err(RestoreError::Format { found: snapshot.format });
        }
        if snapshot.workflow_version != workflow.version {
            return Err(RestoreError::Workflow {
                expected: snapshot.workflow_version,
                found: workflow.version.clone(),
            });
        }
        let Snapshot { setup, now, state, flow, phase, .. } = snapshot;
        let context = Context { workflow, setup, now, out: Vec::new(), state };
        Ok(Call { context, flow, phase })
    }
}

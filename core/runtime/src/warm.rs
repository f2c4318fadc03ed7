//! What a model on this machine learns of a workflow before the first call: the examples of its intents. Reading them takes a
//! small model a second or two, which no caller should wait for.

use crate::publish::Chosen;
use closare_host::words::{Extraction, Intent, Message, Opening, Speaker, Task};
use closare_host::{Event, LlmInput, LlmOutput};
use closare_terms::{Millis, UnixMillis};
use closare_workflow::{Do, Workflow};
use std::time::Duration;

/// A model that has not read the examples by then reads them during the first call.
const WARM_MAX: Duration = Duration::from_secs(30);

/// Lets each local model of the chain understand one sentence per `extract` step.
pub async fn warm_up(workflow: &Workflow, llm: &[Chosen]) {
    for chosen in llm.iter().filter(|chosen| chosen.plugin.manifest().network.is_empty()) {
        for step in workflow.steps() {
            if let Do::Extract(extract) = &step.does {
                let asked =
                    extract.intents.iter().map(|intent| (intent.name.clone(), intent.examples.clone()));
                let anytime = workflow.anytime.branches.iter();
                let anytime =
                    anytime.map(|branch| (format!("anytime.{}", branch.name), branch.examples.clone()));
                let intents =
                    asked.chain(anytime).map(|(name, examples)| Intent { name, examples }).collect();
                understand(chosen, intents, workflow).await;
            }
        }
    }
}

async fn understand(chosen: &Chosen, intents: Vec<Intent>, workflow: &Workflow) {
    let Ok(options) = chosen.plugin.options_checked(&chosen.options) else { return };
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let opening = Opening {
        at: Millis::ZERO,
        wall: UnixMillis(0),
        seed: 1,
        options,
        languages: workflow.languages.clone(),
    };
    let session = chosen.plugin.open_llm(opening, move |event| {
        let _ = tell.send(event);
    });
    let task = Task::Extract(Extraction {
        messages: vec![Message::text(Speaker::Caller, "Hello, good morning.")],
        intents,
        fields: Vec::new(),
        today: "2026-01-01".to_owned(),
        timezone: workflow.timezone.clone(),
    });
    if session.send(LlmInput::Start { at: Millis::ZERO, job: 1, task }).is_err() {
        return;
    }
    let done = async {
        while let Some(event) = told.recv().await {
            if matches!(
                event,
                Event::Ended(_) | Event::Output(LlmOutput::Done { .. } | LlmOutput::Failed { .. })
            ) {
                return;
            }
        }
    };
    // Not in time: the first call reads them.
    let _ = tokio::time::timeout(WARM_MAX, done).await;
}

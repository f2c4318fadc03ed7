//! Answers a chat with its last words, an extraction with its first intent and field, a summary with its style.

use closare_plugin::language_model::{Ending, Found, Invocation, Job, Output, Part, Task};
use closare_plugin::{Failure, LanguageModel, Opening};

pub struct Mind;

impl LanguageModel for Mind {
    fn open(_start: Opening) -> Result<(Mind, Vec<Output>), Failure> {
        Ok((Mind, Vec::new()))
    }

    fn start(&mut self, _at: u64, job: Job, what: Task) -> Vec<Output> {
        match what {
            Task::Chat(chat) => {
                let mut outputs: Vec<Output> = chat
                    .messages
                    .last()
                    .map_or(Vec::new(), |last| last.parts.iter().map(|part| back(job, part)).collect());
                outputs.push(Output::Done((job, Ending::Complete)));
                outputs
            }
            Task::Extract(task) => {
                let intent = task.intents.first().map(|intent| (intent.name.clone(), 0.5));
                let fields =
                    task.fields.iter().map(|field| (field.name.clone(), "null".to_owned(), 0.25)).collect();
                vec![Output::Found((job, Found { intent, fields })), Output::Done((job, Ending::Complete))]
            }
            Task::Summarize(task) => {
                vec![Output::Token((job, task.style)), Output::Done((job, Ending::Cut))]
            }
        }
    }

    fn cancel(&mut self, _at: u64, job: Job) -> Vec<Output> {
        vec![Output::Done((job, Ending::Cut))]
    }
}

fn back(job: Job, part: &Part) -> Output {
    match part {
        Part::Text(text) => Output::Token((job, text.clone())),
        Part::Invoke(invocation) => Output::Invoke((job, invocation.clone())),
        Part::Outcome(outcome) => {
            let arguments = outcome.content.clone();
            Output::Invoke((job, Invocation { id: outcome.id.clone(), name: "again".to_owned(), arguments }))
        }
        Part::Opaque(text) => Output::Opaque((job, text.clone())),
    }
}

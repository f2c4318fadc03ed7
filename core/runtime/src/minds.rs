//! What language models are asked, and what they answer.

use crate::clock::Clock;
use crate::failure::{cause_word, failure_word};
use crate::plugged::{Plugged, grant, plug};
use crate::publish::{Chosen, Published};
use crate::tell::Tell;
use crate::told::{requested, used};
use closare_call::{Ending, Event as CallEvent, Line, Speaker, Task};
use closare_egress::Egress;
use closare_host::words::{self, Chat, Choice, Extraction, Message, Opening, Summary, ToolOffered};
use closare_host::{Event, LlmInput, LlmOutput};
use closare_terms::{Held, Kind, Language, Role};
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct Minds {
    published: Arc<Published>,
    egress: Egress,
    clock: Clock,
    seed: u64,
    language: Language,
    tell: Tell,
    sessions: BTreeMap<usize, Plugged<LlmInput>>,
}

impl Minds {
    pub fn new(
        published: Arc<Published>,
        egress: Egress,
        clock: Clock,
        seed: u64,
        language: Language,
        tell: Tell,
    ) -> Minds {
        Minds { published, egress, clock, seed, language, tell, sessions: BTreeMap::new() }
    }

    pub fn start(&mut self, model: usize, job: u32, task: &Task) {
        let Some(chosen) = self.published.llm.get(model).cloned() else { return };
        if !self.sessions.contains_key(&model) {
            match self.open(model, &chosen) {
                Ok(session) => {
                    self.sessions.insert(model, session);
                }
                Err(reason) => return self.fail(model, reason),
            }
        }
        let input = LlmInput::Start { at: self.clock.now(), job, task: words_of(task) };
        if self.sessions.get(&model).is_none_or(|session| session.send(input).is_err()) {
            if let Some(session) = self.sessions.remove(&model) {
                session.finish(LlmInput::Finish { at: self.clock.now() });
            }
            self.fail(model, "its queue is full or its session is over".to_owned());
        }
    }

    pub fn cancel(&self, model: usize, job: u32) {
        if let Some(session) = self.sessions.get(&model) {
            let _ = session.send(LlmInput::Cancel { at: self.clock.now(), job });
        }
    }

    /// The call is over. What the sessions tell last is on its way.
    pub fn finish(self) {
        for session in self.sessions.into_values() {
            session.finish(LlmInput::Finish { at: self.clock.now() });
        }
    }

    fn fail(&self, index: usize, reason: String) {
        self.tell.event(CallEvent::VendorFailed { role: Role::LanguageModel, index, reason });
    }

    fn open(&self, model: usize, chosen: &Chosen) -> Result<Plugged<LlmInput>, String> {
        let options =
            chosen.plugin.options_checked(&chosen.options).map_err(|_| "its options are wrong".to_owned())?;
        let opening = Opening {
            at: self.clock.now(),
            wall: self.clock.wall_at(self.clock.now()),
            seed: self.seed,
            options,
            languages: vec![self.language.clone()],
        };
        let tell = self.tell.of(chosen);
        let clock = self.clock;
        let plug = || {
            plug(
                &self.egress,
                grant(&chosen.plugin, &chosen.options),
                move |event| LlmInput::Network { at: clock.now(), event },
                |output| match output {
                    LlmOutput::Net(effect) => Ok(effect),
                    other => Err(other),
                },
                move |event, stage| {
                    if let Some(event) = told(model, event) {
                        tell.told(event, stage);
                    }
                },
                |out| chosen.plugin.open_llm(opening, out),
            )
        };
        Ok(self.tell.scope(plug))
    }
}

fn told(index: usize, event: Event<LlmOutput>) -> Option<CallEvent> {
    let failed = |reason: String| CallEvent::VendorFailed { role: Role::LanguageModel, index, reason };
    Some(match event {
        Event::Opened(_) | Event::Ended(Ok(())) => return None,
        Event::Ended(Err(error)) => failed(cause_word(&error.cause)),
        Event::Output(output) => match output {
            LlmOutput::Token { job, text } => {
                CallEvent::Token { job, text: Held::new(Kind::Transcript, text) }
            }
            LlmOutput::Invoke { job, what } => CallEvent::Invoked {
                job,
                id: what.id,
                name: what.name,
                arguments: Held::new(Kind::Field, what.arguments),
            },
            LlmOutput::Found { job, what } => CallEvent::Found {
                job,
                intent: what.intent,
                fields: what
                    .fields
                    .into_iter()
                    .map(|(name, json, sure)| (name, Held::new(Kind::Field, json), sure))
                    .collect(),
            },
            LlmOutput::Done { job, ending } => CallEvent::JobDone {
                job,
                ending: match ending {
                    words::Ending::Complete => Ending::Complete,
                    words::Ending::Cut => Ending::Cut,
                    words::Ending::Refused => Ending::Refused,
                    words::Ending::Tools => Ending::Tools,
                },
            },
            LlmOutput::Failed { job: Some(job), failure } => {
                tracing::warn!(failure = failure_word(&failure), "a model could not do its job");
                CallEvent::JobFailed { job }
            }
            LlmOutput::Failed { job: None, failure } => failed(failure_word(&failure).to_owned()),
            LlmOutput::RequestId { id, .. } => requested(Role::LanguageModel, index, id),
            LlmOutput::Used { usage, .. } => used(Role::LanguageModel, index, usage),
            LlmOutput::Net(_) | LlmOutput::Opaque { .. } | LlmOutput::Note(_) => return None,
        },
    })
}

fn words_of(task: &Task) -> words::Task {
    match task {
        Task::Chat { instructions, history, tools, longest_tokens } => words::Task::Chat(Chat {
            messages: std::iter::once(Message::text(words::Speaker::Instructions, instructions.words()))
                .chain(messages(history))
                .collect(),
            tools: tools
                .iter()
                .map(|tool| ToolOffered {
                    name: tool.name.clone(),
                    about: tool.about.clone(),
                    schema: tool.schema.to_string(),
                })
                .collect(),
            choice: Choice::Free,
            answer_schema: None,
            longest_tokens: *longest_tokens,
        }),
        Task::Extract { history, intents, fields, today, timezone } => words::Task::Extract(Extraction {
            messages: messages(history).collect(),
            intents: intents
                .iter()
                .map(|intent| words::Intent { name: intent.name.clone(), examples: intent.examples.clone() })
                .collect(),
            fields: fields
                .iter()
                .map(|field| words::Field {
                    name: field.name.clone(),
                    about: field.about.clone(),
                    schema: field.schema.to_string(),
                })
                .collect(),
            today: today.clone(),
            timezone: timezone.clone(),
        }),
        Task::Summarize { history, facts, language, style, longest_words } => {
            let facts: Vec<String> =
                facts.iter().map(|(name, value)| format!("{name}: {}", value.words())).collect();
            let known = Message::text(words::Speaker::Instructions, facts.join("\n"));
            words::Task::Summarize(Summary {
                messages: std::iter::once(known).chain(messages(history)).collect(),
                language: language.clone(),
                style: style.clone(),
                longest_words: *longest_words,
            })
        }
    }
}

fn messages(history: &[Line]) -> impl Iterator<Item = Message> + '_ {
    history.iter().map(|line| {
        let speaker = match line.speaker {
            Speaker::Caller => words::Speaker::Caller,
            Speaker::Agent => words::Speaker::Agent,
        };
        Message::text(speaker, line.text.words())
    })
}

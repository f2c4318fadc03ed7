use super::types::sure;
use super::{all, llm, tool};
use crate::roles::{LlmOutput, Offer, ToolOutput};
use crate::words::{
    Chat, Choice, Ending, Extraction, Field, Found, Intent, Invocation, Message, Outcome, Part, Speaker,
    Summary, Task, ToolOffered,
};

impl From<Task> for llm::Task {
    fn from(task: Task) -> llm::Task {
        match task {
            Task::Chat(chat) => llm::Task::Chat(chat.into()),
            Task::Extract(extraction) => llm::Task::Extract(extraction.into()),
            Task::Summarize(summary) => llm::Task::Summarize(summary.into()),
        }
    }
}

impl From<Chat> for llm::Chat {
    fn from(chat: Chat) -> llm::Chat {
        llm::Chat {
            messages: all(chat.messages),
            tools: all(chat.tools),
            choice: match chat.choice {
                Choice::Free => llm::Choice::Free,
                Choice::None => llm::Choice::None,
                Choice::Must(name) => llm::Choice::Must(name),
            },
            answer_schema: chat.answer_schema,
            longest_tokens: chat.longest_tokens,
        }
    }
}

impl From<Extraction> for llm::Extraction {
    fn from(task: Extraction) -> llm::Extraction {
        llm::Extraction {
            messages: all(task.messages),
            intents: all(task.intents),
            fields: all(task.fields),
            today: task.today,
            timezone: task.timezone,
        }
    }
}

impl From<Summary> for llm::Summary {
    fn from(task: Summary) -> llm::Summary {
        llm::Summary {
            messages: all(task.messages),
            language: task.language.0,
            style: task.style,
            longest_words: task.longest_words,
        }
    }
}

impl From<Message> for llm::Message {
    fn from(message: Message) -> llm::Message {
        let speaker = match message.speaker {
            Speaker::Instructions => llm::Speaker::Instructions,
            Speaker::Caller => llm::Speaker::Caller,
            Speaker::Agent => llm::Speaker::Agent,
        };
        llm::Message { speaker, parts: all(message.parts) }
    }
}

impl From<Part> for llm::Part {
    fn from(part: Part) -> llm::Part {
        match part {
            Part::Text(text) => llm::Part::Text(text),
            Part::Invoke(Invocation { id, name, arguments }) => {
                llm::Part::Invoke(llm::Invocation { id, name, arguments })
            }
            Part::Outcome(Outcome { id, content, failed }) => {
                llm::Part::Outcome(llm::Outcome { id, content, failed })
            }
            Part::Opaque(text) => llm::Part::Opaque(text),
        }
    }
}

impl From<ToolOffered> for llm::Tool {
    fn from(tool: ToolOffered) -> llm::Tool {
        llm::Tool { name: tool.name, about: tool.about, schema: tool.schema }
    }
}

impl From<Intent> for llm::Intent {
    fn from(intent: Intent) -> llm::Intent {
        llm::Intent { name: intent.name, examples: intent.examples }
    }
}

impl From<Field> for llm::Field {
    fn from(field: Field) -> llm::Field {
        llm::Field { name: field.name, about: field.about, schema: field.schema }
    }
}

impl From<llm::Output> for LlmOutput {
    fn from(output: llm::Output) -> LlmOutput {
        match output {
            llm::Output::Net(effect) => LlmOutput::Net(effect.into()),
            llm::Output::Token((job, text)) => LlmOutput::Token { job, text },
            llm::Output::Invoke((job, llm::Invocation { id, name, arguments })) => {
                LlmOutput::Invoke { job, what: Invocation { id, name, arguments } }
            }
            llm::Output::Opaque((job, text)) => LlmOutput::Opaque { job, text },
            llm::Output::Found((job, found)) => LlmOutput::Found { job, what: found.into() },
            llm::Output::Done((job, ending)) => LlmOutput::Done { job, ending: ending.into() },
            llm::Output::RequestId((job, id)) => LlmOutput::RequestId { job, id },
            llm::Output::Used((job, usage)) => LlmOutput::Used { job, usage: usage.into() },
            llm::Output::Note(note) => LlmOutput::Note(note.into()),
            llm::Output::Failed((job, failure)) => LlmOutput::Failed { job, failure: failure.into() },
        }
    }
}

impl From<llm::Found> for Found {
    fn from(found: llm::Found) -> Found {
        let fields = found.fields.into_iter().map(|(name, value, told)| (name, value, sure(told)));
        Found { intent: found.intent.map(|(name, told)| (name, sure(told))), fields: fields.collect() }
    }
}

impl From<llm::Ending> for Ending {
    fn from(ending: llm::Ending) -> Ending {
        match ending {
            llm::Ending::Complete => Ending::Complete,
            llm::Ending::Cut => Ending::Cut,
            llm::Ending::Refused => Ending::Refused,
            llm::Ending::Tools => Ending::Tools,
        }
    }
}

impl From<tool::Offer> for Offer {
    fn from(offer: tool::Offer) -> Offer {
        Offer {
            name: offer.name,
            about: offer.about,
            takes: offer.takes,
            gives: offer.gives,
            changes_things: offer.changes_things,
        }
    }
}

impl From<tool::Output> for ToolOutput {
    fn from(output: tool::Output) -> ToolOutput {
        match output {
            tool::Output::Net(effect) => ToolOutput::Net(effect.into()),
            tool::Output::Offers(offers) => ToolOutput::Offers(all(offers)),
            tool::Output::Answer((id, json)) => ToolOutput::Answer { id, json },
            tool::Output::Rejected((id, why)) => ToolOutput::Rejected { id, why },
            tool::Output::RequestId((id, request)) => ToolOutput::RequestId { id, request },
            tool::Output::Used(usage) => ToolOutput::Used(usage.into()),
            tool::Output::Note(note) => ToolOutput::Note(note.into()),
            tool::Output::Failed((id, failure)) => ToolOutput::Failed { id, failure: failure.into() },
        }
    }
}

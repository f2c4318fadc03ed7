//! The chat model: answers by chat, and extracts and summarizes by chat as well.

mod events;
mod request;
mod stream;
mod tasks;

use crate::Options;
use closare_plugin::language_model::{Chat, Extraction, Job, LanguageModel, Output, Task};
use closare_plugin::network::{self, Effect, Event, Head, Ticket};
use closare_plugin::{Failure, Millis, Opening, Unit, Usage};
use events::Events;
use std::collections::BTreeMap;
use stream::{Answer, Piece};

/// A call waits at most this long for a whole answer, in milliseconds; a summary is written after the call.
const TIME_LIMIT_MS: u32 = 60_000;

/// One call's chat model. A ticket is a job's request.
pub struct Chatting {
    options: Options,
    running: BTreeMap<Ticket, Running>,
    tickets: Ticket,
}

struct Running {
    job: Job,
    /// What was asked, where the answer is findings and no text.
    extraction: Option<Extraction>,
    head: Option<Head>,
    events: Events,
    /// The body, where it isn't a stream of events: a refusal, or an answer in one piece.
    body: Vec<u8>,
    answer: Answer,
}

/// What a piece of the body means for its request.
enum Then {
    More,
    /// The job is done; the body's own end follows by itself, and leaves a connection that can be used again.
    Done,
    Failed,
}

impl LanguageModel for Chatting {
    fn open(start: Opening) -> Result<(Chatting, Vec<Output>), Failure> {
        Ok((Chatting { options: start.options()?, running: BTreeMap::new(), tickets: 0 }, Vec::new()))
    }

    fn start(&mut self, _at: Millis, job: Job, what: Task) -> Vec<Output> {
        let (chat, extraction) = match what {
            Task::Chat(chat) => (chat, None),
            Task::Extract(extraction) => (tasks::extraction(&extraction), Some(extraction)),
            Task::Summarize(summary) => (tasks::summary(&summary), None),
        };
        self.tickets += 1;
        self.running.insert(self.tickets, Running::new(job, extraction));
        vec![self.ask(self.tickets, &chat), Output::Used((job, Usage::new(Unit::Requests, 1)))]
    }

    fn cancel(&mut self, _at: Millis, job: Job) -> Vec<Output> {
        let ticket = self.running.iter().find(|(_, one)| one.job == job).map(|(ticket, _)| *ticket);
        ticket.into_iter().map(|ticket| self.close(ticket)).collect()
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        let ticket = what.ticket();
        let Some(running) = self.running.get_mut(&ticket) else { return Vec::new() };
        match what {
            Event::Answered(head) => running.answered(head),
            Event::Chunk((_, bytes)) => {
                let (mut outputs, then) = running.chunk(&bytes);
                match then {
                    Then::More => {}
                    Then::Done => drop(self.running.remove(&ticket)),
                    Then::Failed => outputs.push(self.close(ticket)),
                }
                outputs
            }
            Event::Ended(_) => {
                let outputs = running.ended();
                self.running.remove(&ticket);
                outputs
            }
            Event::Failed((_, trouble)) => {
                let failed = Output::Failed((Some(running.job), network::trouble(trouble)));
                self.running.remove(&ticket);
                vec![failed]
            }
            _ => Vec::new(),
        }
    }
}

impl Chatting {
    fn ask(&self, ticket: Ticket, chat: &Chat) -> Output {
        let request =
            self.options.post("chat/completions").ticket(ticket).header("accept", "text/event-stream");
        // A chat changes nothing at the vendor's: asking again costs, and is heard by nobody.
        let request =
            request.json(&request::body(&self.options, chat)).time_limit(TIME_LIMIT_MS).repeatable();
        Output::Net(Effect::Ask(request))
    }

    fn close(&mut self, ticket: Ticket) -> Output {
        self.running.remove(&ticket);
        Output::Net(Effect::Close((ticket, 0)))
    }
}

impl Running {
    fn new(job: Job, extraction: Option<Extraction>) -> Running {
        let (head, events, body, answer) = Default::default();
        Running { job, extraction, head, events, body, answer }
    }

    fn answered(&mut self, head: Head) -> Vec<Output> {
        let id = head.header("x-request-id").map(|id| Output::RequestId((self.job, id.to_owned())));
        self.head = Some(head);
        id.into_iter().collect()
    }

    /// What a piece of the body brings.
    fn chunk(&mut self, bytes: &[u8]) -> (Vec<Output>, Then) {
        let is_stream = self.head.as_ref().is_some_and(|head| head.is_success() && !is_json(head));
        if !is_stream {
            self.body.extend_from_slice(bytes);
            return (Vec::new(), Then::More);
        }
        let mut outputs = Vec::new();
        for data in self.events.take(bytes) {
            if self.data(&data, &mut outputs) {
                return (outputs, Then::Failed);
            }
            if data == "[DONE]" {
                outputs.extend(self.done());
                return (outputs, Then::Done);
            }
        }
        (outputs, Then::More)
    }

    fn ended(&mut self) -> Vec<Output> {
        let body = std::mem::take(&mut self.body);
        let mut outputs = Vec::new();
        match &self.head {
            Some(head) if !head.is_success() => {
                return vec![Output::Failed((Some(self.job), network::failure(head, &body)))];
            }
            Some(head) if is_json(head) => {
                if self.data(&String::from_utf8_lossy(&body), &mut outputs) {
                    return outputs;
                }
            }
            Some(_) | None => {}
        }
        outputs.extend(self.done());
        outputs
    }

    /// What the data of an event brings; true where the job failed with it.
    fn data(&mut self, data: &str, outputs: &mut Vec<Output>) -> bool {
        for piece in self.answer.take(data) {
            match piece {
                Piece::Token(_) if self.extraction.is_some() => {}
                Piece::Token(text) => outputs.push(Output::Token((self.job, text))),
                Piece::Used(usage) => outputs.push(Output::Used((self.job, usage))),
                Piece::Failed(failure) => {
                    outputs.push(Output::Failed((Some(self.job), failure)));
                    return true;
                }
            }
        }
        false
    }

    fn done(&mut self) -> Vec<Output> {
        let answer = std::mem::take(&mut self.answer);
        if let Some(extraction) = &self.extraction {
            match tasks::found(extraction, &answer.text) {
                Ok(found) => {
                    return vec![Output::Found((self.job, found)), Output::Done((self.job, answer.end().1))];
                }
                Err(failure) => return vec![Output::Failed((Some(self.job), failure))],
            }
        }
        let (calls, ending) = answer.end();
        let calls = calls.into_iter().map(|call| Output::Invoke((self.job, call)));
        calls.chain([Output::Done((self.job, ending))]).collect()
    }
}

/// An answer in one piece, from a server that doesn't stream.
fn is_json(head: &Head) -> bool {
    head.header("content-type").is_some_and(|kind| kind.starts_with("application/json"))
}

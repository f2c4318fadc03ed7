//! One call's model: jobs, their requests, and what is told of them.

use crate::answer::{Answer, Piece};
use crate::{Options, request};
use closare_plugin::events::ServerSentEvents;
use closare_plugin::language_model::{Ending, Extraction, Job, LanguageModel, Output, Task};
use closare_plugin::network::{self, Effect, Event, Head, Request, Ticket};
use closare_plugin::{Failure, Millis, Opening, Unit, Usage, by_chat};
use std::collections::BTreeMap;

/// A call waits at most this long for a whole answer, in milliseconds; a summary is written after the call.
const TIME_LIMIT_MS: u32 = 60_000;

/// The API's version, which is also its newest: https://platform.claude.com/docs/en/api/versioning
const VERSION: &str = "2023-06-01";

/// A refusal's reason is short; a page of HTML need not be kept whole.
const REFUSAL_BYTES_MAX: usize = 16 << 10;

pub struct Thinker {
    options: Options,
    /// A ticket is a job's request.
    running: BTreeMap<Ticket, Running>,
    tickets: Ticket,
}

struct Running {
    job: Job,
    /// What was asked, where the answer is findings and no text.
    extraction: Option<Extraction>,
    events: ServerSentEvents,
    answer: Answer,
    /// The answer is a refusal, and its body so far.
    refusal: Option<(Head, Vec<u8>)>,
}

/// What a piece of the body means for its request.
#[derive(PartialEq)]
enum Then {
    More,
    /// The job is done; the body's own end follows by itself, and leaves a connection that can be used again.
    Done,
    /// The job has failed, and what is left of the body is of no use.
    Failed,
}

impl LanguageModel for Thinker {
    fn open(start: Opening) -> Result<(Thinker, Vec<Output>), Failure> {
        Ok((Thinker { options: start.options()?, running: BTreeMap::new(), tickets: 0 }, Vec::new()))
    }

    fn start(&mut self, _at: Millis, job: Job, what: Task) -> Vec<Output> {
        let (chat, extraction) = match what {
            Task::Chat(chat) => (chat, None),
            Task::Extract(task) => (by_chat::extraction(&task), Some(task)),
            Task::Summarize(task) => (by_chat::summary(&task), None),
        };
        self.tickets += 1;
        let answer = Answer::new(request::form(&self.options, &chat));
        self.running.insert(self.tickets, Running::new(job, extraction, answer));
        let request = Request::post(self.options.url())
            .ticket(self.tickets)
            .credential("key")
            .header("anthropic-version", VERSION)
            .header("accept", "text/event-stream")
            .json(&request::body(&self.options, &chat))
            .time_limit(TIME_LIMIT_MS)
            // A chat changes nothing at the vendor's: asking again costs, and is heard by nobody.
            .repeatable();
        vec![Output::Net(Effect::Ask(request)), Output::Used((job, Usage::new(Unit::Requests, 1)))]
    }

    fn cancel(&mut self, _at: Millis, job: Job) -> Vec<Output> {
        let ticket = self.running.iter().find(|(_, one)| one.job == job).map(|(ticket, _)| *ticket);
        ticket.into_iter().map(|ticket| self.close(ticket)).collect()
    }

    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        let tickets: Vec<Ticket> = self.running.keys().copied().collect();
        tickets.into_iter().map(|ticket| self.close(ticket)).collect()
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        let ticket = what.ticket();
        let Some(running) = self.running.get_mut(&ticket) else { return Vec::new() };
        let (mut outputs, then) = running.arrived(what);
        match then {
            Then::More => {}
            Then::Done => drop(self.running.remove(&ticket)),
            Then::Failed => outputs.push(self.close(ticket)),
        }
        outputs
    }
}

impl Thinker {
    fn close(&mut self, ticket: Ticket) -> Output {
        self.running.remove(&ticket);
        Output::Net(Effect::Close((ticket, 1000)))
    }
}

impl Running {
    fn new(job: Job, extraction: Option<Extraction>, answer: Answer) -> Running {
        Running { job, extraction, events: ServerSentEvents::new(), answer, refusal: None }
    }

    fn arrived(&mut self, what: Event) -> (Vec<Output>, Then) {
        match what {
            Event::Answered(head) => (self.answered(head), Then::More),
            Event::Chunk((_, bytes)) => self.chunk(&bytes),
            Event::Ended(_) => (self.ended(), Then::Done),
            Event::Failed((_, trouble)) => (vec![self.failed(network::trouble(trouble))], Then::Done),
            _ => (Vec::new(), Then::More),
        }
    }

    fn answered(&mut self, head: Head) -> Vec<Output> {
        let id = head.header("request-id").map(|id| Output::RequestId((self.job, id.to_owned())));
        if !head.is_success() {
            self.refusal = Some((head, Vec::new()));
        }
        id.into_iter().collect()
    }

    fn chunk(&mut self, bytes: &[u8]) -> (Vec<Output>, Then) {
        if let Some((_, body)) = &mut self.refusal {
            body.extend(bytes.iter().take(REFUSAL_BYTES_MAX.saturating_sub(body.len())));
            return (Vec::new(), Then::More);
        }
        let mut outputs = Vec::new();
        for event in self.events.feed(bytes) {
            match self.take(&event.data, &mut outputs) {
                Then::More => {}
                over => return (outputs, over),
            }
        }
        (outputs, Then::More)
    }

    fn ended(&mut self) -> Vec<Output> {
        if let Some((head, body)) = &self.refusal {
            return vec![self.failed(network::failure(head, body))];
        }
        let mut outputs = Vec::new();
        let last = self.events.finish();
        if last.is_some_and(|event| self.take(&event.data, &mut outputs) != Then::More) {
            return outputs;
        }
        if self.answer.has_begun() {
            outputs.extend(self.done());
        } else {
            outputs.push(self.failed(Failure::Broken("the answer ended before it began".to_owned())));
        }
        outputs
    }

    fn take(&mut self, data: &str, outputs: &mut Vec<Output>) -> Then {
        match self.answer.take(data) {
            None => {}
            Some(Piece::Token(_) | Piece::Opaque(_)) if self.extraction.is_some() => {}
            Some(Piece::Token(text)) => outputs.push(Output::Token((self.job, text))),
            Some(Piece::Opaque(text)) => outputs.push(Output::Opaque((self.job, text))),
            Some(Piece::Whole) => {
                outputs.extend(self.done());
                return Then::Done;
            }
            Some(Piece::Failed(failure)) => {
                outputs.push(self.failed(failure));
                return Then::Failed;
            }
        }
        Then::More
    }

    fn done(&mut self) -> Vec<Output> {
        let job = self.job;
        let end = self.answer.end();
        let mut outputs: Vec<Output> = end.used.into_iter().map(|usage| Output::Used((job, usage))).collect();
        match (&self.extraction, end.ending) {
            // Half an object says nothing for sure; the next of the chain may give a whole one.
            (Some(_), Ending::Cut) => {
                outputs.push(
                    self.failed(Failure::Broken(
                        "expected a whole answer, found one that was cut".to_owned(),
                    )),
                );
            }
            (Some(task), ending) => {
                outputs.push(Output::Found((job, by_chat::found(task, &self.answer.text))));
                outputs.push(Output::Done((job, ending)));
            }
            (None, ending) => {
                outputs.extend(end.invocations.into_iter().map(|what| Output::Invoke((job, what))));
                outputs.push(Output::Done((job, ending)));
            }
        }
        outputs
    }

    fn failed(&self, failure: Failure) -> Output {
        Output::Failed((Some(self.job), failure))
    }
}

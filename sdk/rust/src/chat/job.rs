//! One job's exchange with the vendor, from the request to the end of its answer.

use super::Piece;
use crate::Failure;
use crate::events::{ServerSentEvent, ServerSentEvents};
use crate::language_model::{Ending, Extraction, Invocation, Job, Output};
use crate::network::{self, Event, Head, Refusal};
use std::collections::BTreeMap;

pub(super) struct Running {
    pub(super) job: Job,
    /// Then the answer's text isn't told but read.
    extraction: Option<Extraction>,
    events: ServerSentEvents,
    text: String,
    invocations: BTreeMap<u32, Invocation>,
    ending: Option<Ending>,
    refusal: Option<Refusal>,
}

pub(super) enum Over {
    No,
    /// Told, and nothing more comes.
    Ended,
    /// Told, but the exchange goes on unless it is dropped.
    Broken,
}

type Meaning = fn(ServerSentEvent) -> Result<Piece, Failure>;

impl Running {
    pub(super) fn new(job: Job, extraction: Option<Extraction>) -> Running {
        Running {
            job,
            extraction,
            events: ServerSentEvents::new(),
            text: String::new(),
            invocations: BTreeMap::new(),
            ending: None,
            refusal: None,
        }
    }

    pub(super) fn arrived(&mut self, event: Event, meaning: Meaning) -> (Vec<Output>, Over) {
        match event {
            Event::Answered(head) => (self.answered(head), Over::No),
            Event::Chunk((_, bytes)) => self.chunk(&bytes, meaning),
            Event::Ended(_) => self.ended(meaning),
            Event::Failed((_, trouble)) => (vec![self.failed(network::trouble(trouble))], Over::Ended),
            _ => (Vec::new(), Over::No),
        }
    }

    fn answered(&mut self, head: Head) -> Vec<Output> {
        let id = ["x-request-id", "request-id"].iter().find_map(|name| head.header(name)).map(str::to_owned);
        self.refusal = Refusal::of(head);
        id.map(|id| Output::RequestId((self.job, id))).into_iter().collect()
    }

    fn chunk(&mut self, bytes: &[u8], meaning: Meaning) -> (Vec<Output>, Over) {
        if let Some(refusal) = &mut self.refusal {
            refusal.more(bytes);
            return (Vec::new(), Over::No);
        }
        let mut outputs = Vec::new();
        for event in self.events.feed(bytes) {
            match meaning(event).map(|piece| self.take(piece, &mut outputs)) {
                Ok(false) => {}
                Ok(true) => {
                    outputs.extend(self.done());
                    return (outputs, Over::Ended);
                }
                Err(failure) => {
                    outputs.push(self.failed(failure));
                    return (outputs, Over::Broken);
                }
            }
        }
        (outputs, Over::No)
    }

    fn ended(&mut self, meaning: Meaning) -> (Vec<Output>, Over) {
        if let Some(refusal) = &self.refusal {
            return (vec![self.failed(refusal.failure())], Over::Ended);
        }
        let mut outputs = Vec::new();
        let last = self.events.finish().map(meaning).transpose();
        match last.map(|piece| piece.map(|piece| self.take(piece, &mut outputs))) {
            Err(failure) => outputs.push(self.failed(failure)),
            Ok(_) if self.text.is_empty() && self.invocations.is_empty() && self.ending.is_none() => {
                outputs.push(self.failed(Failure::Broken("the answer ended before it began".to_owned())));
            }
            Ok(_) => outputs.extend(self.done()),
        }
        (outputs, Over::Ended)
    }

    /// True where this was the last piece.
    fn take(&mut self, piece: Piece, outputs: &mut Vec<Output>) -> bool {
        let job = self.job;
        match piece {
            Piece::Nothing => {}
            Piece::Token(text) => {
                self.text.push_str(&text);
                if self.extraction.is_none() && !text.is_empty() {
                    outputs.push(Output::Token((job, text)));
                }
            }
            Piece::Invoke { index, id, name, arguments } => self.invoke(index, id, name, &arguments),
            Piece::Opaque(text) => outputs.push(Output::Opaque((job, text))),
            Piece::Used(usage) => outputs.push(Output::Used((job, usage))),
            Piece::RequestId(id) => outputs.push(Output::RequestId((job, id))),
            Piece::Ends(ending) => self.ending = Some(ending),
            Piece::Done => return true,
            Piece::Many(pieces) => {
                return pieces.into_iter().fold(false, |done, piece| self.take(piece, outputs) || done);
            }
        }
        false
    }

    fn invoke(&mut self, index: u32, id: Option<String>, name: Option<String>, arguments: &str) {
        let empty = || Invocation { id: String::new(), name: String::new(), arguments: String::new() };
        let invocation = self.invocations.entry(index).or_insert_with(empty);
        invocation.id = id.filter(|id| !id.is_empty()).unwrap_or(std::mem::take(&mut invocation.id));
        invocation.name =
            name.filter(|name| !name.is_empty()).unwrap_or(std::mem::take(&mut invocation.name));
        invocation.arguments.push_str(arguments);
    }

    fn done(&mut self) -> Vec<Output> {
        let job = self.job;
        let invocations = std::mem::take(&mut self.invocations);
        let usual = if invocations.is_empty() { Ending::Complete } else { Ending::Tools };
        let mut outputs: Vec<Output> =
            invocations.into_values().map(|what| Output::Invoke((job, what))).collect();
        if let Some(task) = &self.extraction {
            outputs.push(Output::Found((job, crate::by_chat::found(task, &self.text))));
        }
        outputs.push(Output::Done((job, self.ending.take().unwrap_or(usual))));
        outputs
    }

    fn failed(&self, failure: Failure) -> Output {
        Output::Failed((Some(self.job), failure))
    }
}

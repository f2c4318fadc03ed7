//! A request for each clause; its audio is told as it comes. The next clause is asked for while one is still coming, so that
//! there is no gap between them.

use super::clause::{silence, texts};
use super::speed;
use crate::failure;
use crate::options::{Options, Query};
use closare_plugin::audio::AudioChunks;
use closare_plugin::network::{self, Effect, Event, Head, Ticket};
use closare_plugin::text_to_speech::{Output, Utterance};
use closare_plugin::{AudioFormat, Failure, Said, Unit, Usage};
use serde_json::json;
use std::collections::VecDeque;

/// For a clause, in milliseconds; its stream may be read as slowly as it is spoken.
const TIME_LIMIT_MS: u32 = 120_000;

/// The clause that is told, and the one after it: Deepgram allows few requests at once.
const ASKED_MAX: usize = 2;

pub struct Asked {
    options: Options,
    query: Query,
    format: AudioFormat,
    /// In the order in which they are spoken. The first one's audio is told, the others' is kept.
    clauses: VecDeque<Clause>,
    tickets: Ticket,
}

struct Clause {
    utterance: Utterance,
    text: String,
    pace: f32,
    pause: u32,
    /// Whether the utterance is done with it.
    last: bool,
    ticket: Option<Ticket>,
    head: Option<Head>,
    samples: AudioChunks,
    /// Audio that isn't told yet, or what a refusal says.
    bytes: Vec<u8>,
    ended: bool,
}

impl Asked {
    pub fn new(options: Options, mut query: Query, format: AudioFormat) -> Asked {
        query.push(("container", "none".to_owned()));
        Asked { options, query, format, clauses: VecDeque::new(), tickets: 0 }
    }

    pub fn say(&mut self, utterance: Utterance, what: &Said, last: bool) -> Vec<Output> {
        let pace = what.pace.unwrap_or(self.options.speed);
        let mut texts = texts(&what.text);
        if texts.is_empty() {
            texts.push(String::new());
        }
        let count = texts.len();
        for (index, text) in texts.into_iter().enumerate() {
            let is_end = index + 1 == count;
            let (ended, samples) = (text.is_empty(), AudioChunks::new(self.format));
            let (pause, last) = (if is_end { what.pause_after } else { 0 }, last && is_end);
            let (ticket, head, bytes) = Default::default();
            let clause = Clause { utterance, text, pace, pause, last, ticket, head, samples, bytes, ended };
            self.clauses.push_back(clause);
        }
        self.go_on()
    }

    pub fn cancel(&mut self, utterance: Utterance) -> Vec<Output> {
        let mut outputs = self.close(|clause| clause.utterance == utterance);
        outputs.extend(self.go_on());
        outputs
    }

    pub fn finish(&mut self) -> Vec<Output> {
        self.close(|_| true)
    }

    pub fn network(&mut self, what: Event) -> Vec<Output> {
        let ticket = what.ticket();
        let Some(clause) = self.clauses.iter_mut().find(|clause| clause.ticket == Some(ticket)) else {
            return Vec::new();
        };
        match what {
            Event::Answered(_) => {
                let id = failure::request_id(&what).map(Output::RequestId);
                if let Event::Answered(head) = what {
                    clause.head = Some(head);
                }
                id.into_iter().collect()
            }
            Event::Chunk((_, bytes)) => {
                clause.take(&bytes);
                self.go_on()
            }
            Event::Ended(_) => {
                clause.ended = true;
                match clause.refusal() {
                    Some(failure) => self.fail(ticket, failure),
                    None => self.go_on(),
                }
            }
            Event::Failed((_, trouble)) => {
                clause.ended = true;
                self.fail(ticket, network::trouble(trouble))
            }
            _ => Vec::new(),
        }
    }

    /// Tells what there is of the first clause, goes to the next when it has ended, and asks for what is due.
    fn go_on(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(first) = self.clauses.front_mut() {
            outputs.extend(first.audio(self.format));
            if !first.ended {
                break;
            }
            if first.last {
                outputs.push(Output::Done(first.utterance));
            }
            self.clauses.pop_front();
        }
        outputs.extend(self.ask());
        outputs
    }

    fn ask(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        for clause in self.clauses.iter_mut().filter(|clause| !clause.ended).take(ASKED_MAX) {
            if clause.ticket.is_some() {
                continue;
            }
            self.tickets += 1;
            clause.ticket = Some(self.tickets);
            let mut query = self.query.clone();
            query.extend(speed(clause.pace));
            let request = self.options.post("speak", &query).json(&json!({ "text": clause.text }));
            let request = request.ticket(self.tickets).time_limit(TIME_LIMIT_MS).repeatable();
            outputs.push(Output::Net(Effect::Ask(request)));
            let characters = clause.text.chars().count() as u64;
            outputs.push(Output::Used(Usage::new(Unit::Characters, characters)));
            outputs.push(Output::Used(Usage::new(Unit::Requests, 1)));
        }
        outputs
    }

    /// The failed clause's utterance is over; what was asked for it besides is closed.
    fn fail(&mut self, ticket: Ticket, failure: Failure) -> Vec<Output> {
        let failed = self.clauses.iter().find(|clause| clause.ticket == Some(ticket));
        let Some(utterance) = failed.map(|clause| clause.utterance) else { return Vec::new() };
        let mut outputs = vec![Output::Failed((Some(utterance), failure))];
        outputs.extend(self.cancel(utterance));
        outputs
    }

    /// Removes these clauses, and closes their requests.
    fn close(&mut self, which: impl Fn(&Clause) -> bool) -> Vec<Output> {
        let (gone, kept) = self.clauses.drain(..).partition::<Vec<_>, _>(which);
        self.clauses = kept.into();
        let open = gone.into_iter().filter(|clause| !clause.ended).filter_map(|clause| clause.ticket);
        open.map(|ticket| Output::Net(Effect::Close((ticket, 0)))).collect()
    }
}

impl Clause {
    fn take(&mut self, bytes: &[u8]) {
        if self.is_refused() {
            self.bytes.extend_from_slice(bytes);
        } else {
            let samples = self.samples.feed(bytes);
            self.bytes.extend(samples);
        }
    }

    fn is_refused(&self) -> bool {
        self.head.as_ref().is_some_and(|head| !head.is_success())
    }

    fn refusal(&self) -> Option<Failure> {
        let refused = self.head.as_ref().filter(|head| !head.is_success())?;
        Some(network::failure(refused, &self.bytes))
    }

    /// The samples that came, and after the last of them the pause.
    fn audio(&mut self, format: AudioFormat) -> Option<Output> {
        if self.is_refused() {
            return None;
        }
        let mut audio = std::mem::take(&mut self.bytes);
        if self.ended {
            audio.extend(silence(format, self.pause));
        }
        (!audio.is_empty()).then_some(Output::Audio((self.utterance, audio)))
    }
}

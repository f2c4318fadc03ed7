//! One socket for the call. Deepgram speaks what it is sent in order and says after each `Flush` that it is done with it, so
//! that every piece of audio is known to belong to the first text that isn't done.
//!
//! A socket that was idle may be closed at any time: it is opened anew with the next text.

use super::span::{Flushes, Span};
use super::{TEXT_MAX, speed};
use crate::failure::{self, Problem};
use crate::options::{Options, Query};
use closare_plugin::network::{Effect, Event, Ticket};
use closare_plugin::socket::{Arrived, WebSocket};
use closare_plugin::text_to_speech::{Output, Utterance};
use closare_plugin::voice::texts;
use closare_plugin::{AudioFormat, Failure, Millis, Note, Said, Unit, Usage};
use serde::Deserialize;
use serde_json::json;
use std::collections::VecDeque;

/// A `Clear` is confirmed within a round trip. A socket that takes longer is given up.
const CLEAR_MS: u32 = 1_000;

pub struct Streamed {
    options: Options,
    query: Query,
    format: AudioFormat,
    socket: Option<WebSocket>,
    /// It was accepted.
    is_open: bool,
    is_over: bool,
    /// What isn't spoken yet. The first one's audio comes.
    spans: VecDeque<Span>,
    flushes: Flushes,
    /// A `Clear` isn't confirmed yet: what comes is dropped, and nothing is sent. Until this wake-up.
    clearing: Option<Ticket>,
    /// Flushes that a `Clear` has overtaken: Deepgram may confirm them all the same.
    overtaken: usize,
    /// A flush waits for this wake-up.
    waiting: Option<Ticket>,
    /// The texts in flight were sent a second time, over a new socket.
    retried: bool,
    tickets: Ticket,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Message {
    Flushed,
    Cleared,
    Warning(Problem),
    Error(Problem),
    /// `Metadata`, and what will be added.
    #[serde(other)]
    Other,
}

impl Streamed {
    /// Opens the socket at once, so that the first words need not wait for it.
    pub fn open(options: Options, mut query: Query, format: AudioFormat) -> (Streamed, Vec<Output>) {
        query.extend(speed(options.speed));
        let mut streamed = Streamed {
            options,
            query,
            format,
            socket: None,
            is_open: false,
            is_over: false,
            spans: VecDeque::new(),
            flushes: Flushes::default(),
            clearing: None,
            overtaken: 0,
            waiting: None,
            retried: false,
            tickets: 0,
        };
        let outputs = streamed.connect();
        (streamed, outputs)
    }

    pub fn say(&mut self, at: Millis, utterance: Utterance, what: &Said, last: bool) -> Vec<Output> {
        let format = self.format;
        let grows = |span: &&mut Span| {
            span.utterance == utterance && !span.flushed && !span.muted && !span.texts.is_empty()
        };
        let mut span = match self.spans.back_mut().filter(grows) {
            Some(_) => self.spans.pop_back().unwrap_or_else(|| Span::new(utterance, format)),
            None => Span::new(utterance, format),
        };
        span.texts.extend(texts(&what.text, TEXT_MAX));
        span.pause += what.pause_after;
        span.last = last;
        self.spans.push_back(span);
        self.advance(at)
    }

    pub fn cancel(&mut self, at: Millis, utterance: Utterance) -> Vec<Output> {
        let is_spoken =
            self.spans.front().is_some_and(|front| front.utterance == utterance && front.is_in_flight());
        let mut outputs = Vec::new();
        if is_spoken {
            // All that Deepgram has is cleared; what others said is sent again.
            self.overtaken += self.spans.iter().filter(|span| span.flushed).count();
            self.spans.retain(|span| span.utterance != utterance && !span.muted);
            self.spans.iter_mut().for_each(Span::rewind);
            outputs.extend(self.send(&json!({ "type": "Clear" })));
            self.tickets += 1;
            self.clearing = Some(self.tickets);
            outputs.push(wake(self.tickets, CLEAR_MS));
        } else {
            self.spans.retain(|span| span.utterance != utterance || span.is_in_flight());
            for span in self.spans.iter_mut().filter(|span| span.utterance == utterance) {
                span.muted = true;
            }
        }
        outputs.extend(self.advance(at));
        outputs
    }

    pub fn finish(&mut self) -> Vec<Output> {
        self.is_over = true;
        let mut outputs = self.send(&json!({ "type": "Close" }));
        outputs.extend(self.disconnect());
        outputs
    }

    pub fn network(&mut self, at: Millis, what: Event) -> Vec<Output> {
        if self.is_over {
            return Vec::new();
        }
        if let Event::Woke(ticket) = what {
            return self.woke(at, ticket);
        }
        let Some(socket) = &mut self.socket else { return Vec::new() };
        let mut outputs: Vec<Output> =
            failure::request_id(&what).map(Output::RequestId).into_iter().collect();
        outputs.extend(match socket.arrived(failure::with_reason(what)) {
            Arrived::Opened(waiting) => {
                self.is_open = true;
                net(waiting).into_iter().chain(self.advance(at)).collect()
            }
            Arrived::Binary(bytes) => self.audio(&bytes),
            Arrived::Text(text) => self.message(at, &text),
            Arrived::Closed { code, reason, .. } => self.lost(at, failure::closed(code, &reason)),
            Arrived::Failed(failure) => self.lost(at, failure),
            Arrived::Nothing => Vec::new(),
        });
        outputs
    }

    fn message(&mut self, at: Millis, text: &str) -> Vec<Output> {
        match serde_json::from_str(text) {
            Ok(Message::Flushed) => self.flushed(at),
            Ok(Message::Cleared) => {
                self.clearing = None;
                self.advance(at)
            }
            Ok(Message::Warning(problem)) => vec![note(problem.says())],
            Ok(Message::Error(problem)) => self.lost(at, Failure::Broken(problem.says())),
            Ok(Message::Other) => Vec::new(),
            Err(_) => vec![note("expected a message of /v1/speak, found another".to_owned())],
        }
    }

    fn audio(&mut self, bytes: &[u8]) -> Vec<Output> {
        // Until a `Clear` is confirmed, nothing is in flight.
        let Some(front) = self.spans.front_mut().filter(|front| front.is_in_flight()) else {
            return Vec::new();
        };
        self.retried = false;
        front.audio(bytes).into_iter().collect()
    }

    fn flushed(&mut self, at: Millis) -> Vec<Output> {
        let Some(front) = self.spans.front().filter(|front| front.flushed) else { return Vec::new() };
        // A text has audio: this confirms a flush from before the `Clear`.
        if !front.sounded && self.overtaken > 0 {
            self.overtaken -= 1;
            return Vec::new();
        }
        self.overtaken = 0;
        let mut outputs = self.end_front();
        outputs.extend(self.advance(at));
        outputs
    }

    /// Tells what needs no audio, and sends what is due.
    fn advance(&mut self, at: Millis) -> Vec<Output> {
        let mut outputs = Vec::new();
        while self.spans.front().is_some_and(|front| front.texts.is_empty()) {
            outputs.extend(self.end_front());
        }
        if self.is_over || self.clearing.is_some() || self.spans.iter().all(Span::is_sent) {
            return outputs;
        }
        outputs.extend(self.connect());
        if !self.is_open {
            return outputs;
        }
        for index in 0..self.spans.len() {
            outputs.extend(self.speak(index));
            if !self.flush(at, index, &mut outputs) {
                break;
            }
        }
        outputs
    }

    /// Sends the texts of a span that weren't sent.
    fn speak(&mut self, index: usize) -> Vec<Output> {
        let Some(span) = self.spans.get_mut(index) else { return Vec::new() };
        let first = std::mem::replace(&mut span.sent, span.texts.len());
        // Deepgram puts texts together as they are.
        let spaced = |(place, text): (usize, &String)| {
            if place == 0 { text.clone() } else { format!(" {text}") }
        };
        let texts: Vec<String> = span.texts.iter().enumerate().skip(first).map(spaced).collect();
        let mut outputs = Vec::new();
        for text in texts {
            outputs.extend(self.send(&json!({ "type": "Speak", "text": text })));
            outputs.push(Output::Used(Usage::new(Unit::Characters, text.chars().count() as u64)));
        }
        outputs
    }

    /// Flushes a span whose texts are sent, so that its audio comes; false where what follows must wait for that.
    fn flush(&mut self, at: Millis, index: usize, outputs: &mut Vec<Output>) -> bool {
        let is_followed = index + 1 < self.spans.len();
        let Some(span) = self.spans.get_mut(index).filter(|span| !span.is_sent()) else { return true };
        let can_wait = !span.last && !is_followed;
        match self.flushes.take(at, can_wait) {
            Ok(()) => {
                span.flushed = true;
                outputs.extend(self.send(&json!({ "type": "Flush" })));
                true
            }
            Err(ms) => {
                if !can_wait && self.waiting.is_none() {
                    self.tickets += 1;
                    self.waiting = Some(self.tickets);
                    outputs.push(wake(self.tickets, ms));
                }
                false
            }
        }
    }

    fn end_front(&mut self) -> Vec<Output> {
        self.spans.pop_front().map(|front| front.end(self.format)).unwrap_or_default()
    }

    fn woke(&mut self, at: Millis, ticket: Ticket) -> Vec<Output> {
        if self.waiting == Some(ticket) {
            self.waiting = None;
            return self.advance(at);
        }
        if self.clearing != Some(ticket) {
            return Vec::new();
        }
        let mut outputs = self.disconnect();
        outputs.extend(self.advance(at));
        outputs
    }

    /// The socket is gone. What was in flight is sent again, once, over a new one, unless it was heard in part or Deepgram
    /// wouldn't have it.
    fn lost(&mut self, at: Millis, failure: Failure) -> Vec<Output> {
        let was_open = self.is_open;
        let mut outputs = self.disconnect();
        if !was_open {
            self.is_over = true;
            outputs.push(Output::Failed((None, failure)));
            return outputs;
        }
        if let Some(front) = self.spans.front().filter(|front| front.is_in_flight()) {
            let again = matches!(failure, Failure::Unavailable(_)) && !front.sounded && !self.retried;
            self.retried = again;
            if !again {
                let utterance = front.utterance;
                self.spans.retain(|span| span.utterance != utterance);
                outputs.push(Output::Failed((Some(utterance), failure)));
            }
        }
        self.spans.retain(|span| !span.muted);
        self.spans.iter_mut().for_each(Span::rewind);
        outputs.extend(self.advance(at));
        outputs
    }

    fn connect(&mut self) -> Vec<Output> {
        if self.socket.is_some() {
            return Vec::new();
        }
        self.tickets += 1;
        let (socket, open) = WebSocket::open(self.options.socket("speak", &self.query).ticket(self.tickets));
        self.socket = Some(socket);
        vec![Output::Net(open)]
    }

    /// Forgets the socket, and what was to come over it.
    fn disconnect(&mut self) -> Vec<Output> {
        (self.clearing, self.overtaken, self.is_open) = (None, 0, false);
        self.socket.take().map(|mut socket| net(socket.close())).unwrap_or_default()
    }

    fn send(&mut self, message: &serde_json::Value) -> Vec<Output> {
        self.socket.as_mut().map(|socket| net(socket.json(message))).unwrap_or_default()
    }
}

fn net(effects: Vec<Effect>) -> Vec<Output> {
    effects.into_iter().map(Output::Net).collect()
}

fn wake(ticket: Ticket, ms: u32) -> Output {
    Output::Net(Effect::Wake((ticket, ms)))
}

fn note(message: String) -> Output {
    Output::Note(Note::warn(message))
}

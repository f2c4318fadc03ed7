//! Speech-to-text: one socket for the call, opened with it. Deepgram tells stretches of speech as they are sure; they are
//! joined, and told as one final when the host asks for it (`Finalize`) or when Deepgram ends the turn itself.

mod heard;
mod message;
mod opening;
mod timeline;

use crate::{Options, failure};
use closare_plugin::network::{Effect, Event, Ticket};
use closare_plugin::socket::{Arrived, WebSocket};
use closare_plugin::speech_to_text::{Listening, Output, SpeechToText};
use closare_plugin::{AudioFormat, Encoding, Failure, Millis, Note, Opening, Unit, Usage};
use heard::{Heard, moment};
use message::{Message, Results};
use opening::{Pauses, keyterms};
use serde_json::json;
use std::collections::VecDeque;
use timeline::Timeline;

const SOCKET: Ticket = 1;
const KEEP_ALIVE: Ticket = 2;

/// Deepgram closes a socket that is silent for 10 s, and asks for a `KeepAlive` each 3 to 5 s.
const KEEP_ALIVE_MS: u32 = 4_000;

/// A `Finalize` needn't be answered where there is nothing to write; an answer takes some 100 ms. The host waits 2.5 s.
const FINALIZE_MS: u32 = 1_200;

/// A socket on which nothing came for so many finals leads nowhere.
const UNANSWERED_MAX: u32 = 2;

/// Interim results come about each second (/docs/using-interim-results). Where so much was sent since the last message, and
/// `Finalize` isn't answered either, that there is nothing to write is not why.
const UNTOLD_MAX: Millis = 2_000;

/// For so long more nothing is told then. A host that has another asks it within that and closes this one (the engine 2.5 s after the
/// flush); one that has none gets what was heard.
const WITHHELD_MS: u32 = 1_500;

/// A result that ends at most this long before the flush holds all of its speech: the flush comes after a pause.
const SLACK_MS: Millis = 100;

/// One call's ear.
pub struct Hearing {
    options: Options,
    format: AudioFormat,
    socket: WebSocket,
    is_open: bool,
    /// Failed or finished.
    is_over: bool,
    timeline: Timeline,
    what: Listening,
    pauses: Pauses,
    heard: Heard,
    /// Finals that were asked for, oldest first.
    owed: VecDeque<Owed>,
    /// The moment of the stream of the last final that was told without Deepgram's word that it is whole.
    unconfirmed: Option<Millis>,
    /// The moment of the stream of the last final that was asked for and told.
    flushed: Millis,
    last_sent: Millis,
    tickets: Ticket,
    /// Finals in a row that were given up without a word from Deepgram, which tells results of silence, too.
    unanswered: u32,
    /// What was sent by Deepgram's last message, or by the opening of the socket.
    told: Millis,
    /// The last final that was due and not told, since Deepgram may be dead: its word would be that nothing was said.
    withheld: Option<Ticket>,
}

struct Owed {
    /// Of the wake-up after which it isn't waited for.
    ticket: Ticket,
    /// What was sent by then.
    sent: Millis,
    /// The wake-up was asked for before the socket was open: Deepgram hadn't the whole time for its answer.
    is_early: bool,
}

impl SpeechToText for Hearing {
    fn open(start: Opening, format: AudioFormat, what: Listening) -> Result<(Hearing, Vec<Output>), Failure> {
        let options: Options = start.options()?;
        let pauses = Pauses::new(&options, &what);
        let query = opening::query(&options, &start, format, &what, pauses);
        let (socket, open) = WebSocket::open(options.socket("listen", &query).ticket(SOCKET));
        let hearing = Hearing {
            options,
            format,
            socket,
            is_open: false,
            is_over: false,
            timeline: Timeline::new(format),
            what,
            pauses,
            heard: Heard::default(),
            owed: VecDeque::new(),
            unconfirmed: None,
            flushed: 0,
            last_sent: start.at,
            tickets: KEEP_ALIVE,
            unanswered: 0,
            told: 0,
            withheld: None,
        };
        Ok((hearing, vec![Output::Net(open)]))
    }

    fn audio(&mut self, at: Millis, bytes: Vec<u8>) -> Vec<Output> {
        // An empty message would end the stream.
        if self.is_over || bytes.is_empty() {
            return Vec::new();
        }
        self.timeline.send(at, bytes.len());
        self.last_sent = at;
        net(self.socket.binary(bytes))
    }

    fn listen(&mut self, _at: Millis, what: Listening) -> Vec<Output> {
        let terms = keyterms(&what.hints);
        let is_new = terms != keyterms(&self.what.hints);
        self.what = what;
        // Language and pauses can't be changed on an open socket.
        if self.is_over || !is_new || !self.options.is_nova_3() || !self.options.is_global() {
            return Vec::new();
        }
        net(self.socket.json(&json!({ "type": "Configure", "keyterms": terms })))
    }

    fn flush(&mut self, at: Millis) -> Vec<Output> {
        if self.is_over {
            return Vec::new();
        }
        let sent = self.timeline.sent();
        if self.owed.is_empty() && sent == self.flushed {
            return vec![Output::Final(self.heard.tell(at))];
        }
        self.tickets += 1;
        self.owed.push_back(Owed { ticket: self.tickets, sent, is_early: !self.is_open });
        let mut outputs = net(self.socket.json(&json!({ "type": "Finalize" })));
        outputs.push(wake(self.tickets, FINALIZE_MS));
        outputs
    }

    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        if self.is_over {
            return Vec::new();
        }
        self.is_over = true;
        let mut outputs = net(self.socket.json(&json!({ "type": "CloseStream" })));
        outputs.extend(net(self.socket.close()));
        outputs.extend(self.used());
        outputs
    }

    fn network(&mut self, at: Millis, what: Event) -> Vec<Output> {
        if self.is_over {
            return Vec::new();
        }
        if let Event::Woke(ticket) = what {
            return if ticket == KEEP_ALIVE { self.keep_alive(at) } else { self.overdue(at, ticket) };
        }
        let mut outputs: Vec<Output> =
            failure::request_id(&what).map(Output::RequestId).into_iter().collect();
        outputs.extend(match self.socket.arrived(failure::with_reason(what)) {
            Arrived::Opened(waiting) => {
                self.is_open = true;
                self.last_sent = at;
                self.told = self.timeline.sent();
                net(waiting).into_iter().chain([wake(KEEP_ALIVE, KEEP_ALIVE_MS)]).collect()
            }
            Arrived::Text(text) => self.message(at, &text),
            Arrived::Closed { code, reason, .. } => self.fail(failure::closed(code, &reason)),
            Arrived::Failed(failure) => self.fail(failure),
            Arrived::Binary(_) | Arrived::Nothing => Vec::new(),
        });
        outputs
    }
}

impl Hearing {
    fn message(&mut self, at: Millis, text: &str) -> Vec<Output> {
        self.unanswered = 0;
        self.told = self.timeline.sent();
        let mut outputs = self.understood(at, text);
        // It lives: what wasn't answered by now won't be.
        if let Some(ticket) = self.withheld.take().filter(|_| !self.is_over) {
            outputs.extend(self.give_up(at, ticket));
        }
        outputs
    }

    fn understood(&mut self, at: Millis, text: &str) -> Vec<Output> {
        match serde_json::from_str(text) {
            Ok(Message::Results(results)) => self.results(at, &results),
            Ok(Message::UtteranceEnd) => self.turn_ended(at, self.pauses.utterance_end),
            Ok(Message::SpeechStarted { timestamp }) => {
                vec![Output::SpeechStarted(self.timeline.at(moment(timestamp)))]
            }
            // The stream goes on as it was.
            Ok(Message::ConfigureFailure(problem)) => vec![note(problem.says())],
            Ok(Message::Error(problem)) if problem.says().starts_with("KeytermsNotSupported") => {
                vec![note(problem.says())]
            }
            Ok(Message::Error(problem)) => {
                let mut outputs = net(self.socket.close());
                outputs.extend(self.fail(Failure::Broken(problem.says())));
                outputs
            }
            Ok(Message::Other) => Vec::new(),
            // The error would quote it, and it may hold the caller's words.
            Err(_) => vec![note("expected a message of /v1/listen, found another".to_owned())],
        }
    }

    fn results(&mut self, at: Millis, results: &Results) -> Vec<Output> {
        let has_words = self.heard.take(results, &self.timeline);
        if results.is_final || results.from_finalize {
            let outputs = self.settle(at, results);
            if !outputs.is_empty() {
                return outputs;
            }
        }
        if results.speech_final {
            let outputs = self.turn_ended(at, self.pauses.endpointing);
            if !outputs.is_empty() {
                return outputs;
            }
        }
        if has_words { vec![Output::Interim(self.heard.so_far(at))] } else { Vec::new() }
    }

    /// The finals that this result makes whole: those of audio that it reaches, and the oldest if it answers `Finalize`.
    fn settle(&mut self, at: Millis, results: &Results) -> Vec<Output> {
        let end = moment(results.start + results.duration);
        // The answer to a `Finalize` that isn't waited for any more says nothing of the next one.
        let is_late = self.unconfirmed.is_some_and(|sent| end <= sent + SLACK_MS);
        let mut outputs = Vec::new();
        while let Some(owed) = self.owed.front() {
            let is_confirmed = results.from_finalize && !is_late && outputs.is_empty();
            if !is_confirmed && end + SLACK_MS < owed.sent {
                break;
            }
            self.flushed = owed.sent;
            if !results.from_finalize {
                self.unconfirmed = Some(owed.sent);
            }
            self.owed.pop_front();
            outputs.push(Output::Final(self.heard.tell(at)));
        }
        outputs
    }

    /// Deepgram has noticed a pause of so many milliseconds. It ends the turn unless the step is more patient, or the host
    /// has noticed it first and waits for its final.
    fn turn_ended(&mut self, at: Millis, pause: u32) -> Vec<Output> {
        let is_long = self.what.end_after.is_none_or(|end_after| pause >= end_after);
        if !is_long || !self.owed.is_empty() || self.heard.is_empty() {
            return Vec::new();
        }
        // Deepgram gives no probability for it.
        vec![Output::Final(self.heard.tell(at)), Output::TurnEnded(1.0)]
    }

    /// A final is owed for too long: it is told with what there is, unless Deepgram says nothing of anything.
    fn overdue(&mut self, at: Millis, ticket: Ticket) -> Vec<Output> {
        let is_open = self.is_open;
        let Some(owed) = self.owed.iter_mut().find(|owed| owed.ticket == ticket) else { return Vec::new() };
        if std::mem::replace(&mut owed.is_early, !is_open) {
            return vec![wake(ticket, FINALIZE_MS)];
        }
        if self.withheld == Some(ticket) {
            self.withheld = None;
            return self.give_up(at, ticket);
        }
        self.unanswered += 1;
        if self.unanswered == UNANSWERED_MAX {
            let mut outputs = net(self.socket.close());
            outputs.extend(self.fail(Failure::Unavailable("it answers no more".to_owned())));
            return outputs;
        }
        if self.timeline.sent().saturating_sub(self.told) > UNTOLD_MAX {
            // The host knows whether another can hear the turn in its place.
            self.withheld = Some(ticket);
            return vec![wake(ticket, WITHHELD_MS)];
        }
        self.give_up(at, ticket)
    }

    /// Tells the finals up to this one with what there is.
    fn give_up(&mut self, at: Millis, ticket: Ticket) -> Vec<Output> {
        let Some(place) = self.owed.iter().position(|owed| owed.ticket == ticket) else { return Vec::new() };
        let mut outputs = Vec::new();
        for owed in self.owed.drain(..=place) {
            (self.unconfirmed, self.flushed) = (Some(owed.sent), owed.sent);
            outputs.push(Output::Final(self.heard.tell_all(at, owed.sent)));
        }
        outputs
    }

    fn keep_alive(&mut self, at: Millis) -> Vec<Output> {
        let quiet = u32::try_from(at.saturating_sub(self.last_sent)).unwrap_or(u32::MAX);
        if quiet < KEEP_ALIVE_MS {
            return vec![wake(KEEP_ALIVE, KEEP_ALIVE_MS - quiet)];
        }
        self.last_sent = at;
        let mut outputs = if self.timeline.sent() == 0 {
            // Without any audio a `KeepAlive` keeps nothing.
            let silence = silence(self.format);
            self.timeline.send(at, silence.len());
            net(self.socket.binary(silence))
        } else {
            net(self.socket.json(&json!({ "type": "KeepAlive" })))
        };
        outputs.push(wake(KEEP_ALIVE, KEEP_ALIVE_MS));
        outputs
    }

    fn fail(&mut self, failure: Failure) -> Vec<Output> {
        self.is_over = true;
        self.used().into_iter().chain([Output::Failed(failure)]).collect()
    }

    /// What was sent; nothing was if the socket never opened.
    fn used(&self) -> Option<Output> {
        let sent = self.timeline.sent();
        (self.is_open && sent > 0).then(|| Output::Used(Usage::new(Unit::AudioMs, sent)))
    }
}

/// 20 ms.
fn silence(format: AudioFormat) -> Vec<u8> {
    let zero = match format.encoding {
        Encoding::PcmS16le => 0,
        // ITU-T G.711.
        Encoding::Mulaw => 0xFF,
        Encoding::Alaw => 0xD5,
    };
    vec![zero; format.sample_rate as usize / 50 * format.bytes_per_sample()]
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

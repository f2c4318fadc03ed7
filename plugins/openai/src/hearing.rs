//! Speech-to-text: a turn of the caller is one request, sent when the host says that the caller has paused.

use crate::Options;
use crate::sound::{RATE, Turn, wav};
use closare_plugin::network::{self, Effect, Event, Head, Ticket};
use closare_plugin::speech_to_text::{Listening, Output, SpeechToText, Transcript};
use closare_plugin::{AudioFormat, Encoding, Failure, Millis, Opening, Unit, Usage};
use serde::Deserialize;
use std::collections::VecDeque;

/// A caller waits for this answer; in milliseconds.
const TIME_LIMIT_MS: u32 = 20_000;

/// A longer turn is sent in parts: 2 minutes are 3.8 MB, of 25 MB that the API takes and 32 MiB that a session has.
const TURN_MS_MAX: Millis = 120_000;

/// One caller's ear.
pub struct Hearing {
    options: Options,
    what: Listening,
    /// Makes the multipart boundary, which must not occur in the audio.
    seed: u64,
    turn: Turn,
    /// In the order that they were said in; told in that order, whichever comes back first.
    asked: VecDeque<Asked>,
    tickets: Ticket,
}

struct Asked {
    ticket: Ticket,
    starts: Millis,
    ends: Millis,
    head: Option<Head>,
    body: Vec<u8>,
    heard: Option<Transcript>,
}

impl SpeechToText for Hearing {
    fn open(start: Opening, format: AudioFormat, what: Listening) -> Result<(Hearing, Vec<Output>), Failure> {
        if format.encoding != Encoding::PcmS16le || format.sample_rate != RATE {
            let found = format!("{:?} at {} Hz", format.encoding, format.sample_rate);
            return Err(Failure::Unsupported(format!("expected pcm-s16le at {RATE} Hz, found {found}")));
        }
        let (turn, asked) = Default::default();
        let hearing = Hearing { options: start.options()?, what, seed: start.seed, turn, asked, tickets: 0 };
        Ok((hearing, Vec::new()))
    }

    fn audio(&mut self, at: Millis, bytes: Vec<u8>) -> Vec<Output> {
        self.turn.hear(at, &bytes);
        if self.turn.length() < TURN_MS_MAX { Vec::new() } else { self.flush(at) }
    }

    fn listen(&mut self, _at: Millis, what: Listening) -> Vec<Output> {
        self.what = what;
        Vec::new()
    }

    fn flush(&mut self, at: Millis) -> Vec<Output> {
        self.tickets += 1;
        let ticket = self.tickets;
        let length = self.turn.length();
        let one = |starts, ends, heard| Asked { ticket, starts, ends, head: None, body: Vec::new(), heard };
        match self.turn.take() {
            Some((starts, samples)) => {
                self.asked.push_back(one(starts, starts + length, None));
                vec![self.ask(ticket, &samples), used(Unit::AudioMs, length), used(Unit::Requests, 1)]
            }
            None => {
                let nothing = Transcript { confidence: Some(0.0), ..Transcript::new("", at, at) };
                self.asked.push_back(one(at, at, Some(nothing)));
                self.tell()
            }
        }
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        let ticket = what.ticket();
        let Some(asked) = self.asked.iter_mut().find(|one| one.ticket == ticket) else { return Vec::new() };
        match what {
            Event::Answered(head) => {
                let id = head.header("x-request-id").map(|id| Output::RequestId(id.to_owned()));
                asked.head = Some(head);
                id.into_iter().collect()
            }
            Event::Chunk((_, bytes)) => {
                asked.body.extend(bytes);
                Vec::new()
            }
            Event::Ended(_) => match asked.transcript() {
                Ok(transcript) => {
                    asked.heard = Some(transcript);
                    self.tell()
                }
                Err(failure) => vec![Output::Failed(failure)],
            },
            Event::Failed((_, trouble)) => vec![Output::Failed(network::trouble(trouble))],
            _ => Vec::new(),
        }
    }
}

impl Hearing {
    fn ask(&self, ticket: Ticket, samples: &[u8]) -> Output {
        let boundary = format!("closare-{:016x}-{ticket}", self.seed);
        let request = self.options.post("audio/transcriptions").ticket(ticket);
        let request =
            request.body(&format!("multipart/form-data; boundary={boundary}"), self.form(&boundary, samples));
        // A transcription changes nothing at the vendor's.
        Output::Net(Effect::Ask(request.time_limit(TIME_LIMIT_MS).repeatable()))
    }

    /// `multipart/form-data` (RFC 7578).
    fn form(&self, boundary: &str, samples: &[u8]) -> Vec<u8> {
        let mut fields =
            vec![("model", self.options.stt_model.clone()), ("response_format", "json".to_owned())];
        // Two languages or none: the model finds out.
        if let [language] = self.what.languages.as_slice() {
            fields.push(("language", language.split('-').next().unwrap_or(language).to_owned()));
        }
        if !self.what.hints.is_empty() {
            fields.push(("prompt", self.what.hints.join(", ")));
        }
        let mut form = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            form.extend_from_slice(part.as_bytes());
        }
        let file =
            "Content-Disposition: form-data; name=\"file\"; filename=\"turn.wav\"\r\nContent-Type: audio/wav";
        form.extend_from_slice(format!("--{boundary}\r\n{file}\r\n\r\n").as_bytes());
        form.extend_from_slice(&wav(samples));
        form.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        form
    }

    /// The finals that are known, up to the first that isn't.
    fn tell(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(heard) = self.asked.front_mut().and_then(|first| first.heard.take()) {
            self.asked.pop_front();
            outputs.push(Output::Final(heard));
        }
        outputs
    }
}

impl Asked {
    fn transcript(&self) -> Result<Transcript, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            text: String,
        }
        match &self.head {
            Some(head) if !head.is_success() => Err(network::failure(head, &self.body)),
            Some(_) | None => {
                let answer: Answer = serde_json::from_slice(&self.body)
                    .map_err(|error| Failure::Broken(format!("expected a transcription: {error}")))?;
                Ok(Transcript::new(answer.text.trim(), self.starts, self.ends))
            }
        }
    }
}

fn used(unit: Unit, amount: u64) -> Output {
    Output::Used(Usage::new(unit, amount))
}

//! Text-to-speech: a clause is one request, its audio is told as it comes. The next clause is asked for while one is
//! still coming, so that there is no gap between them.

use crate::Options;
use closare_plugin::network::{self, Effect, Event, Head, Ticket};
use closare_plugin::text_to_speech::{Output, TextToSpeech, Utterance};
use closare_plugin::{AudioFormat, Failure, Millis, Opening, Said, Unit, Usage};
use serde_json::json;
use std::collections::VecDeque;

/// For a clause, in milliseconds; its stream may be read as slowly as it is spoken.
const TIME_LIMIT_MS: u32 = 120_000;

/// The clause that is told, and the one after it.
const ASKED_MAX: usize = 2;

/// One call's voice.
pub struct Speaking {
    options: Options,
    voice: String,
    /// In the order in which they are spoken. The first one's audio is told, the others' is kept.
    clauses: VecDeque<Clause>,
    tickets: Ticket,
}

struct Clause {
    utterance: Utterance,
    what: Said,
    /// Whether the utterance is done with it.
    last: bool,
    ticket: Option<Ticket>,
    head: Option<Head>,
    /// Audio that isn't told yet, or what a refusal says.
    bytes: Vec<u8>,
    ended: bool,
}

impl TextToSpeech for Speaking {
    fn open(
        start: Opening,
        _wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Speaking, AudioFormat, Vec<Output>), Failure> {
        let options: Options = start.options()?;
        let format = AudioFormat::pcm(options.speech_rate);
        let voice = voice.unwrap_or_else(|| options.voice.clone());
        Ok((Speaking { options, voice, clauses: VecDeque::new(), tickets: 0 }, format, Vec::new()))
    }

    fn say(&mut self, _at: Millis, utterance: Utterance, what: Said, last: bool) -> Vec<Output> {
        // Without a word in it there is nothing to ask for; it may hold a pause, or the end.
        let ended = !what.text.chars().any(char::is_alphanumeric);
        let (ticket, head, bytes) = Default::default();
        self.clauses.push_back(Clause { utterance, what, last, ticket, head, bytes, ended });
        self.go_on()
    }

    fn cancel(&mut self, _at: Millis, utterance: Utterance) -> Vec<Output> {
        let (gone, kept) =
            self.clauses.drain(..).partition::<Vec<_>, _>(|clause| clause.utterance == utterance);
        self.clauses = kept.into();
        let open = gone.into_iter().filter(|clause| !clause.ended).filter_map(|clause| clause.ticket);
        let mut outputs: Vec<_> = open.map(|ticket| Output::Net(Effect::Close((ticket, 0)))).collect();
        outputs.extend(self.go_on());
        outputs
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        let ticket = Some(what.ticket());
        let Some(clause) = self.clauses.iter_mut().find(|clause| clause.ticket == ticket) else {
            return Vec::new();
        };
        match what {
            Event::Answered(head) => {
                let id = head.header("x-request-id").map(|id| Output::RequestId(id.to_owned()));
                clause.head = Some(head);
                id.into_iter().collect()
            }
            Event::Chunk((_, bytes)) => {
                clause.bytes.extend(bytes);
                self.go_on()
            }
            Event::Ended(_) => {
                clause.ended = true;
                match clause.refusal() {
                    Some(failure) => self.fail(failure),
                    None => self.go_on(),
                }
            }
            Event::Failed((_, trouble)) => {
                clause.ended = true;
                self.fail(network::trouble(trouble))
            }
            _ => Vec::new(),
        }
    }
}

impl Speaking {
    /// Tells what there is of the first clause, goes to the next when it has ended, and asks for what is due.
    fn go_on(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(first) = self.clauses.front_mut() {
            outputs.extend(first.audio(self.options.speech_rate));
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
            let body = json!({
                "model": self.options.tts_model,
                "voice": self.voice,
                "input": clause.what.text.trim(),
                "response_format": "pcm",
                "speed": clause.what.pace.unwrap_or(1.0).clamp(0.25, 4.0),
            });
            let request = self.options.post("audio/speech").ticket(self.tickets).json(&body);
            outputs.push(Output::Net(Effect::Ask(request.time_limit(TIME_LIMIT_MS).repeatable())));
            outputs.push(Output::Used(Usage::new(
                Unit::Characters,
                clause.what.text.trim().chars().count() as u64,
            )));
            outputs.push(Output::Used(Usage::new(Unit::Requests, 1)));
        }
        outputs
    }

    /// The failed clause's utterance is over; what was asked for it besides is closed.
    fn fail(&mut self, failure: Failure) -> Vec<Output> {
        let failed = self.clauses.iter().find(|clause| clause.ended && clause.ticket.is_some());
        let Some(utterance) = failed.map(|clause| clause.utterance) else { return Vec::new() };
        let mut outputs = vec![Output::Failed((Some(utterance), failure))];
        outputs.extend(self.cancel(0, utterance));
        outputs
    }
}

impl Clause {
    fn refusal(&self) -> Option<Failure> {
        let refused = self.head.as_ref().filter(|head| !head.is_success())?;
        Some(network::failure(refused, &self.bytes))
    }

    /// The whole samples that came, and after the last of them the pause.
    fn audio(&mut self, rate: u32) -> Option<Output> {
        if self.head.as_ref().is_some_and(|head| !head.is_success()) {
            return None;
        }
        let rest = self.bytes.split_off(self.bytes.len() / 2 * 2);
        let mut audio = std::mem::replace(&mut self.bytes, rest);
        if self.ended {
            let pause = u64::from(rate) * u64::from(self.what.pause_after) / 1000 * 2;
            audio.resize(audio.len() + usize::try_from(pause).unwrap_or(0), 0);
        }
        (!audio.is_empty()).then_some(Output::Audio((self.utterance, audio)))
    }
}

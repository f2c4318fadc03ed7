//! Hears a final at each flush: how many bytes came, for which hint.

use closare_plugin::network::{Effect, Event, Request, failure, trouble};
use closare_plugin::speech_to_text::{Listening, Output, Transcript};
use closare_plugin::{AudioFormat, Failure, Note, Opening, SpeechToText, Unit, Usage};
use serde::Deserialize;

#[derive(Deserialize)]
struct Options {
    greeting: String,
    /// Asked at the beginning, where it is set.
    #[serde(default)]
    ask: Option<String>,
}

pub struct Ear {
    bytes: usize,
    heard_ms: u64,
    began: u64,
    format: AudioFormat,
    hints: Vec<String>,
}

impl SpeechToText for Ear {
    fn open(start: Opening, format: AudioFormat, what: Listening) -> Result<(Ear, Vec<Output>), Failure> {
        let options: Options = start.options()?;
        let mut outputs = vec![Output::Note(Note::info(format!("{} {}", options.greeting, start.seed)))];
        if let Some(url) = options.ask {
            let request = Request::get(url)
                .ticket(7)
                .header("x-key", "{{secret:KEY}}")
                .credential("key")
                .time_limit(900);
            outputs.push(Output::Net(Effect::Ask(request)));
        }
        Ok((Ear { bytes: 0, heard_ms: 0, began: start.at, format, hints: what.hints }, outputs))
    }

    fn audio(&mut self, at: u64, bytes: Vec<u8>) -> Vec<Output> {
        let first = self.bytes == 0;
        self.bytes += bytes.len();
        self.heard_ms += self.format.millis(bytes.len());
        if first {
            self.began = at;
            return vec![Output::SpeechStarted(at)];
        }
        Vec::new()
    }

    fn listen(&mut self, _at: u64, what: Listening) -> Vec<Output> {
        self.hints = what.hints;
        Vec::new()
    }

    fn flush(&mut self, at: u64) -> Vec<Output> {
        let text = format!("{} bytes, hints {}", self.bytes, self.hints.join("+"));
        self.bytes = 0;
        vec![Output::Final(Transcript::new(text, self.began, at)), Output::TurnEnded(1.0)]
    }

    fn finish(&mut self, _at: u64) -> Vec<Output> {
        vec![Output::Used(Usage::new(Unit::AudioMs, self.heard_ms))]
    }

    fn network(&mut self, at: u64, what: Event) -> Vec<Output> {
        match what {
            Event::Answered(head) if !head.is_success() => vec![Output::Failed(failure(&head, b""))],
            Event::Failed((_, why)) => vec![Output::Failed(trouble(why))],
            Event::Chunk((_, bytes)) => {
                vec![Output::Interim(Transcript::new(String::from_utf8_lossy(&bytes), self.began, at))]
            }
            Event::Ended((ticket, _)) => vec![Output::RequestId(format!("ticket-{ticket}"))],
            _ => Vec::new(),
        }
    }
}

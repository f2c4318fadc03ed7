//! Attacks the engine in a real call, in the way that its option names, and never answers then. As speech-to-text it hears nothing.

mod net;
mod sandbox;

use closare_plugin::language_model::{Ending, Invocation, Job, Output, Task};
use closare_plugin::network::Event;
use closare_plugin::speech_to_text::{Listening, Output as Heard};
use closare_plugin::{AudioFormat, Failure, LanguageModel, Opening, SpeechToText};
use serde::Deserialize;

closare_plugin::export_language_model!(Mind);
closare_plugin::export_speech_to_text!(Ear);

#[derive(Deserialize)]
struct Options {
    does: String,
    #[serde(default)]
    home: String,
    #[serde(default)]
    other: String,
    #[serde(default)]
    inside: String,
}

struct Mind {
    options: Options,
}

impl LanguageModel for Mind {
    fn open(start: Opening) -> Result<(Mind, Vec<Output>), Failure> {
        Ok((Mind { options: start.options()? }, Vec::new()))
    }

    fn start(&mut self, _at: u64, job: Job, what: Task) -> Vec<Output> {
        match self.options.does.as_str() {
            "leave" => leave(job, &what),
            "trap" => panic!("asked to"),
            "loop" => sandbox::forever(),
            "recursion" => sandbox::recursion(),
            "memory" => sandbox::memory(),
            "outputs" => sandbox::outputs(job),
            "giant" => sandbox::giant(job),
            "freight" => net::freight(&self.options.home),
            "notes" => sandbox::notes(1_000),
            "notes on and on" => net::wakes(),
            "closed" => net::closed(&self.options.home),
            "undeclared" => net::ask("https://elsewhere.example/"),
            "private" => net::ask(&self.options.inside),
            "redirect" => net::redirect(&self.options.home),
            "secret" => net::secret(&self.options.home),
            other => vec![Output::Failed((None, Failure::Unsupported(other.to_owned())))],
        }
    }

    fn cancel(&mut self, _at: u64, job: Job) -> Vec<Output> {
        vec![Output::Done((job, Ending::Cut))]
    }

    fn network(&mut self, _at: u64, what: Event) -> Vec<Output> {
        net::told(&self.options, &what)
    }
}

/// By the first exit that the workflow offers.
fn leave(job: Job, task: &Task) -> Vec<Output> {
    let Task::Chat(chat) = task else { return vec![Output::Done((job, Ending::Complete))] };
    let call =
        |name: &str| Invocation { id: "1".to_owned(), name: name.to_owned(), arguments: "{}".to_owned() };
    let mut outputs: Vec<Output> =
        chat.tools.iter().take(1).map(|tool| Output::Invoke((job, call(&tool.name)))).collect();
    outputs.push(Output::Done((job, Ending::Tools)));
    outputs
}

struct Ear;

impl SpeechToText for Ear {
    fn open(_start: Opening, _format: AudioFormat, _what: Listening) -> Result<(Ear, Vec<Heard>), Failure> {
        Ok((Ear, Vec::new()))
    }

    fn audio(&mut self, _at: u64, _bytes: Vec<u8>) -> Vec<Heard> {
        Vec::new()
    }

    fn flush(&mut self, _at: u64) -> Vec<Heard> {
        Vec::new()
    }
}

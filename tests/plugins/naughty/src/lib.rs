//! Breaks a limit when it is asked to, and counts its sessions otherwise.

use closare_plugin::language_model::{Ending, Job, Output, Part, Task};
use closare_plugin::network::Effect;
use closare_plugin::speech_to_text::{Listening, Output as Heard, Transcript};
use closare_plugin::{AudioFormat, Failure, LanguageModel, Note, Opening, SpeechToText};
use std::sync::atomic::{AtomicU32, Ordering};

closare_plugin::export_language_model!(Mind);
closare_plugin::export_speech_to_text!(Ear);

/// Of this instance.
static SESSIONS: AtomicU32 = AtomicU32::new(0);

struct Mind {
    number: u32,
    kept: Vec<Vec<u8>>,
}

impl LanguageModel for Mind {
    fn open(start: Opening) -> Result<(Mind, Vec<Output>), Failure> {
        if start.languages.iter().any(|language| language == "xx") {
            return Err(Failure::Unsupported("language `xx`".to_owned()));
        }
        Ok((Mind { number: SESSIONS.fetch_add(1, Ordering::Relaxed), kept: Vec::new() }, Vec::new()))
    }

    fn start(&mut self, _at: u64, job: Job, what: Task) -> Vec<Output> {
        match last_words(&what).as_str() {
            "trap" => panic!("asked to"),
            "loop" => forever(),
            "eat" => loop {
                self.kept.push(vec![1; 1 << 20]);
            },
            "deep" => vec![Output::Token((job, deeper(1).to_string()))],
            "giant" => vec![Output::Token((job, "A".repeat(1 << 20)))],
            "freight" => vec![net_of(vec![1; 20 << 20])],
            "notes" => vec![Output::Note(Note::warn("asked to")); 33],
            "flood" => (0..33).map(|number| Output::Token((job, number.to_string()))).collect(),
            "brim" => (0..32).map(|number| Output::Token((job, number.to_string()))).collect(),
            "fail" => vec![Output::Failed((None, Failure::Broken("asked to".to_owned())))],
            "work" => {
                let tired = work(150_000_000);
                vec![
                    Output::Token((job, format!("tired {}", tired != 1))),
                    Output::Done((job, Ending::Complete)),
                ]
            }
            words => {
                let text = format!("{words} from session {}", self.number);
                vec![Output::Token((job, text)), Output::Done((job, Ending::Complete))]
            }
        }
    }

    fn cancel(&mut self, _at: u64, job: Job) -> Vec<Output> {
        vec![Output::Done((job, Ending::Cut))]
    }
}

impl Drop for Mind {
    fn drop(&mut self) {
        SESSIONS.fetch_sub(1, Ordering::Relaxed);
    }
}

fn last_words(task: &Task) -> String {
    let Task::Chat(chat) = task else { return String::new() };
    match chat.messages.last().and_then(|message| message.parts.last()) {
        Some(Part::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

fn forever() -> Vec<Output> {
    let mut number = 1u32;
    loop {
        number = std::hint::black_box(number.wrapping_mul(3));
    }
}

/// Its frames are on the host's stack alone.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let below = if std::hint::black_box(depth) == 0 { depth } else { deeper(depth + 1) };
    below.wrapping_add(std::hint::black_box(depth))
}

fn net_of(bytes: Vec<u8>) -> Output {
    Output::Net(Effect::Binary((1, bytes)))
}

/// A while of the processor.
fn work(rounds: u32) -> u32 {
    (0..rounds).fold(0, |sum, round| std::hint::black_box(sum ^ round))
}

struct Ear;

impl SpeechToText for Ear {
    fn open(_start: Opening, _format: AudioFormat, what: Listening) -> Result<(Ear, Vec<Heard>), Failure> {
        match what.hints.first().map(String::as_str) {
            Some("trap") => panic!("asked to"),
            Some("flood") => Ok((Ear, vec![Heard::TurnResumed; 1_000])),
            _ => Ok((Ear, Vec::new())),
        }
    }

    fn audio(&mut self, at: u64, bytes: Vec<u8>) -> Vec<Heard> {
        vec![Heard::Interim(Transcript::new(bytes.len().to_string(), at, at))]
    }

    fn flush(&mut self, _at: u64) -> Vec<Heard> {
        Vec::new()
    }
}

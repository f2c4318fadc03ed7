//! The text of one stream, as it grows, and when it is spoken.

use super::voice::Voice;
use serde_json::Value;

/// Characters that are waited for before each generation (`generation_config.chunk_length_schedule`).
const SCHEDULE: [usize; 4] = [120, 160, 250, 290];

#[derive(Debug)]
pub struct Context {
    text: String,
    schedule: Vec<usize>,
    generations: usize,
}

impl Context {
    /// By the message that opens it.
    pub fn new(first: &Value) -> Context {
        let given = first.pointer("/generation_config/chunk_length_schedule").and_then(Value::as_array);
        let given: Vec<usize> =
            given.into_iter().flatten().filter_map(Value::as_u64).map(|n| n as usize).collect();
        let schedule = if given.is_empty() { SCHEDULE.to_vec() } else { given };
        Context { text: String::new(), schedule, generations: 0 }
    }

    /// Takes a message's text; gives what is to be spoken now.
    pub fn add(&mut self, voice: &Voice, message: &Value) -> String {
        self.text.push_str(message["text"].as_str().unwrap_or_default());
        let flush = message["flush"] == true;
        // Asks for speech where there is enough for a first phrase.
        let tried = message["try_trigger_generation"] == true && self.text.len() >= 50;
        let due = self.schedule[self.generations.min(self.schedule.len() - 1)];
        if flush || tried || voice.auto_mode || self.text.len() >= due { self.take() } else { String::new() }
    }

    /// The rest.
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return String::new();
        }
        self.generations += 1;
        text
    }
}

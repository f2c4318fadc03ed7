//! What the vendors hear and answer, and how fast.

use crate::Api;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a language model answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Cut into a token a word.
    pub text: String,
    pub tools: Vec<ToolUse>,
    pub ending: Ending,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ToolUse {
    pub name: String,
    pub arguments: Value,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Its turn is over, or it waits for a tool where it uses one.
    #[default]
    Complete,
    /// The limit of tokens was reached.
    Cut,
    Refused,
}

impl Answer {
    pub fn text(text: &str) -> Answer {
        Answer { text: text.to_owned(), ..Answer::default() }
    }

    pub fn tool(name: &str, arguments: Value) -> Answer {
        Answer { tools: vec![ToolUse { name: name.to_owned(), arguments }], ..Answer::default() }
    }

    /// A word each, with the space before it.
    pub fn tokens(&self) -> Vec<String> {
        let mut tokens: Vec<String> = Vec::new();
        for piece in self.text.split_inclusive(' ') {
            match tokens.last_mut() {
                Some(last) if last.ends_with(' ') => {
                    last.pop();
                    tokens.push(format!(" {piece}"));
                }
                _ => tokens.push(piece.to_owned()),
            }
        }
        tokens
    }
}

/// How long a vendor takes: none, where a test says nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// To the first piece of an answer; for a transcript, from the end of speech to its final.
    pub first: Duration,
    /// From piece to piece: tokens, or chunks of audio of up to 300 ms.
    pub each: Duration,
}

/// Shared by all vendors, and by all clones.
#[derive(Clone, Debug, Default)]
pub struct Script {
    lines: Arc<Mutex<Lines>>,
}

#[derive(Debug)]
struct Lines {
    heard: VecDeque<String>,
    heard_else: String,
    answers: VecDeque<Answer>,
    answer_else: Answer,
    paces: HashMap<Api, Pace>,
    idle: Duration,
}

impl Default for Lines {
    fn default() -> Lines {
        Lines {
            heard: VecDeque::new(),
            heard_else: "Hello.".to_owned(),
            answers: VecDeque::new(),
            answer_else: Answer::text("How can I help you?"),
            paces: HashMap::new(),
            idle: Duration::from_secs(10),
        }
    }
}

impl Script {
    /// The next stretch of speech, or the next file, has these words.
    pub fn hear(&self, text: &str) {
        self.lock().heard.push_back(text.to_owned());
    }

    /// So has all for which nothing else was said.
    pub fn hear_always(&self, text: &str) {
        self.lock().heard_else = text.to_owned();
    }

    /// The next request to a model is answered so.
    pub fn answer(&self, answer: Answer) {
        self.lock().answers.push_back(answer);
    }

    /// So is every one for which nothing else was said.
    pub fn answer_always(&self, answer: Answer) {
        self.lock().answer_else = answer;
    }

    pub fn pace(&self, api: Api, pace: Pace) {
        self.lock().paces.insert(api, pace);
    }

    /// After how long without audio or `KeepAlive` Deepgram hangs up; 10 s is its own.
    pub fn idle(&self, idle: Duration) {
        self.lock().idle = idle;
    }

    pub(crate) fn next_heard(&self) -> String {
        let mut lines = self.lock();
        lines.heard.pop_front().unwrap_or_else(|| lines.heard_else.clone())
    }

    pub(crate) fn next_answer(&self) -> Answer {
        let mut lines = self.lock();
        lines.answers.pop_front().unwrap_or_else(|| lines.answer_else.clone())
    }

    pub(crate) fn pace_of(&self, api: Api) -> Pace {
        self.lock().paces.get(&api).copied().unwrap_or_default()
    }

    pub(crate) fn idle_max(&self) -> Duration {
        self.lock().idle
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What the engine hands to a plugin, for each role.

use super::Error;
use super::task::{Chatting, Extracting, Summarizing};
use closare_host::words::{Listening, Said, Task};
use closare_host::{Input, LlmInput, SttInput, ToolInput, TtsInput};
use closare_terms::{Language, Millis};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Given {
    // A language model's.
    Chat(Chatting),
    Extract(Extracting),
    Summarize(Summarizing),
    CancelJob(u32),
    // A voice's.
    Say(Saying),
    CancelUtterance(u32),
    // An ear's.
    /// The sound's part from and up to these milliseconds.
    Audio(Part),
    Listen(Listening),
    Flush,
    // A tool's.
    Invoke {
        id: String,
        name: String,
        arguments: Value,
    },
    CancelInvocation(String),
    // Everyone's.
    /// The call is over.
    Finish,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub from: u64,
    pub to: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    #[serde(default = "first")]
    pub utterance: u32,
    pub text: String,
    /// Whether it closes the utterance.
    #[serde(default = "yes")]
    pub last: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<f32>,
    #[serde(default, skip_serializing_if = "nothing")]
    pub pause_after: Millis,
}

/// A caller's only words, to a language model.
pub fn chat(words: &str) -> Given {
    Given::Chat(Chatting::saying(words))
}

/// A whole utterance of a voice.
pub fn say(text: &str) -> Given {
    Given::Say(Saying::whole(text))
}

pub fn invoke(name: &str, arguments: Value) -> Given {
    Given::Invoke { id: "1".to_owned(), name: name.to_owned(), arguments }
}

fn first() -> u32 {
    1
}

fn yes() -> bool {
    true
}

fn nothing(pause: &Millis) -> bool {
    *pause == Millis::ZERO
}

impl Saying {
    fn whole(text: &str) -> Saying {
        Saying {
            utterance: first(),
            text: text.to_owned(),
            last: true,
            language: None,
            pace: None,
            pause_after: Millis::ZERO,
        }
    }
}

impl Given {
    pub fn name(&self) -> &'static str {
        match self {
            Given::Chat(_) => "chat",
            Given::Extract(_) => "extract",
            Given::Summarize(_) => "summarize",
            Given::CancelJob(_) => "cancel_job",
            Given::Say(_) => "say",
            Given::CancelUtterance(_) => "cancel_utterance",
            Given::Audio(_) => "audio",
            Given::Listen(_) => "listen",
            Given::Flush => "flush",
            Given::Invoke { .. } => "invoke",
            Given::CancelInvocation(_) => "cancel_invocation",
            Given::Finish => "finish",
        }
    }

    fn misfit<I: Input>(&self) -> Error {
        Error::Misfit { role: I::ROLE, found: self.name() }
    }
}

/// As a role's session takes it, at this time. `samples` gives the sound's part.
pub(super) trait Take: Input {
    fn take(
        given: &Given,
        at: Millis,
        samples: impl Fn(Part) -> Result<Vec<u8>, Error>,
    ) -> Result<Self, Error>;
}

impl Take for LlmInput {
    fn take(
        given: &Given,
        at: Millis,
        _: impl Fn(Part) -> Result<Vec<u8>, Error>,
    ) -> Result<LlmInput, Error> {
        Ok(match given {
            Given::Chat(chat) => LlmInput::Start { at, job: chat.job, task: Task::from(chat) },
            Given::Extract(what) => LlmInput::Start { at, job: what.job, task: Task::from(what) },
            Given::Summarize(what) => LlmInput::Start { at, job: what.job, task: Task::from(what) },
            Given::CancelJob(job) => LlmInput::Cancel { at, job: *job },
            Given::Finish => LlmInput::Finish { at },
            other => return Err(other.misfit::<LlmInput>()),
        })
    }
}

impl Take for TtsInput {
    fn take(
        given: &Given,
        at: Millis,
        _: impl Fn(Part) -> Result<Vec<u8>, Error>,
    ) -> Result<TtsInput, Error> {
        Ok(match given {
            Given::Say(say) => {
                let said = Said {
                    text: say.text.clone(),
                    language: say.language.clone(),
                    pace: say.pace,
                    pause_after: say.pause_after,
                };
                TtsInput::Say { at, utterance: say.utterance, said, last: say.last }
            }
            Given::CancelUtterance(utterance) => TtsInput::Cancel { at, utterance: *utterance },
            Given::Finish => TtsInput::Finish { at },
            other => return Err(other.misfit::<TtsInput>()),
        })
    }
}

impl Take for SttInput {
    fn take(
        given: &Given,
        at: Millis,
        samples: impl Fn(Part) -> Result<Vec<u8>, Error>,
    ) -> Result<SttInput, Error> {
        Ok(match given {
            Given::Audio(part) => SttInput::Audio { at, bytes: samples(*part)? },
            Given::Listen(what) => SttInput::Listen { at, what: what.clone() },
            Given::Flush => SttInput::Flush { at },
            Given::Finish => SttInput::Finish { at },
            other => return Err(other.misfit::<SttInput>()),
        })
    }
}

impl Take for ToolInput {
    fn take(
        given: &Given,
        at: Millis,
        _: impl Fn(Part) -> Result<Vec<u8>, Error>,
    ) -> Result<ToolInput, Error> {
        Ok(match given {
            Given::Invoke { id, name, arguments } => {
                ToolInput::Invoke { at, id: id.clone(), name: name.clone(), arguments: arguments.to_string() }
            }
            Given::CancelInvocation(id) => ToolInput::Cancel { at, id: id.clone() },
            Given::Finish => ToolInput::Finish { at },
            other => return Err(other.misfit::<ToolInput>()),
        })
    }
}

/// Listens for this language, without hints.
pub(super) fn listening(languages: &[Language]) -> Listening {
    Listening { languages: languages.to_vec(), hints: Vec::new(), end_after: None }
}

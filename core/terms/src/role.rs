use serde::{Deserialize, Serialize};
use std::fmt;

/// What a plugin can be in a call. The names are those of the contract in `sdk/wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    SpeechToText,
    TextToSpeech,
    LanguageModel,
    Tool,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::SpeechToText, Role::TextToSpeech, Role::LanguageModel, Role::Tool];

    pub const fn as_str(self) -> &'static str {
        match self {
            Role::SpeechToText => "speech-to-text",
            Role::TextToSpeech => "text-to-speech",
            Role::LanguageModel => "language-model",
            Role::Tool => "tool",
        }
    }

    /// The key below `use` in a workflow; a tool has none.
    pub const fn key(self) -> Option<&'static str> {
        match self {
            Role::SpeechToText => Some("stt"),
            Role::TextToSpeech => Some("tts"),
            Role::LanguageModel => Some("llm"),
            Role::Tool => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

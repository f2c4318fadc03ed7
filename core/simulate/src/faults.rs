//! What goes wrong on purpose: `{llm: {times_out: always}, tts: {fails: 2, plugin: openai}}`.

use closare_terms::Role;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    pub stt: Option<Fault>,
    pub llm: Option<Fault>,
    pub tts: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "RawFault")]
pub struct Fault {
    pub how: How,
    pub often: Often,
    /// Only this plugin of the chain; else all of them.
    pub plugin: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The session says that it can't, or is over.
    Fails,
    /// Nothing comes, ever.
    TimesOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Often {
    Always,
    /// The first so many times that it is asked for anything.
    First(u32),
}

impl Faults {
    pub fn of(&self, role: Role) -> Option<&Fault> {
        match role {
            Role::SpeechToText => self.stt.as_ref(),
            Role::TextToSpeech => self.tts.as_ref(),
            Role::LanguageModel | Role::Tool => self.llm.as_ref(),
        }
    }
}

impl Fault {
    pub fn always(how: How) -> Fault {
        Fault { how, often: Often::Always, plugin: None }
    }

    pub fn of_plugin(self, plugin: &str) -> Fault {
        Fault { plugin: Some(plugin.to_owned()), ..self }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFault {
    fails: Option<Often>,
    times_out: Option<Often>,
    plugin: Option<String>,
}

impl TryFrom<RawFault> for Fault {
    type Error = String;
    fn try_from(raw: RawFault) -> Result<Fault, String> {
        let (how, often) = match (raw.fails, raw.times_out) {
            (Some(often), None) => (How::Fails, often),
            (None, Some(often)) => (How::TimesOut, often),
            (None, None) => return Err("expected `fails` or `times_out`, found neither".to_owned()),
            (Some(_), Some(_)) => return Err("expected `fails` or `times_out`, found both".to_owned()),
        };
        Ok(Fault { how, often, plugin: raw.plugin })
    }
}

impl<'de> Deserialize<'de> for Often {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Often, D::Error> {
        let text = String::deserialize(deserializer)?;
        match (text.as_str(), text.parse()) {
            ("always", _) => Ok(Often::Always),
            (_, Ok(times)) => Ok(Often::First(times)),
            _ => Err(D::Error::custom(format!("expected `always` or how many times, found `{text}`"))),
        }
    }
}

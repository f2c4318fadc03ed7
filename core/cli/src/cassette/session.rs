//! A plugin's session of any role, called in place: the host's instance with its limits, and no thread.

use super::given::Given;
use super::given::{Take, listening};
use super::sound::Sound;
use super::told::Out;
use super::{Cassette, Error};
use closare_host::words::{AudioFormat, Opening};
use closare_host::{LlmInput, Plugin, SessionError, SttInput, SyncSession, ToolInput, TtsInput};
use closare_terms::network::NetEvent;
use closare_terms::{Millis, Role};
use serde_json::{Value, json};
use std::path::Path;

/// What is handed in.
pub enum Put {
    Given(Given),
    Came(NetEvent),
}

pub trait Session {
    /// # Errors
    /// What was handed in doesn't fit the role. What the plugin does wrong is among the outputs.
    fn put(&mut self, at: Millis, what: Put) -> Result<Vec<Out>, Error>;
}

struct Of<I: Take, O> {
    session: SyncSession<I>,
    came: fn(Millis, NetEvent) -> I,
    out: fn(O) -> Out,
    sound: Sound,
}

/// Opens what a cassette is for.
///
/// # Errors
/// Its options don't fit the manifest, or its sound can't be read. A plugin that refuses to open is among the outputs, and
/// there is no session.
pub fn open(
    plugin: &Plugin,
    cassette: &Cassette,
    folder: &Path,
) -> Result<(Option<Box<dyn Session>>, Vec<Out>), Error> {
    let opening = Opening {
        at: Millis::ZERO,
        wall: cassette.wall,
        seed: cassette.seed,
        options: plugin.options_checked(&Value::Object(cassette.options.clone()))?,
        languages: cassette.languages.clone(),
    };
    let sound = match &cassette.sound {
        Some(name) => Sound::read(&folder.join(name))?,
        None => Sound::none(),
    };
    Ok(match cassette.role {
        Role::LanguageModel => {
            let opened = plugin.llm_sync(opening).map(|(session, _, outputs)| (session, None, outputs));
            begun(opened, |at, event| LlmInput::Network { at, event }, sound)
        }
        Role::TextToSpeech => {
            let opened = plugin.tts_sync(opening, AudioFormat::pcm(16_000), cassette.voice.clone());
            let opened = opened.map(|(session, opened, outputs)| (session, opened.format, outputs));
            begun(opened, |at, event| TtsInput::Network { at, event }, sound)
        }
        Role::SpeechToText => {
            let heard = AudioFormat::pcm(sound.rate);
            let opened = plugin.stt_sync(opening, heard, listening(&cassette.languages));
            let opened = opened.map(|(session, _, outputs)| (session, None, outputs));
            begun(opened, |at, event| SttInput::Network { at, event }, sound)
        }
        Role::Tool => {
            let opened = plugin.tool_sync(opening).map(|(session, _, outputs)| (session, None, outputs));
            begun(opened, |at, event| ToolInput::Network { at, event }, sound)
        }
    })
}

type Opened<I, O> = Result<(SyncSession<I>, Option<AudioFormat>, Vec<O>), SessionError>;

fn begun<I, O>(
    opened: Opened<I, O>,
    came: fn(Millis, NetEvent) -> I,
    sound: Sound,
) -> (Option<Box<dyn Session>>, Vec<Out>)
where
    I: Take + Called<O>,
    O: Into<Out> + 'static,
{
    match opened {
        Ok((session, format, outputs)) => {
            let speaks = format.map(|format| Out::Other(json!({"speaks": format.to_string()})));
            let outputs = speaks.into_iter().chain(outputs.into_iter().map(Into::into)).collect();
            (Some(Box::new(Of { session, came, out: Into::into, sound })), outputs)
        }
        Err(error) => (None, vec![ended(&error)]),
    }
}

fn ended(error: &SessionError) -> Out {
    Out::Failed(json!({"ended": {"why": error.cause.to_string()}}))
}

/// A role's input with its output's type, which the host's trait leaves unnamed.
trait Called<O>: Take {
    fn called(session: &mut SyncSession<Self>, input: Self) -> Result<Vec<O>, SessionError>;
}

macro_rules! called {
    ($($input:ty => $output:ty),*) => {
        $(impl Called<$output> for $input {
            fn called(session: &mut SyncSession<Self>, input: Self) -> Result<Vec<$output>, SessionError> {
                session.call(input)
            }
        })*
    };
}
called!(
    LlmInput => closare_host::LlmOutput,
    SttInput => closare_host::SttOutput,
    TtsInput => closare_host::TtsOutput,
    ToolInput => closare_host::ToolOutput
);

impl<I: Take + Called<O>, O> Session for Of<I, O> {
    fn put(&mut self, at: Millis, what: Put) -> Result<Vec<Out>, Error> {
        let input = match what {
            Put::Given(given) => I::take(&given, at, |part| self.sound.part(part))?,
            Put::Came(event) => (self.came)(at, event),
        };
        Ok(match I::called(&mut self.session, input) {
            Ok(outputs) => outputs.into_iter().map(self.out).collect(),
            Err(error) => vec![ended(&error)],
        })
    }
}

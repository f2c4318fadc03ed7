//! Runs a plugin natively against a list of events, in an ordinary `#[test]`.
//!
//! A [`Session`] keeps all outputs, and answers what the plugin asks of the network as the test says.

use crate::network::{Effect, Event, Head, Request, Ticket, Trouble};
use crate::{AudioFormat, Failure, Millis, Opening, Said};
use crate::{language_model as llm, speech_to_text as stt, text_to_speech as tts, tool};

/// With these options and otherwise the simplest values.
pub fn opening(options: serde_json::Value) -> Opening {
    let languages = vec!["en".to_owned()];
    Opening { at: 0, wall: 1_767_225_600_000, seed: 1, options: options.to_string(), languages }
}

/// A chat of one line by the caller.
pub fn chat(words: &str) -> llm::Task {
    let parts = vec![llm::Part::Text(words.to_owned())];
    llm::Task::Chat(llm::Chat {
        messages: vec![llm::Message { speaker: llm::Speaker::Caller, parts }],
        tools: Vec::new(),
        choice: llm::Choice::Free,
        answer_schema: None,
        longest_tokens: 200,
    })
}

/// An output that may be a network effect.
pub trait Output {
    fn effect(&self) -> Option<&Effect>;
}

macro_rules! output {
    ($($type:ty),*) => {
        $(impl Output for $type {
            fn effect(&self) -> Option<&Effect> {
                match self {
                    Self::Net(effect) => Some(effect),
                    _ => None,
                }
            }
        })*
    };
}
output!(stt::Output, tts::Output, llm::Output, tool::Output);

/// A plugin's session, its clock, and all that it has told.
pub struct Session<P, O> {
    pub plugin: P,
    pub at: Millis,
    pub outputs: Vec<O>,
}

impl<P, O: Output> Session<P, O> {
    /// Takes what was told since the last time, network effects apart.
    pub fn told(&mut self) -> Vec<O> {
        let (effects, told) = self.outputs.drain(..).partition(|output| output.effect().is_some());
        self.outputs = effects;
        told
    }

    /// Takes the network effects since the last time.
    pub fn effects(&mut self) -> Vec<Effect> {
        let (effects, told): (Vec<O>, Vec<O>) = self.outputs.drain(..).partition(|it| it.effect().is_some());
        self.outputs = told;
        effects.iter().filter_map(|output| output.effect().cloned()).collect()
    }

    /// The one request since the last time.
    ///
    /// # Panics
    /// Where there is none or another effect beside it.
    pub fn request(&mut self) -> Request {
        let effects = self.effects();
        match effects.as_slice() {
            [Effect::Ask(request)] => request.clone(),
            other => panic!("expected one request, found {other:?}"),
        }
    }
}

macro_rules! session {
    ($trait:path, $output:ty, { $($method:item)* }) => {
        impl<P: $trait> Session<P, $output> {
            $($method)*

            /// What came of a network effect.
            pub fn network(&mut self, event: Event) -> &mut Self {
                self.outputs.extend(self.plugin.network(self.at, event));
                self
            }

            /// A whole answer, its body in one piece.
            pub fn answer(&mut self, ticket: Ticket, status: u16, body: impl AsRef<[u8]>) -> &mut Self {
                self.network(Event::Answered(Head { ticket, status, headers: Vec::new() }))
                    .network(Event::Chunk((ticket, body.as_ref().to_vec())))
                    .network(Event::Ended((ticket, Vec::new())))
            }

            pub fn trouble(&mut self, ticket: Ticket, trouble: Trouble) -> &mut Self {
                self.network(Event::Failed((ticket, trouble)))
            }

            pub fn finish(&mut self) -> &mut Self {
                self.outputs.extend(self.plugin.finish(self.at));
                self
            }
        }
    };
}

session!(stt::SpeechToText, stt::Output, {
    pub fn hear(start: Opening, format: AudioFormat, what: stt::Listening) -> Result<Self, Failure> {
        let at = start.at;
        P::open(start, format, what).map(|(plugin, outputs)| Session { plugin, at, outputs })
    }

    pub fn audio(&mut self, bytes: &[u8]) -> &mut Self {
        self.outputs.extend(self.plugin.audio(self.at, bytes.to_vec()));
        self
    }

    pub fn flush(&mut self) -> &mut Self {
        self.outputs.extend(self.plugin.flush(self.at));
        self
    }
});

session!(tts::TextToSpeech, tts::Output, {
    /// The session, and the format of its audio.
    pub fn speak(
        start: Opening,
        wanted: AudioFormat,
        voice: Option<&str>,
    ) -> Result<(Self, AudioFormat), Failure> {
        let at = start.at;
        let (plugin, format, outputs) = P::open(start, wanted, voice.map(str::to_owned))?;
        Ok((Session { plugin, at, outputs }, format))
    }

    /// A whole utterance.
    pub fn say(&mut self, utterance: tts::Utterance, text: &str) -> &mut Self {
        let said = Said { text: text.to_owned(), language: None, pace: None, pause_after: 0 };
        self.outputs.extend(self.plugin.say(self.at, utterance, said, true));
        self
    }

    pub fn cancel(&mut self, utterance: tts::Utterance) -> &mut Self {
        self.outputs.extend(self.plugin.cancel(self.at, utterance));
        self
    }
});

session!(llm::LanguageModel, llm::Output, {
    pub fn think(start: Opening) -> Result<Self, Failure> {
        let at = start.at;
        P::open(start).map(|(plugin, outputs)| Session { plugin, at, outputs })
    }

    pub fn start(&mut self, job: llm::Job, task: llm::Task) -> &mut Self {
        self.outputs.extend(self.plugin.start(self.at, job, task));
        self
    }

    pub fn cancel(&mut self, job: llm::Job) -> &mut Self {
        self.outputs.extend(self.plugin.cancel(self.at, job));
        self
    }
});

session!(tool::Tool, tool::Output, {
    pub fn offer(start: Opening) -> Result<Self, Failure> {
        let at = start.at;
        P::open(start).map(|(plugin, outputs)| Session { plugin, at, outputs })
    }

    pub fn invoke(&mut self, id: &str, name: &str, arguments: serde_json::Value) -> &mut Self {
        let (id, name) = (id.to_owned(), name.to_owned());
        self.outputs.extend(self.plugin.invoke(self.at, id, name, arguments.to_string()));
        self
    }
});

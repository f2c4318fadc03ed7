//! Text-to-speech: over one socket for the call, or by a request for each clause.

mod asked;
mod span;
mod streamed;

use crate::options::{Options, Query, Transport, usual};
use asked::Asked;
use closare_plugin::network::Event;
use closare_plugin::text_to_speech::{Output, TextToSpeech, Utterance};
use closare_plugin::voice::HttpVoice;
use closare_plugin::{AudioFormat, Failure, Millis, Opening, Said};
use streamed::Streamed;

/// Samples a second that Deepgram makes as raw audio.
const RATES: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

/// Where the host wants another rate: the one that the voices have by nature.
const RATE: u32 = 24_000;

/// Characters that Deepgram speaks at once, by either way.
const TEXT_MAX: usize = 2_000;

/// A voice of each language that Aura-2 speaks.
const VOICES: [(&str, &str); 7] = [
    ("en", "thalia"),
    ("es", "celeste"),
    ("de", "aurelia"),
    ("fr", "agathe"),
    ("nl", "beatrix"),
    ("it", "cinzia"),
    ("ja", "ama"),
];

/// One call's voice.
pub struct Speaking(By);

enum By {
    Socket(Box<Streamed>),
    Requests(Box<HttpVoice<Asked>>),
}

impl TextToSpeech for Speaking {
    fn open(
        start: Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Speaking, AudioFormat, Vec<Output>), Failure> {
        let options: Options = start.options()?;
        match options.tts_transport {
            Transport::Websocket => {
                let (query, format) = query(&options, &start, wanted, voice)?;
                let (streamed, outputs) = Streamed::open(options, query, format);
                Ok((Speaking(By::Socket(Box::new(streamed))), format, outputs))
            }
            Transport::Http => {
                let (asked, format, outputs) = HttpVoice::open(start, wanted, voice)?;
                Ok((Speaking(By::Requests(Box::new(asked))), format, outputs))
            }
        }
    }

    fn say(&mut self, at: Millis, utterance: Utterance, what: Said, last: bool) -> Vec<Output> {
        match &mut self.0 {
            By::Socket(streamed) => streamed.say(at, utterance, &what, last),
            By::Requests(asked) => asked.say(at, utterance, what, last),
        }
    }

    fn cancel(&mut self, at: Millis, utterance: Utterance) -> Vec<Output> {
        match &mut self.0 {
            By::Socket(streamed) => streamed.cancel(at, utterance),
            By::Requests(asked) => asked.cancel(at, utterance),
        }
    }

    fn finish(&mut self, at: Millis) -> Vec<Output> {
        match &mut self.0 {
            By::Socket(streamed) => streamed.finish(),
            By::Requests(asked) => asked.finish(at),
        }
    }

    fn network(&mut self, at: Millis, what: Event) -> Vec<Output> {
        match &mut self.0 {
            By::Socket(streamed) => streamed.network(at, what),
            By::Requests(asked) => asked.network(at, what),
        }
    }
}

/// What every address says of the voice, and the format of its audio.
fn query(
    options: &Options,
    start: &Opening,
    wanted: AudioFormat,
    voice: Option<String>,
) -> Result<(Query, AudioFormat), Failure> {
    let model = model(voice.as_deref().or(options.voice.as_deref()), start.language())?;
    let rate = if RATES.contains(&wanted.sample_rate) { wanted.sample_rate } else { RATE };
    let format = AudioFormat::pcm(rate);
    let mut query: Query = vec![("model", model)];
    query.extend(usual(format));
    Ok((query, format))
}

/// A voice is a model of its own, `aura-2-thalia-en`. Its name alone is one of Aura-2, in the call's language.
fn model(voice: Option<&str>, language: &str) -> Result<String, Failure> {
    match voice.map(str::trim).filter(|voice| !voice.is_empty()) {
        Some(model) if model.contains('-') => Ok(model.to_owned()),
        Some(name) => Ok(format!("aura-2-{}-{language}", name.to_lowercase())),
        None => match VOICES.iter().find(|(spoken, _)| *spoken == language) {
            Some((_, name)) => Ok(format!("aura-2-{name}-{language}")),
            None => Err(Failure::Unsupported(format!("expected a language of Aura-2, found `{language}`"))),
        },
    }
}

/// `speed` where it isn't the voice's own: voices of some languages know none.
fn speed(pace: f32) -> Option<(&'static str, String)> {
    let pace = pace.clamp(0.7, 1.5);
    ((pace - 1.0).abs() > 0.005).then(|| ("speed", format!("{pace:.2}")))
}

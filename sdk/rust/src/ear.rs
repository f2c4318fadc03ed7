//! An ear over HTTP, a request for each turn of the caller: the vendor says how a request looks and what its answer means; which
//! audio is worth sending, the order of the finals, refusals and what was used are done here.

mod sound;

use crate::audio::wav;
use crate::multipart::Multipart;
use crate::network::{Effect, Event, Request};
use crate::requests::Requests;
use crate::speech_to_text::{Listening, Output, SpeechToText, Transcript};
use crate::{AudioFormat, Encoding, Failure, Millis, Opening, Unit, Usage};
use serde_json::Value;
use sound::Sound;
use std::collections::VecDeque;

/// For a request that names no time of its own, in milliseconds: a caller waits for the answer.
const TIME_LIMIT_MS: u32 = 20_000;

/// What [`http_ear!`](crate::http_ear) makes a vendor of; implement it by hand where a transcript has more than its text.
pub trait EarVendor: Sized + 'static {
    /// Milliseconds of one request; a longer turn is sent in parts. Of 16-bit samples at 16 kHz these are 3.8 MB.
    const LONGEST_MS: Millis = 120_000;

    /// The header of an answer that has the vendor's name for the request.
    const REQUEST_ID: &'static str = "x-request-id";

    /// `format` is signed 16-bit samples at a rate that the manifest names.
    ///
    /// # Errors
    /// What of the options or the format the vendor can't do.
    fn open(start: &Opening, format: AudioFormat) -> Result<Self, Failure>;

    /// Its ticket is set by the driver, and that the host may ask again: to hear changes nothing at the vendor's.
    fn request(&self, turn: &Turn<'_>) -> Request;

    /// The transcript that the body of an answer holds, of a turn between these times.
    ///
    /// # Errors
    /// [`Failure::Broken`] where it holds none.
    fn transcript(body: &[u8], starts: Millis, ends: Millis) -> Result<Transcript, Failure>;
}

/// What the caller has said, without the silence before it.
pub struct Turn<'a> {
    pub samples: &'a [u8],
    pub format: AudioFormat,
    /// The languages, the words to expect.
    pub what: &'a Listening,
    seed: u64,
}

impl Turn<'_> {
    /// As a file.
    pub fn wav(&self) -> Vec<u8> {
        wav(self.format, self.samples)
    }

    /// An empty form, with a boundary of this turn's.
    pub fn form(&self) -> Multipart {
        Multipart::new(self.seed)
    }

    /// Without its region, where there is one language: of two, the vendor finds out.
    pub fn language(&self) -> Option<&str> {
        match self.what.languages.as_slice() {
            [language] => language.split('-').next(),
            _ => None,
        }
    }
}

/// A [`SpeechToText`] out of an [`EarVendor`].
pub struct HttpEar<V> {
    vendor: V,
    format: AudioFormat,
    what: Listening,
    seed: u64,
    sound: Sound,
    /// Each about the number of its turn.
    asked: Requests<usize>,
    /// In the order that they were said in; told in that order, whichever answer comes first.
    turns: VecDeque<Said>,
    /// How many turns were told.
    told: usize,
}

struct Said {
    starts: Millis,
    ends: Millis,
    heard: Option<Transcript>,
}

impl<V: EarVendor> SpeechToText for HttpEar<V> {
    fn open(
        start: Opening,
        format: AudioFormat,
        what: Listening,
    ) -> Result<(HttpEar<V>, Vec<Output>), Failure> {
        if format.encoding != Encoding::PcmS16le {
            let sentence = format!("expected pcm-s16le, found {:?}", format.encoding);
            return Err(Failure::Unsupported(sentence));
        }
        let vendor = V::open(&start, format)?;
        let (sound, asked, turns) = (Sound::new(format.sample_rate), Requests::new(), VecDeque::new());
        let ear = HttpEar { vendor, format, what, seed: start.seed, sound, asked, turns, told: 0 };
        Ok((ear, Vec::new()))
    }

    fn audio(&mut self, at: Millis, bytes: Vec<u8>) -> Vec<Output> {
        self.sound.hear(at, &bytes);
        if self.sound.length() < V::LONGEST_MS { Vec::new() } else { self.flush(at) }
    }

    fn listen(&mut self, _at: Millis, what: Listening) -> Vec<Output> {
        self.what = what;
        Vec::new()
    }

    fn flush(&mut self, at: Millis) -> Vec<Output> {
        let length = self.sound.length();
        match self.sound.take() {
            Some((starts, samples)) => {
                let asked = self.ask(&samples);
                self.turns.push_back(Said { starts, ends: starts + length, heard: None });
                let used = [Usage::new(Unit::AudioMs, length), Usage::new(Unit::Requests, 1)];
                [Output::Net(asked)].into_iter().chain(used.map(Output::Used)).collect()
            }
            None => {
                let nothing = Transcript { confidence: Some(0.0), ..Transcript::new("", at, at) };
                self.turns.push_back(Said { starts: at, ends: at, heard: Some(nothing) });
                self.tell()
            }
        }
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        let id = match &what {
            Event::Answered(head) => head.header(V::REQUEST_ID).map(str::to_owned),
            _ => None,
        };
        let Some(answer) = self.asked.arrived(what) else {
            return id.map(Output::RequestId).into_iter().collect();
        };
        let Some(turn) = self.turns.get_mut(answer.about - self.told) else { return Vec::new() };
        match answer.body.and_then(|body| V::transcript(&body, turn.starts, turn.ends)) {
            Ok(heard) => {
                turn.heard = Some(heard);
                self.tell()
            }
            Err(failure) => vec![Output::Failed(failure)],
        }
    }
}

impl<V: EarVendor> HttpEar<V> {
    fn ask(&mut self, samples: &[u8]) -> Effect {
        let number = self.told + self.turns.len();
        let seed = self.seed.wrapping_add(number as u64);
        let turn = Turn { samples, format: self.format, what: &self.what, seed };
        let mut request = self.vendor.request(&turn).repeatable();
        request.time_limit.get_or_insert(TIME_LIMIT_MS);
        self.asked.ask(request, number)
    }

    /// The finals that are known, up to the first that isn't.
    fn tell(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(heard) = self.turns.front_mut().and_then(|first| first.heard.take()) {
            self.turns.pop_front();
            self.told += 1;
            outputs.push(Output::Final(heard));
        }
        outputs
    }
}

/// Makes and exports an ear: its options, how a turn is asked about, and where its answer, which is JSON, has the text.
///
/// ```
/// closare_plugin::options! {
///     pub struct Options { model: String = "small".to_owned() }
/// }
///
/// closare_plugin::http_ear! {
///     options: Options,
///     request: |options, turn| Request::post(format!("https://api.example.com/v1/listen?model={}", options.model))
///         .credential("key")
///         .body("audio/wav", turn.wav()),
///     text: |answer| answer["text"].as_str(),
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! http_ear {
    (
        options: $options:ty,
        request: |$given:ident, $turn:ident| $request:expr,
        text: |$answer:ident| $text:expr $(,)?
    ) => {
        /// What this vendor is.
        pub struct Vendor($options);

        impl $crate::ear::EarVendor for Vendor {
            fn open(
                start: &$crate::Opening,
                _format: $crate::AudioFormat,
            ) -> ::std::result::Result<Vendor, $crate::Failure> {
                Ok(Vendor(start.options()?))
            }

            fn request(&self, $turn: &$crate::ear::Turn<'_>) -> $crate::network::Request {
                #[allow(unused_imports)]
                use $crate::{network::Request, serde_json::json};
                let $given = &self.0;
                $request
            }

            fn transcript(
                body: &[u8],
                starts: $crate::Millis,
                ends: $crate::Millis,
            ) -> ::std::result::Result<$crate::speech_to_text::Transcript, $crate::Failure> {
                $crate::ear::transcript(body, starts, ends, |$answer| $text)
            }
        }

        /// One call's session of it.
        pub type Ear = $crate::ear::HttpEar<Vendor>;

        $crate::export_speech_to_text!(Ear);
    };
}

/// Of an answer that is JSON, whose text is found like this.
///
/// # Errors
/// [`Failure::Broken`] where it isn't JSON, or has no text there.
pub fn transcript(
    body: &[u8],
    starts: Millis,
    ends: Millis,
    text: impl FnOnce(&Value) -> Option<&str>,
) -> Result<Transcript, Failure> {
    let broken = |why: String| Failure::Broken(format!("expected a transcription: {why}"));
    let answer: Value = serde_json::from_slice(body).map_err(|error| broken(error.to_string()))?;
    let text = text(&answer).ok_or_else(|| broken("it holds no text".to_owned()))?;
    Ok(Transcript::new(text.trim(), starts, ends))
}

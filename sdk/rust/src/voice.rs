//! A voice over HTTP, a request for each clause: the vendor says how a request looks; the order, asking ahead, pauses,
//! cancelling, refusals and what was used are done here.

mod asked;

use crate::network::{self, Effect, Event, Request, Ticket};
use crate::text_to_speech::{Output, TextToSpeech, Utterance};
use crate::{AudioFormat, Failure, Millis, Opening, Said, Unit, Usage};
use asked::Asked;
use std::collections::VecDeque;

/// For a request that names no time of its own, in milliseconds: a stream may be read as slowly as it is spoken.
const TIME_LIMIT_MS: u32 = 120_000;

/// The clause that is told and the one after it, so that there is no gap between them. Vendors allow few requests at once.
const ASKED_MAX: usize = 2;

/// What [`http_voice!`](crate::http_voice) makes a vendor of; implement it by hand where opening needs more than the options.
pub trait VoiceVendor: Sized + 'static {
    /// Characters of one request; a longer clause is cut between words.
    const LONGEST: usize = 2_000;

    /// The header of an answer that has the vendor's name for the request.
    const REQUEST_ID: &'static str = "x-request-id";

    /// Gives the format that its audio will have, which need not be `wanted`: the host resamples.
    ///
    /// # Errors
    /// What of the options, the language or the voice the vendor can't do.
    fn open(
        start: &Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Self, AudioFormat), Failure>;

    /// Its ticket is set by the driver, and that the host may ask again: to speak changes nothing at the vendor's.
    fn request(&self, clause: &Clause) -> Request;
}

/// What one request is to speak.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Never empty.
    pub text: String,
    /// 1 is the voice's own.
    pub pace: Option<f32>,
}

/// A [`TextToSpeech`] out of a [`VoiceVendor`].
pub struct HttpVoice<V> {
    vendor: V,
    format: AudioFormat,
    /// In the order in which they are spoken. The first one's audio is told, the others' is kept.
    clauses: VecDeque<Asked>,
    tickets: Ticket,
}

impl<V: VoiceVendor> TextToSpeech for HttpVoice<V> {
    fn open(
        start: Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(HttpVoice<V>, AudioFormat, Vec<Output>), Failure> {
        let (vendor, format) = V::open(&start, wanted, voice)?;
        Ok((HttpVoice { vendor, format, clauses: VecDeque::new(), tickets: 0 }, format, Vec::new()))
    }

    fn say(&mut self, _at: Millis, utterance: Utterance, what: Said, last: bool) -> Vec<Output> {
        let mut texts = texts(&what.text, V::LONGEST);
        // Without a word there is nothing to ask for; it may hold a pause, or the end.
        if texts.is_empty() {
            texts.push(String::new());
        }
        let count = texts.len();
        for (index, text) in texts.into_iter().enumerate() {
            let ends = index + 1 == count;
            let pause_ms = if ends { what.pause_after } else { 0 };
            let clause = Clause { text, pace: what.pace };
            self.clauses.push_back(Asked::new(utterance, clause, pause_ms, last && ends, self.format));
        }
        self.go_on()
    }

    fn cancel(&mut self, _at: Millis, utterance: Utterance) -> Vec<Output> {
        let mut outputs = self.close(|clause| clause.utterance == utterance);
        outputs.extend(self.go_on());
        outputs
    }

    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        self.close(|_| true)
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        let ticket = Some(what.ticket());
        let Some(clause) = self.clauses.iter_mut().find(|clause| clause.ticket == ticket) else {
            return Vec::new();
        };
        match what {
            Event::Answered(head) => {
                let id = head.header(V::REQUEST_ID).map(|id| Output::RequestId(id.to_owned()));
                clause.answered(head);
                id.into_iter().collect()
            }
            Event::Chunk((_, bytes)) => {
                clause.more(&bytes);
                self.go_on()
            }
            Event::Ended(_) => match clause.ended() {
                Some(failure) => self.fail(ticket, failure),
                None => self.go_on(),
            },
            Event::Failed((_, trouble)) => {
                clause.ended();
                self.fail(ticket, network::trouble(trouble))
            }
            _ => Vec::new(),
        }
    }
}

impl<V: VoiceVendor> HttpVoice<V> {
    /// Tells what there is of the first clause, goes to the next when it has ended, and asks for what is due.
    fn go_on(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some(first) = self.clauses.front_mut() {
            let audio = first.audio(self.format);
            if !audio.is_empty() {
                outputs.push(Output::Audio((first.utterance, audio)));
            }
            if !first.is_over() {
                break;
            }
            if first.last {
                outputs.push(Output::Done(first.utterance));
            }
            self.clauses.pop_front();
        }
        self.ask(&mut outputs);
        outputs
    }

    fn ask(&mut self, outputs: &mut Vec<Output>) {
        for clause in self.clauses.iter_mut().filter(|clause| !clause.is_over()).take(ASKED_MAX) {
            if clause.ticket.is_some() {
                continue;
            }
            self.tickets += 1;
            clause.ticket = Some(self.tickets);
            let mut request = self.vendor.request(&clause.clause).ticket(self.tickets).repeatable();
            request.time_limit.get_or_insert(TIME_LIMIT_MS);
            let characters = clause.clause.text.chars().count() as u64;
            outputs.push(Output::Net(Effect::Ask(request)));
            outputs.push(Output::Used(Usage::new(Unit::Characters, characters)));
            outputs.push(Output::Used(Usage::new(Unit::Requests, 1)));
        }
    }

    /// The failed clause's utterance is over; what was asked for it besides is closed.
    fn fail(&mut self, ticket: Option<Ticket>, failure: Failure) -> Vec<Output> {
        let failed = self.clauses.iter().find(|clause| clause.ticket == ticket);
        let Some(utterance) = failed.map(|clause| clause.utterance) else { return Vec::new() };
        let mut outputs = vec![Output::Failed((Some(utterance), failure))];
        outputs.extend(self.cancel(0, utterance));
        outputs
    }

    /// Removes these clauses, and closes their requests.
    fn close(&mut self, which: impl Fn(&Asked) -> bool) -> Vec<Output> {
        let (gone, kept) = self.clauses.drain(..).partition::<Vec<_>, _>(which);
        self.clauses = kept.into();
        let open = gone.into_iter().filter(|clause| !clause.is_over()).filter_map(|clause| clause.ticket);
        open.map(|ticket| Output::Net(Effect::Close((ticket, 0)))).collect()
    }
}

/// What there is to speak in a clause, in pieces of at most so many characters that are cut between words. Nothing where it
/// has no letter and no figure.
pub fn texts(clause: &str, longest: usize) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = clause.trim();
    while rest.chars().any(char::is_alphanumeric) {
        let end = rest.char_indices().nth(longest).map_or(rest.len(), |(end, _)| end);
        let space = rest[..end].rfind(char::is_whitespace).filter(|space| *space > 0 && end < rest.len());
        let (text, after) = rest.split_at(space.unwrap_or(end));
        texts.push(text.trim_end().to_owned());
        rest = after.trim_start();
    }
    texts
}

/// Makes and exports a voice: its options, the format of its audio, and how a clause is asked for.
///
/// ```
/// closare_plugin::options! {
///     pub struct Options { voice: String = "anna".to_owned() }
/// }
///
/// closare_plugin::http_voice! {
///     options: Options,
///     format: AudioFormat::pcm(16_000),
///     request: |options, voice, clause| Request::post("https://api.example.com/v1/speak")
///         .credential("key")
///         .json(&json!({"text": clause.text, "voice": voice.unwrap_or(&options.voice), "format": "pcm_16000"})),
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! http_voice {
    (
        options: $options:ty,
        format: $format:expr,
        request: |$given:ident, $voice:ident, $clause:ident| $request:expr $(,)?
    ) => {
        /// What this vendor is.
        pub struct Vendor {
            options: $options,
            /// The workflow's.
            voice: ::std::option::Option<::std::string::String>,
        }

        impl $crate::voice::VoiceVendor for Vendor {
            fn open(
                start: &$crate::Opening,
                _wanted: $crate::AudioFormat,
                voice: ::std::option::Option<::std::string::String>,
            ) -> ::std::result::Result<(Vendor, $crate::AudioFormat), $crate::Failure> {
                #[allow(unused_imports)]
                use $crate::{AudioFormat, Encoding};
                Ok((Vendor { options: start.options()?, voice }, $format))
            }

            fn request(&self, $clause: &$crate::voice::Clause) -> $crate::network::Request {
                #[allow(unused_imports)]
                use $crate::{network::Request, serde_json::json};
                let ($given, $voice) = (&self.options, self.voice.as_deref());
                $request
            }
        }

        /// One call's session of it.
        pub type Voice = $crate::voice::HttpVoice<Vendor>;

        $crate::export_text_to_speech!(Voice);
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(texts(" Guten Tag. ", 20), ["Guten Tag."]);
        assert_eq!(texts(" … ", 20), Vec::<String>::new());
        let long = "größer ".repeat(700);
        let cut = texts(&long, 2_000);
        assert!(cut.iter().all(|text| text.chars().count() <= 2_000 && text.ends_with("größer")));
        assert_eq!((cut.len(), cut.join(" ")), (3, long.trim().to_owned()));
        assert_eq!(texts(&"x".repeat(4_001), 2_000).len(), 3);
    }
}

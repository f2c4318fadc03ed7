//! The role that hears: audio in, transcripts out.

use crate::bindings::speech_to_text::exports::closare::plugin::speech_to_text as wit;
pub use crate::bindings::speech_to_text::exports::closare::plugin::speech_to_text::{
    Listening, Output, Transcript, Word,
};
use crate::network::Event;
use crate::{AudioFormat, Failure, Millis, Opening};
use std::cell::RefCell;

/// One caller's ear for one call. `at` is the call's clock.
pub trait SpeechToText: Sized + 'static {
    /// The audio will come in `format`, in frames of 20 ms.
    fn open(start: Opening, format: AudioFormat, what: Listening) -> Result<(Self, Vec<Output>), Failure>;

    /// `at` is the end of this audio.
    fn audio(&mut self, at: Millis, bytes: Vec<u8>) -> Vec<Output>;

    /// The workflow's step has changed: other words, or another patience, are expected.
    fn listen(&mut self, _at: Millis, _what: Listening) -> Vec<Output> {
        Vec::new()
    }

    /// The caller has paused: give the final for what was heard so far, soon.
    fn flush(&mut self, at: Millis) -> Vec<Output>;

    /// The call is over: close down, tell the last usage.
    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        Vec::new()
    }

    /// What came of a network effect. A plugin without any needs not implement it.
    fn network(&mut self, _at: Millis, _what: Event) -> Vec<Output> {
        Vec::new()
    }
}

impl Transcript {
    /// Without words of their own times.
    pub fn new(text: impl Into<String>, starts: Millis, ends: Millis) -> Transcript {
        Transcript { text: text.into(), starts, ends, words: Vec::new(), language: None, confidence: None }
    }
}

/// Carries a [`SpeechToText`] over the contract's border.
#[doc(hidden)]
pub struct Exported<T>(RefCell<T>);

impl<T: SpeechToText> wit::Guest for Exported<T> {
    type Session = Exported<T>;
}

impl<T: SpeechToText> wit::GuestSession for Exported<T> {
    fn open(
        start: Opening,
        format: AudioFormat,
        what: Listening,
    ) -> Result<(wit::Session, Vec<Output>), Failure> {
        let (session, outputs) = T::open(start, format, what)?;
        Ok((wit::Session::new(Exported(RefCell::new(session))), outputs))
    }

    fn audio(&self, at: Millis, bytes: Vec<u8>) -> Vec<Output> {
        self.0.borrow_mut().audio(at, bytes)
    }

    fn listen(&self, at: Millis, what: Listening) -> Vec<Output> {
        self.0.borrow_mut().listen(at, what)
    }

    fn flush(&self, at: Millis) -> Vec<Output> {
        self.0.borrow_mut().flush(at)
    }

    fn finish(&self, at: Millis) -> Vec<Output> {
        self.0.borrow_mut().finish(at)
    }

    fn network(&self, at: Millis, what: Event) -> Vec<Output> {
        self.0.borrow_mut().network(at, what)
    }
}

/// Exports a type as the component's `speech-to-text` role. Once per plugin.
#[macro_export]
macro_rules! export_speech_to_text {
    ($type:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::speech_to_text::Exported<$type>;
            $crate::bindings::speech_to_text::export!(Exported with_types_in $crate::bindings::speech_to_text);
        };
    };
}

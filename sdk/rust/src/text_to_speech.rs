//! The role that speaks: clauses in, audio out.

use crate::bindings::text_to_speech::exports::closare::plugin::text_to_speech as wit;
pub use crate::bindings::text_to_speech::exports::closare::plugin::text_to_speech::{
    Output, Spoken, Utterance,
};
use crate::network::Event;
use crate::{AudioFormat, Failure, Millis, Opening, Said};
use std::cell::RefCell;

/// One call's voice. `at` is the call's clock.
pub trait TextToSpeech: Sized + 'static {
    /// Gives the format that its audio will have, which need not be `wanted`: the host resamples.
    fn open(
        start: Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(Self, AudioFormat, Vec<Output>), Failure>;

    /// Text comes in clauses as it is written; `last` closes the utterance and may come with an empty text.
    fn say(&mut self, at: Millis, utterance: Utterance, what: Said, last: bool) -> Vec<Output>;

    /// What comes for this utterance afterwards is dropped by the host.
    fn cancel(&mut self, at: Millis, utterance: Utterance) -> Vec<Output>;

    /// The call is over: close down, tell the last usage.
    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        Vec::new()
    }

    /// What came of a network effect. A plugin without any needs not implement it.
    fn network(&mut self, _at: Millis, _what: Event) -> Vec<Output> {
        Vec::new()
    }
}

/// Carries a [`TextToSpeech`] over the contract's border.
#[doc(hidden)]
pub struct Exported<T>(RefCell<T>);

impl<T: TextToSpeech> wit::Guest for Exported<T> {
    type Session = Exported<T>;
}

impl<T: TextToSpeech> wit::GuestSession for Exported<T> {
    fn open(
        start: Opening,
        wanted: AudioFormat,
        voice: Option<String>,
    ) -> Result<(wit::Session, AudioFormat, Vec<Output>), Failure> {
        let (session, format, outputs) = T::open(start, wanted, voice)?;
        Ok((wit::Session::new(Exported(RefCell::new(session))), format, outputs))
    }

    fn say(&self, at: Millis, utterance: Utterance, what: Said, last: bool) -> Vec<Output> {
        self.0.borrow_mut().say(at, utterance, what, last)
    }

    fn cancel(&self, at: Millis, utterance: Utterance) -> Vec<Output> {
        self.0.borrow_mut().cancel(at, utterance)
    }

    fn finish(&self, at: Millis) -> Vec<Output> {
        self.0.borrow_mut().finish(at)
    }

    fn network(&self, at: Millis, what: Event) -> Vec<Output> {
        self.0.borrow_mut().network(at, what)
    }
}

/// Exports a type as the component's `text-to-speech` role. Once per plugin.
#[macro_export]
macro_rules! export_text_to_speech {
    ($type:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::text_to_speech::Exported<$type>;
            $crate::bindings::text_to_speech::export!(Exported with_types_in $crate::bindings::text_to_speech);
        };
    };
}

//! What goes into a session and what comes out, a file per role. Each role says how its inputs enter the component.

mod language_model;
mod speech_to_text;
mod text_to_speech;
mod tool;

pub use language_model::{LlmInput, LlmOutput};
pub use speech_to_text::{SttInput, SttOutput};
pub use text_to_speech::{TtsInput, TtsOutput};
pub use tool::{Offer, ToolInput, ToolOutput};

pub(crate) use language_model::LlmOpen;
pub(crate) use speech_to_text::SttOpen;
pub(crate) use text_to_speech::TtsOpen;
pub(crate) use tool::ToolOpen;

use crate::error::Cause;
use crate::instance::Instance;
use crate::words::{AudioFormat, Failure};
use closare_terms::Role;
use std::time::Duration;

/// An input of a role's session.
pub trait Input: enter::Enter {
    const ROLE: Role;
}

/// A job, an utterance, or a tool's invocation: what can be cancelled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Number(u32),
    Name(String),
}

/// A session inside an instance, its audio's format where the role has one, and its first outputs.
pub struct Entered<H, O> {
    pub(crate) handle: H,
    pub(crate) format: Option<AudioFormat>,
    pub(crate) outputs: Vec<O>,
}

pub(crate) mod enter {
    use super::*;

    /// How a role's inputs enter a component. Sealed: the contract has the roles that it has.
    pub trait Enter: Sized + Send + 'static {
        type Output: Send + 'static;
        #[doc(hidden)]
        type Open: Send + 'static;
        #[doc(hidden)]
        type Handle: Send + 'static;

        #[doc(hidden)]
        fn open(
            instance: &mut Instance,
            what: Self::Open,
        ) -> Result<Entered<Self::Handle, Self::Output>, Cause>;

        #[doc(hidden)]
        fn enter(self, instance: &mut Instance, handle: &Self::Handle) -> Result<Vec<Self::Output>, Cause>;

        /// Ends the session inside an instance that goes on.
        #[doc(hidden)]
        fn close(instance: &mut Instance, handle: Self::Handle) -> Result<(), Cause>;

        /// What this input begins or goes on with.
        #[doc(hidden)]
        fn begins(&self) -> Option<Key> {
            None
        }

        #[doc(hidden)]
        fn cancels(&self) -> Option<Key> {
            None
        }

        /// How long it may wait, among others, for a model thread.
        #[doc(hidden)]
        fn patience(&self) -> Duration;

        /// Of whose answer this output is a part: dropped once that is cancelled.
        #[doc(hidden)]
        fn answers(_output: &Self::Output) -> Option<Key> {
            None
        }

        /// What a person would hear or read of this output.
        #[doc(hidden)]
        fn text(output: &Self::Output) -> Option<&str>;

        /// A failure after which the session is over.
        #[doc(hidden)]
        fn fatal(output: &Self::Output) -> Option<&Failure>;
    }
}

pub(crate) use enter::Enter;

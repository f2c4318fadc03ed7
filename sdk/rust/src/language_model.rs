//! The role that understands and answers: tasks in, tokens and findings out.

use crate::bindings::language_model::exports::closare::plugin::language_model as wit;
pub use crate::bindings::language_model::exports::closare::plugin::language_model::{
    Chat, Choice, Ending, Extraction, Field, Found, Intent, Invocation, Job, Message, Outcome, Output, Part,
    Speaker, Summary, Task, Tool,
};
use crate::network::Event;
use crate::{Failure, Millis, Opening};
use std::cell::RefCell;

/// One call's model. Several jobs may run at once. `at` is the call's clock.
pub trait LanguageModel: Sized + 'static {
    fn open(start: Opening) -> Result<(Self, Vec<Output>), Failure>;

    /// Answered by tokens, invocations or what was found, and by `done` or `failed` of this job.
    fn start(&mut self, at: Millis, job: Job, what: Task) -> Vec<Output>;

    /// What comes for this job afterwards is dropped by the host.
    fn cancel(&mut self, at: Millis, job: Job) -> Vec<Output>;

    /// The call is over: close down, tell the last usage.
    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        Vec::new()
    }

    /// What came of a network effect. A plugin without any needs not implement it.
    fn network(&mut self, _at: Millis, _what: Event) -> Vec<Output> {
        Vec::new()
    }
}

/// Carries a [`LanguageModel`] over the contract's border.
#[doc(hidden)]
pub struct Exported<T>(RefCell<T>);

impl<T: LanguageModel> wit::Guest for Exported<T> {
    type Session = Exported<T>;
}

impl<T: LanguageModel> wit::GuestSession for Exported<T> {
    fn open(start: Opening) -> Result<(wit::Session, Vec<Output>), Failure> {
        let (session, outputs) = T::open(start)?;
        Ok((wit::Session::new(Exported(RefCell::new(session))), outputs))
    }

    fn start(&self, at: Millis, job: Job, what: Task) -> Vec<Output> {
        self.0.borrow_mut().start(at, job, what)
    }

    fn cancel(&self, at: Millis, job: Job) -> Vec<Output> {
        self.0.borrow_mut().cancel(at, job)
    }

    fn finish(&self, at: Millis) -> Vec<Output> {
        self.0.borrow_mut().finish(at)
    }

    fn network(&self, at: Millis, what: Event) -> Vec<Output> {
        self.0.borrow_mut().network(at, what)
    }
}

/// Exports a type as the component's `language-model` role. Once per plugin.
#[macro_export]
macro_rules! export_language_model {
    ($type:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::language_model::Exported<$type>;
            $crate::bindings::language_model::export!(Exported with_types_in $crate::bindings::language_model);
        };
    };
}

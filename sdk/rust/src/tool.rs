//! The role that does something for a call: a calendar, a booking, a lookup.

use crate::bindings::tool::exports::closare::plugin::tool as wit;
pub use crate::bindings::tool::exports::closare::plugin::tool::{Offer, Output};
use crate::network::Event;
use crate::{Failure, Millis, Opening};
use std::cell::RefCell;

/// One call's hands. `at` is the call's clock.
pub trait Tool: Sized + 'static {
    /// Among the first outputs should be its offers.
    fn open(start: Opening) -> Result<(Self, Vec<Output>), Failure>;

    /// `arguments` is JSON that fits the offer's `takes`. Answered by `answer`, `rejected` or `failed` with this id.
    fn invoke(&mut self, at: Millis, id: String, name: String, arguments: String) -> Vec<Output>;

    fn cancel(&mut self, at: Millis, id: String) -> Vec<Output>;

    /// The call is over: close down, tell the last usage.
    fn finish(&mut self, _at: Millis) -> Vec<Output> {
        Vec::new()
    }

    /// What came of a network effect. A plugin without any needs not implement it.
    fn network(&mut self, _at: Millis, _what: Event) -> Vec<Output> {
        Vec::new()
    }
}

/// Carries a [`Tool`] over the contract's border.
#[doc(hidden)]
pub struct Exported<T>(RefCell<T>);

impl<T: Tool> wit::Guest for Exported<T> {
    type Session = Exported<T>;
}

impl<T: Tool> wit::GuestSession for Exported<T> {
    fn open(start: Opening) -> Result<(wit::Session, Vec<Output>), Failure> {
        let (session, outputs) = T::open(start)?;
        Ok((wit::Session::new(Exported(RefCell::new(session))), outputs))
    }

    fn invoke(&self, at: Millis, id: String, name: String, arguments: String) -> Vec<Output> {
        self.0.borrow_mut().invoke(at, id, name, arguments)
    }

    fn cancel(&self, at: Millis, id: String) -> Vec<Output> {
        self.0.borrow_mut().cancel(at, id)
    }

    fn finish(&self, at: Millis) -> Vec<Output> {
        self.0.borrow_mut().finish(at)
    }

    fn network(&self, at: Millis, what: Event) -> Vec<Output> {
        self.0.borrow_mut().network(at, what)
    }
}

/// Exports a type as the component's `tool` role. Once per plugin.
#[macro_export]
macro_rules! export_tool {
    ($type:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::tool::Exported<$type>;
    $crate::bindings::tool::export!(Exported with_types_in $crate::bindings::tool);
        };
    };
}

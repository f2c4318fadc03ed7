//! A chat model that streams its answer over HTTP: the vendor says how a request looks and what an event means; jobs,
//! tickets, cancelling, refusals, tool calls in pieces, extraction and summary are done here.

mod job;

use crate::events::ServerSentEvent;
use crate::language_model::{Chat, Ending, Invocation, Job, Output, Task};
use crate::network::{Effect, Event, Request, Ticket};
use crate::{Failure, LanguageModel, Millis, Opening, Usage};
use job::Running;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What [`chat_model!`](crate::chat_model) makes a vendor of; implement it by hand where an event needs more than itself.
pub trait ChatVendor: 'static {
    type Options: DeserializeOwned + 'static;

    /// Its ticket is set by the driver.
    fn request(options: &Self::Options, chat: &Chat) -> Request;

    fn event(event: ServerSentEvent) -> Result<Piece, Failure>;
}

/// A piece of an answer, as one event brings it.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Nothing,
    Token(String),
    /// A tool's invocation, or a part of it: what has the same index belongs together, arguments are joined.
    Invoke {
        index: u32,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
    },
    /// To be given back with the history.
    Opaque(String),
    Used(Usage),
    RequestId(String),
    /// How it will end, where the vendor says so before its last event.
    Ends(Ending),
    /// The last event.
    Done,
    Many(Vec<Piece>),
}

/// A [`LanguageModel`] out of a [`ChatVendor`].
pub struct ChatModel<V: ChatVendor> {
    options: V::Options,
    running: BTreeMap<Ticket, Running>,
    next: Ticket,
}

impl<V: ChatVendor> LanguageModel for ChatModel<V> {
    fn open(start: Opening) -> Result<(ChatModel<V>, Vec<Output>), Failure> {
        Ok((ChatModel { options: start.options()?, running: BTreeMap::new(), next: 1 }, Vec::new()))
    }

    fn start(&mut self, _at: Millis, job: Job, what: Task) -> Vec<Output> {
        let (chat, extraction) = match what {
            Task::Chat(chat) => (chat, None),
            Task::Extract(task) => (crate::by_chat::extraction(&task), Some(task)),
            Task::Summarize(task) => (crate::by_chat::summary(&task), None),
        };
        let ticket = self.next;
        self.next += 1;
        self.running.insert(ticket, Running::new(job, extraction));
        vec![Output::Net(Effect::Ask(V::request(&self.options, &chat).ticket(ticket)))]
    }

    fn cancel(&mut self, _at: Millis, job: Job) -> Vec<Output> {
        let tickets: Vec<Ticket> = self
            .running
            .iter()
            .filter(|(_, running)| running.job == job)
            .map(|(ticket, _)| *ticket)
            .collect();
        tickets.into_iter().map(|ticket| self.drop_ticket(ticket)).collect()
    }

    fn network(&mut self, _at: Millis, what: Event) -> Vec<Output> {
        let ticket = what.ticket();
        let Some(running) = self.running.get_mut(&ticket) else { return Vec::new() };
        let (mut outputs, over) = running.arrived(what, V::event);
        match over {
            job::Over::No => {}
            job::Over::Ended => drop(self.running.remove(&ticket)),
            job::Over::Broken => outputs.push(self.drop_ticket(ticket)),
        }
        outputs
    }
}

impl<V: ChatVendor> ChatModel<V> {
    /// The host drops what is left of the answer.
    fn drop_ticket(&mut self, ticket: Ticket) -> Output {
        self.running.remove(&ticket);
        Output::Net(Effect::Close((ticket, 1000)))
    }
}

/// A whole invocation, for vendors that don't cut them.
impl From<Invocation> for Piece {
    fn from(what: Invocation) -> Piece {
        Piece::Invoke { index: 0, id: Some(what.id), name: Some(what.name), arguments: what.arguments }
    }
}

/// Makes and exports a chat model: its options, how it is asked, and what an event of its answer means.
///
/// ```
/// closare_plugin::options! {
///     pub struct Options { model: String = "small".to_owned(), heat: f32 = 0.3 }
/// }
///
/// closare_plugin::chat_model! {
///     options: Options,
///     request: |options, chat| Request::post("https://api.example.com/v1/chat/completions")
///         .credential("key")
///         .json(&completions::body(&options.model, Some(options.heat), chat)),
///     event: |event| match event.data.as_str() {
///         "[DONE]" => Done,
///         data => completions::piece(data)?,
///     },
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! chat_model {
    (
        options: $options:ty,
        request: |$given:ident, $chat:ident| $request:expr,
        event: |$event:ident| $piece:expr $(,)?
    ) => {
        /// What this vendor is.
        pub struct Vendor;

        impl $crate::chat::ChatVendor for Vendor {
            type Options = $options;

            fn request($given: &$options, $chat: &$crate::language_model::Chat) -> $crate::network::Request {
                #[allow(unused_imports)]
                use $crate::{completions, network::Request};
                $request
            }

            fn event(
                $event: $crate::events::ServerSentEvent,
            ) -> ::std::result::Result<$crate::chat::Piece, $crate::Failure> {
                #[allow(unused_imports)]
                use $crate::{chat::Piece::*, completions};
                Ok($piece)
            }
        }

        /// One call's session of it.
        pub type Model = $crate::chat::ChatModel<Vendor>;

        $crate::export_language_model!(Model);
    };
}

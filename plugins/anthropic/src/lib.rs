//! Anthropic's Claude models by the Messages API: a streamed chat with tools, and extraction and summary by chat.
//!
//! After https://platform.claude.com/docs/en/api/messages/create and
//! https://platform.claude.com/docs/en/build-with-claude/streaming.

mod answer;
mod history;
mod options;
mod request;
mod session;
mod stream;

pub use options::Options;
pub use session::Thinker;

closare_plugin::export_language_model!(Thinker);

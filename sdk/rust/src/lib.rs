//! Writes a Closare plugin in Rust: a vendor of speech or language, or a tool, as a WASM component without any I/O.
//!
//! A plugin is a type that implements the trait of its role ([`SpeechToText`], [`TextToSpeech`], [`LanguageModel`],
//! [`Tool`]) and one `export_…!` line. A session is handed inputs and returns lists of outputs; what it wants from the
//! network is among the outputs, what came of it among the inputs. A model that chats over HTTP is shorter still:
//! [`chat_model!`], and so are a voice, [`http_voice!`], and an ear,
//! [`http_ear!`]. Everything also builds natively, so that a plugin is tested in an ordinary `#[test]` ([`test`]).

#[doc(hidden)]
pub mod bindings;

// The roles and their words.
pub mod language_model;
pub mod network;
pub mod speech_to_text;
pub mod text_to_speech;
pub mod tool;
pub mod words;

// What vendors have in common.
pub mod audio;
pub mod by_chat;
pub mod chat;
pub mod completions;
pub mod ear;
pub mod events;
pub mod multipart;
pub mod options;
pub mod requests;
pub mod socket;
pub mod voice;

#[cfg(not(target_arch = "wasm32"))]
pub mod test;

pub use language_model::LanguageModel;
pub use speech_to_text::SpeechToText;
pub use text_to_speech::TextToSpeech;
pub use tool::Tool;
pub use words::{AudioFormat, Encoding, Failure, Level, Millis, Note, Opening, Said, Unit, Usage};

// For the macros.
#[doc(hidden)]
pub use {serde, serde_json};

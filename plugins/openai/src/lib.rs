//! Every server that speaks OpenAI's API: OpenAI itself, Azure, and the many local ones (llama.cpp, vLLM, Ollama,
//! Speaches, Kokoro). A chat model, speech-to-text and text-to-speech in one component; which of them a server has
//! is the operator's to know.
//!
//! After https://platform.openai.com/docs/api-reference, in the parts that other servers have, too.

mod chat;
mod hearing;
mod options;
mod speaking;

pub use chat::Chatting;
pub use hearing::Hearing;
pub use options::Options;
pub use speaking::Speaking;

closare_plugin::export_language_model!(Chatting);
closare_plugin::export_speech_to_text!(Hearing);
closare_plugin::export_text_to_speech!(Speaking);

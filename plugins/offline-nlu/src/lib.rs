//! Understanding without a chat model, on this machine: intents by meaning (MiniLM inside the sandbox), fields by the
//! recognisers of `closare-slots`, a summary from the facts of the call. It never writes a sentence of its own making.

mod fields;
mod intent;
mod meaning;
mod model;
mod session;
mod summary;
mod talk;
mod tokens;

pub use session::Mind;

closare_plugin::export_language_model!(Mind);

//! `closare:plugin@0.1.0`: its bindings, and the one translation between its words and ours.

mod language;
mod network;
mod speech;
mod types;

/// All roles in one world, so that they share their words. No component has to export them all: the host takes each
/// interface by itself.
pub(crate) mod wit {
    wasmtime::component::bindgen!({
        inline: "package closare:host;
            world roles {
                export closare:plugin/speech-to-text@0.1.0;
                export closare:plugin/text-to-speech@0.1.0;
                export closare:plugin/language-model@0.1.0;
                export closare:plugin/tool@0.1.0;
            }",
        path: "../../sdk/wit",
    });
}

pub(crate) use wit::exports::closare::plugin::{
    language_model as llm, speech_to_text as stt, text_to_speech as tts, tool,
};

/// A list, each translated.
pub(crate) fn all<A, B: From<A>>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(B::from).collect()
}

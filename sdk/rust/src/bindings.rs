//! What wit-bindgen makes of `sdk/wit`: the words once, and each role with the macro that exports it.
//! Plugins use the modules named after the roles instead of this one.

#![allow(unsafe_code, clippy::all, clippy::unwrap_used, missing_docs)]

/// The words that all roles share.
pub mod words {
    wit_bindgen::generate!({
        inline: "package closare:sdk;
            world words { import closare:plugin/types@0.1.0; import closare:plugin/network@0.1.0; }",
        path: "../wit",
        additional_derives: [PartialEq],
        generate_all,
    });
}

macro_rules! role {
    ($module:ident, $world:literal) => {
        pub mod $module {
            wit_bindgen::generate!({
                world: $world,
                path: "../wit",
                with: {
                    "closare:plugin/types@0.1.0": crate::bindings::words::closare::plugin::types,
                    "closare:plugin/network@0.1.0": crate::bindings::words::closare::plugin::network,
                },
                additional_derives: [PartialEq],
                pub_export_macro: true,
            });
        }
    };
}

role!(speech_to_text, "speech-to-text-plugin");
role!(text_to_speech, "text-to-speech-plugin");
role!(language_model, "language-model-plugin");
role!(tool, "tool-plugin");

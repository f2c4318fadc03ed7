//! Plays every role by saying back what it was told.

mod ear;
mod hand;
mod mind;
mod voice;

closare_plugin::export_speech_to_text!(ear::Ear);
closare_plugin::export_text_to_speech!(voice::Voice);
closare_plugin::export_language_model!(mind::Mind);
closare_plugin::export_tool!(hand::Hand);

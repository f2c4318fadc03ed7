//! A machine with the offline plugins and a vendor for each role.

use closare_terms::{Language, Purpose, Role};
use closare_workflow::{Catalog, Installed, Rule};
use std::collections::BTreeMap;

pub fn catalog() -> Catalog {
    let openai = plugin(&[Role::LanguageModel, Role::TextToSpeech], &[], true, false);
    let options =
        ["base_url", "model", "voice"].map(|name| (name.to_owned(), serde_json::json!({"type": "string"})));
    let openai = Installed { options: options.into_iter().collect(), ..openai };
    let asks =
        Installed { rule: Rule::Needs(Purpose::Vendor), ..plugin(&[Role::SpeechToText], &[], false, false) };
    let far = Installed {
        rule: Rule::Denied("outside the allowed regions".to_owned()),
        ..plugin(&[Role::SpeechToText], &[], false, false)
    };
    let plugins = [
        ("offline-stt", plugin(&[Role::SpeechToText], &["en"], false, true)),
        ("offline-tts", plugin(&[Role::TextToSpeech], &["en"], false, true)),
        ("offline-nlu", plugin(&[Role::LanguageModel], &["en"], false, true)),
        ("openai", openai),
        ("deepgram", plugin(&[Role::SpeechToText], &[], false, false)),
        ("asks-first", asks),
        ("far-away", far),
    ];
    let offline = [
        (Role::SpeechToText, "offline-stt"),
        (Role::TextToSpeech, "offline-tts"),
        (Role::LanguageModel, "offline-nlu"),
    ];
    Catalog {
        plugins: plugins.into_iter().map(|(name, plugin)| (name.to_owned(), plugin)).collect(),
        sets: BTreeMap::from([(
            "offline".to_owned(),
            offline.map(|(role, name)| (role, name.to_owned())).into(),
        )]),
        recording: Rule::Needs(Purpose::Recording),
        plan_days: 90,
        timezone: "Europe/London".to_owned(),
    }
}

fn plugin(roles: &[Role], languages: &[&str], chats: bool, local: bool) -> Installed {
    let languages: Vec<Language> = languages.iter().map(|tag| Language::from(*tag)).collect();
    Installed {
        roles: roles.to_vec(),
        languages: roles.iter().map(|role| (*role, languages.clone())).collect(),
        chats,
        local,
        ..Installed::default()
    }
}

//! `consent`: asks for a purpose whose basis is consent, and records the answer.

use super::{Site, StepKind};
use crate::phrase::{Part, Phrase, Template};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{Consent, Do};
use closare_terms::Purpose;
use serde_json::{Value, json};

pub(super) const STEP: StepKind = StepKind {
    name: "consent",
    about: "asks for consent; keys 1 (yes) and 2 (no) always count",
    read,
    schema,
};

const KEYS: [&str; 3] = ["for", "ask", "refused"];

/// The question where the file has none: purpose, language, words.
const WORDS: [(Purpose, &str, &str); 10] = [
    (
        Purpose::Recording,
        "en",
        "May I record this call so that nothing gets lost? You can say no, and you can change your mind at any time. \
         You can also press one for yes or two for no.",
    ),
    (
        Purpose::Recording,
        "de",
        "Darf ich das Gespräch aufzeichnen, damit nichts verloren geht? Sie können ablehnen und es sich jederzeit anders \
         überlegen. Sie können auch die Eins für Ja oder die Zwei für Nein drücken.",
    ),
    (
        Purpose::Vendor,
        "en",
        "To understand you I would like to send what you say to a speech service. Is that all right? Press one for yes or two for no.",
    ),
    (
        Purpose::Vendor,
        "de",
        "Damit ich Sie verstehe, möchte ich das Gesagte an einen Sprachdienst senden. Sind Sie einverstanden? \
         Drücken Sie die Eins für Ja oder die Zwei für Nein.",
    ),
    (
        Purpose::Storage,
        "en",
        "May I keep a note of this call? Say yes or no, or press one for yes or two for no.",
    ),
    (
        Purpose::Storage,
        "de",
        "Darf ich eine Notiz zu diesem Gespräch aufbewahren? Sagen Sie Ja oder Nein, oder drücken Sie die Eins für Ja oder die Zwei für Nein.",
    ),
    (
        Purpose::Training,
        "en",
        "May this call be used to improve our assistant? It makes no difference to this call. Press one for yes or two for no.",
    ),
    (
        Purpose::Training,
        "de",
        "Darf dieses Gespräch dazu dienen, unseren Assistenten zu verbessern? Für dieses Gespräch macht es keinen Unterschied. \
         Drücken Sie die Eins für Ja oder die Zwei für Nein.",
    ),
    (
        Purpose::Callback,
        "en",
        "May we call you back on this number? Say yes or no, or press one for yes or two for no.",
    ),
    (
        Purpose::Callback,
        "de",
        "Dürfen wir Sie unter dieser Nummer zurückrufen? Sagen Sie Ja oder Nein, oder drücken Sie die Eins für Ja oder die Zwei für Nein.",
    ),
];

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    let words: Vec<(&str, Purpose)> =
        Purpose::ALL.iter().map(|purpose| (purpose.as_str(), *purpose)).collect();
    if node.scalar().is_some() {
        let purpose = reader.one_of(node, &words)?;
        return Some(Do::Consent(Consent {
            purpose,
            ask: default_words(purpose, site, reader),
            refused: None,
        }));
    }
    let map = reader.map(node, "`consent`", &KEYS);
    let purpose = reader.need(&map, "for").and_then(|node| reader.one_of(node, &words))?;
    let ask = match map.get("ask") {
        Some(node) => reader.phrase(node),
        None => default_words(purpose, site, reader),
    };
    let refused = reader.branch(map.get("refused"), site, "refused");
    Some(Do::Consent(Consent { purpose, ask, refused }))
}

fn default_words(purpose: Purpose, site: &Site, reader: &mut Reader) -> Phrase {
    let mut phrase = Phrase::default();
    for language in reader.languages.clone() {
        let found = WORDS.iter().find(|(of, primary, _)| *of == purpose && *primary == language.primary());
        match found {
            Some((_, _, words)) => {
                phrase
                    .languages
                    .insert(language, vec![Template { parts: vec![Part::Text((*words).to_owned())] }]);
            }
            None => {
                let sentence = format!("there is no ready question for `{purpose}` in `{language}`");
                reader.error(
                    "say-1",
                    site.place,
                    sentence,
                    format!("write it: `ask: {{{language}: \"…\"}}`"),
                );
            }
        }
    }
    phrase
}

fn schema() -> Value {
    let purposes: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect();
    let purpose = json!({"enum": purposes});
    let keys = [("for", purpose.clone()), ("ask", schema::phrase()), ("refused", schema::steps())];
    json!({"anyOf": [purpose, schema::object(&keys, &["for"])]})
}

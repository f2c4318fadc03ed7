//! `voicemail`: takes a message, ends.

use super::{Site, StepKind};
use crate::phrase::{Part, Phrase, Template};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{Do, Voicemail};
use closare_terms::Millis;
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "voicemail", about: "takes a message, ends", read, schema };

const KEYS: [&str; 3] = ["say", "longest", "to"];

const WORDS: [(&str, &str); 2] =
    [("en", "Please leave a message after the tone."), ("de", "Bitte sprechen Sie nach dem Ton.")];

const LONGEST: Millis = Millis::from_secs(180);

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    if reader.is_phrase(node) {
        return Some(Do::Voicemail(Voicemail { say: reader.phrase(node), longest: LONGEST }));
    }
    let map = reader.map(node, "`voicemail`", &KEYS);
    if let Some(node) = map.get("to") {
        reader.later(node.place, "`to` in `voicemail`");
    }
    let say = match map.get("say") {
        Some(node) => reader.phrase(node),
        None => reader.ready_words(&WORDS, "voicemail", site.place),
    };
    let longest = map.get("longest").and_then(|node| reader.duration(node)).unwrap_or(LONGEST);
    Some(Do::Voicemail(Voicemail { say, longest }))
}

impl Reader<'_> {
    /// Shipped words in each language of the file; a language without any is a finding.
    pub fn ready_words(&mut self, words: &[(&str, &str)], step: &str, place: crate::Place) -> Phrase {
        let mut phrase = Phrase::default();
        for language in self.languages.clone() {
            match words.iter().find(|(primary, _)| *primary == language.primary()) {
                Some((_, text)) => {
                    phrase
                        .languages
                        .insert(language, vec![Template { parts: vec![Part::Text((*text).to_owned())] }]);
                }
                None => {
                    let sentence = format!("there are no ready words for `{step}` in `{language}`");
                    self.error(
                        "say-1",
                        place,
                        sentence,
                        format!("write them: `{step}: {{say: {{{language}: \"…\"}}}}`"),
                    );
                }
            }
        }
        phrase
    }
}

fn schema() -> Value {
    let keys = [("say", schema::phrase()), ("longest", schema::duration())];
    json!({"anyOf": [schema::nothing(), schema::phrase(), schema::object(&keys, &[])]})
}

//! `disclose`: tells the caller that an AI speaks, before anything else.

use super::{Site, StepKind};
use crate::finding::Finding;
use crate::phrase::{Part, Phrase, Template};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{Disclose, Do};
use closare_terms::Language;
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "disclose", about: "tells the caller that an AI speaks, and for whom", read, schema };

const KEYS: [&str; 2] = ["say", "with"];

/// The words where the file has none, by primary language.
const WORDS: [(&str, &str); 2] = [
    ("en", "You are speaking with an automated assistant, an AI, and not with a person."),
    ("de", "Sie sprechen mit einem automatischen Assistenten, einer KI, und nicht mit einem Menschen."),
];

/// What an AI is called, in the languages of the Union and a few more. Whole words, in any case but for the short ones.
const SHORT_NAMES: [&str; 8] = ["AI", "A.I.", "KI", "IA", "I.A.", "SI", "MI", "ИИ"];
const LONG_NAMES: [&str; 13] = [
    "artificial intelligence",
    "künstliche intelligenz",
    "künstlichen intelligenz",
    "intelligence artificielle",
    "inteligencia artificial",
    "intelligenza artificiale",
    "inteligência artificial",
    "kunstmatige intelligentie",
    "sztuczna inteligencja",
    "sztuczną inteligencją",
    "umělá inteligence",
    "artificiell intelligens",
    "yapay zek",
];

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    if reader.is_phrase(node) {
        let say = reader.phrase(node);
        names_ai(&say, node, reader);
        return Some(Do::Disclose(Disclose { say }));
    }
    let map = reader.map(node, "`disclose`", &KEYS);
    let mut say = match map.get("say") {
        Some(node) => {
            let say = reader.phrase(node);
            names_ai(&say, node, reader);
            say
        }
        None => default_words(site, reader),
    };
    if let Some(node) = map.get("with") {
        let with = reader.phrase(node);
        say = joined(say, &with);
    }
    Some(Do::Disclose(Disclose { say }))
}

/// The shipped sentence in each language of the file.
fn default_words(site: &Site, reader: &mut Reader) -> Phrase {
    let mut phrase = Phrase::default();
    for language in reader.languages.clone() {
        match WORDS.iter().find(|(primary, _)| *primary == language.primary()) {
            Some((_, words)) => {
                phrase
                    .languages
                    .insert(language, vec![Template { parts: vec![Part::Text((*words).to_owned())] }]);
            }
            None => {
                let sentence = format!("there is no ready disclosure in `{language}`");
                let help = format!("write it: `disclose: {{say: {{{language}: \"…\"}}}}`, naming an AI");
                reader.error("law-2", site.place, sentence, help);
            }
        }
    }
    phrase
}

fn names_ai(say: &Phrase, node: &Node, reader: &mut Reader) {
    for (language, variants) in &say.languages {
        if variants.iter().all(variant_names_ai) {
            continue;
        }
        let place = node.get(language.as_str()).map_or(node.place, |node| node.place);
        let sentence = format!("the disclosure doesn't say in `{language}` that an AI speaks");
        let help = format!("name it, such as \"{}\"", example(language));
        reader.findings.push(Finding::error("law-2", place, sentence).help(help));
    }
}

fn example(language: &Language) -> &'static str {
    WORDS.iter().find(|(primary, _)| *primary == language.primary()).map_or(WORDS[0].1, |(_, words)| words)
}

fn variant_names_ai(variant: &Template) -> bool {
    let text: String =
        variant.parts.iter().map(|part| if let Part::Text(text) = part { text } else { " " }).collect();
    let low = text.to_lowercase();
    let word = |c: char| !(c.is_alphanumeric() || c == '.');
    let short = text
        .split(word)
        .any(|word| SHORT_NAMES.contains(&word) || SHORT_NAMES.contains(&word.trim_end_matches('.')));
    short || LONG_NAMES.iter().any(|name| low.contains(name))
}

/// Each variant of the first, followed by the sentence of the second in its language.
fn joined(mut say: Phrase, with: &Phrase) -> Phrase {
    for (language, variants) in &mut say.languages {
        let Some(sentence) = with.languages.get(language).and_then(|all| all.first()) else { continue };
        for variant in variants {
            variant.parts.push(Part::Text(" ".to_owned()));
            variant.parts.extend(sentence.parts.iter().cloned());
        }
    }
    say
}

fn schema() -> Value {
    json!({"anyOf": [schema::nothing(), schema::phrase(), schema::object(&[("say", schema::phrase()), ("with", schema::phrase())], &[])]})
}

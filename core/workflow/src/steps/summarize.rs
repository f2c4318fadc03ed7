//! `summarize`: a summary made beside the call, in the business's language, marked as AI's.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{Do, Summarize};
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "summarize", about: "a summary marked as AI's, made beside the call", read, schema };

const KEYS: [&str; 4] = ["style", "language", "fields", "longest"];

fn read(node: &Node, _: &Site, reader: &mut Reader) -> Option<Do> {
    let map = reader.map(node, "`summarize`", &KEYS);
    if let Some(node) = map.get("fields") {
        reader.later(node.place, "`fields` in `summarize`");
    }
    let words =
        |text: &str| text.trim_end_matches("words").trim().parse().ok().filter(|n| (5..=500).contains(n));
    Some(Do::Summarize(Summarize {
        style: map.get("style").and_then(|node| reader.text(node, "how it reads, such as `one sentence`")),
        language: map
            .get("language")
            .and_then(|node| reader.scalar(node, "a language such as `en`", crate::scalar::language)),
        longest_words: map
            .get("longest")
            .and_then(|node| reader.scalar(node, "5 to 500 words, such as `80 words`", words))
            .unwrap_or(80),
    }))
}

fn schema() -> Value {
    let keys = [
        ("style", schema::text()),
        ("language", schema::text()),
        ("longest", json!({"type": ["string", "integer"], "default": "80 words"})),
    ];
    json!({"anyOf": [schema::nothing(), schema::object(&keys, &[])]})
}

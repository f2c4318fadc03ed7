//! `extract`: understands what the caller has said since the last one, listening first if that is nothing.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::slot::SlotUse;
use crate::source::Node;
use crate::workflow::{Do, Extract, Intent};
use serde_json::{Value, json};

pub(super) const STEP: StepKind = StepKind {
    name: "extract",
    about: "understands what the caller wants, and the fields in it",
    read,
    schema,
};

const KEYS: [&str; 6] = ["intents", "fields", "from", "confidence", "unclear", "give_up"];

/// Below it an intent is unclear.
const CONFIDENCE: f32 = 0.6;

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    let map = reader.map(node, "`extract`", &KEYS);
    if map.get("intents").is_none() && map.get("fields").is_none() {
        let sentence = "`extract` needs `intents`, `fields` or both";
        reader.error(
            "read-7",
            site.place,
            sentence,
            "add `intents: {book: [\"I'd like an appointment\", …]}`",
        );
    }
    if let Some(node) = map.get("from") {
        reader.later(node.place, "`from`");
    }
    let intents = map.get("intents").map(|node| intents(node, reader)).unwrap_or_default();
    let mut fields = Vec::new();
    if let Some(node) = map.get("fields") {
        for (key, value) in reader.entries(node, "a map from names to slots") {
            fields.extend(reader.slot(key, value, SlotUse::Asked));
        }
    }
    let within = |text: &str| text.parse::<f32>().ok().filter(|n| (0.0..=1.0).contains(n));
    let confidence =
        map.get("confidence").and_then(|node| reader.scalar(node, "a number from 0 to 1", within));
    let unclear = reader.branch(map.get("unclear"), site, "unclear");
    let give_up = reader.branch(map.get("give_up"), site, "give_up");
    Some(Do::Extract(Extract {
        intents,
        fields,
        confidence: confidence.unwrap_or(CONFIDENCE),
        unclear,
        give_up,
    }))
}

fn intents(node: &Node, reader: &mut Reader) -> Vec<Intent> {
    let mut all = Vec::new();
    for (key, value) in reader.entries(node, "a map from intents to examples") {
        if reader.name(&key.text, key.place) {
            let examples = reader.texts(value, "a sentence that a caller says");
            reader.intent_examples(key, &examples);
            reader.intents.insert(key.text.clone());
            all.push((Intent { name: key.text.clone(), examples }, key.place));
        }
    }
    reader.intents_apart(&all);
    all.into_iter().map(|(intent, _)| intent).collect()
}

fn schema() -> Value {
    let examples = json!({"type": "object", "additionalProperties": schema::texts()});
    let slots = json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/slot"}});
    schema::object(
        &[
            ("intents", examples),
            ("fields", slots),
            ("confidence", json!({"type": "number", "minimum": 0, "maximum": 1, "default": 0.6})),
            ("unclear", schema::steps()),
            ("give_up", schema::steps()),
        ],
        &[],
    )
}

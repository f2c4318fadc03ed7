//! `converse`: an open dialogue by a language model, inside bounds.

use super::say::barge_in;
use super::{Site, StepKind};
use crate::reader::Reader;
use crate::schema::{self};
use crate::slot::SlotUse;
use crate::source::Node;
use crate::workflow::{Converse, Do, Exit};
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "converse", about: "open dialogue by a language model, inside bounds", read, schema };

const KEYS: [&str; 12] = [
    "goal",
    "instructions",
    "know",
    "tools",
    "collect",
    "done_when",
    "exits",
    "turns",
    "never",
    "failed",
    "barge_in",
    "listen",
];

/// The caller's turns, if the file gives none.
const TURNS: u64 = 12;

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    let map = reader.map(node, "`converse`", &KEYS);
    if let Some(node) = map.get("tools") {
        reader.later(node.place, "`tools` in `converse`");
    }
    if map.get("exits").is_none() && map.get("done_when").is_none() {
        let help = "add `exits: {done: {about: \"nothing more is needed\", do: [hangup]}}`";
        reader.error(
            "read-7",
            site.place,
            "`converse` needs `exits`, `done_when` or both, by which it is over",
            help,
        );
    }
    let goal = reader.need(&map, "goal").and_then(|node| reader.text(node, "what the dialogue is for"));
    let mut collect = Vec::new();
    if let Some(node) = map.get("collect") {
        for (key, value) in reader.entries(node, "a map from names to slots") {
            collect.extend(reader.slot(key, value, SlotUse::Mentioned));
        }
    }
    let texts = |reader: &mut Reader, key, expected| {
        map.get(key).map(|node| reader.texts(node, expected)).unwrap_or_default()
    };
    Some(Do::Converse(Converse {
        goal: goal?,
        instructions: map
            .get("instructions")
            .and_then(|node| reader.text(node, "instructions for the model")),
        know: texts(reader, "know", "a fact, or a file beside the workflow"),
        never: texts(reader, "never", "what the model must not do"),
        collect,
        done_when: map.get("done_when").and_then(|node| reader.expression(node)),
        exits: map.get("exits").map(|node| exits(node, site, reader)).unwrap_or_default(),
        turns: map.get("turns").and_then(|node| reader.number(node, 1..=100)).unwrap_or(TURNS) as u32,
        barge_in: barge_in(map.get("barge_in"), reader),
        listen: reader.listen(map.get("listen")),
        failed: reader.branch(map.get("failed"), site, "failed"),
    }))
}

fn exits(node: &Node, site: &Site, reader: &mut Reader) -> Vec<Exit> {
    let mut exits = Vec::new();
    for (key, value) in reader.entries(node, "a map from names to `{about, do}`") {
        reader.name(&key.text, key.place);
        let map = reader.map(value, "an exit", &["about", "do"]);
        let about =
            reader.need(&map, "about").and_then(|node| reader.text(node, "when to leave by this exit"));
        let then =
            reader.need(&map, "do").map(|node| reader.steps(node, &format!("{}.{}", site.id, key.text)));
        match (about, then) {
            (Some(about), Some(then)) => exits.push(Exit { name: key.text.clone(), about, then }),
            _ => reader.incomplete = true,
        }
    }
    exits
}

fn schema() -> Value {
    let exit = schema::object(&[("about", schema::text()), ("do", schema::steps())], &["about", "do"]);
    schema::object(
        &[
            ("goal", schema::text()),
            ("instructions", schema::text()),
            ("know", schema::texts()),
            ("never", schema::texts()),
            ("collect", json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/slot"}})),
            ("done_when", schema::expression()),
            ("exits", json!({"type": "object", "additionalProperties": exit})),
            ("turns", json!({"type": "integer", "minimum": 1, "maximum": 100, "default": TURNS})),
            ("barge_in", schema::barge_in()),
            ("listen", schema::listen()),
            ("failed", schema::steps()),
        ],
        &["goal"],
    )
}

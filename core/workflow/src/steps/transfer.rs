//! `transfer`: connects to a contact, a number or a SIP URI.

use super::{Site, StepKind};
use crate::reader::Reader;
use crate::scalar;
use crate::schema::{self};
use crate::source::{Is, Node};
use crate::workflow::{BlockId, Do, Transfer};
use closare_terms::Millis;
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "transfer", about: "connects to a contact, a number or a SIP URI", read, schema };

const KEYS: [&str; 10] =
    ["to", "mode", "say", "ring", "busy", "no_answer", "declined", "failed", "brief", "accept"];
pub(crate) const BRANCHES: [&str; 4] = ["busy", "no_answer", "declined", "failed"];

/// How long it rings at each of `to`.
pub(crate) const RING: Millis = Millis::from_secs(25);

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    let short = Map { to: Some(node), ..Map::default() };
    let map = match &node.is {
        Is::Map(_) => long(node, reader),
        _ => short,
    };
    let mut to = Vec::new();
    let mut contact = None;
    let one = map.to.map(std::slice::from_ref).unwrap_or_default();
    let all = match map.to.map(|node| &node.is) {
        Some(Is::Sequence(items)) => items.as_slice(),
        _ => one,
    };
    for node in all {
        if let Some(address) = address(node, &mut contact, reader) {
            to.push(address);
        }
    }
    if to.is_empty() {
        if map.to.is_some_and(|node| matches!(&node.is, Is::Sequence(items) if items.is_empty())) {
            reader.wrong(node, "at least one contact, number or SIP URI");
        }
        return None;
    }
    let known = contact
        .and_then(|name| reader.contacts.get(&name))
        .map(|known| (known.contact.ring, known.branches.clone()));
    let (ring, branches) = known.unwrap_or((RING, Default::default()));
    let mut branch = |key: &str| -> Option<BlockId> {
        reader.branch(node.get(key), site, key).or_else(|| branches.get(key).copied())
    };
    let (busy, no_answer, declined, failed) =
        (branch("busy"), branch("no_answer"), branch("declined"), branch("failed"));
    let ring = map.ring.and_then(|node| reader.duration(node)).unwrap_or(ring);
    let say = map.say.map(|node| reader.phrase(node));
    Some(Do::Transfer(Transfer { to, ring, say, busy, no_answer, declined, failed }))
}

#[derive(Default)]
struct Map<'n> {
    to: Option<&'n Node>,
    say: Option<&'n Node>,
    ring: Option<&'n Node>,
}

fn long<'n>(node: &'n Node, reader: &mut Reader) -> Map<'n> {
    let map = reader.map(node, "`transfer`", &KEYS);
    if let Some(mode) = map.get("mode") {
        let modes = [("blind", true), ("warm", false), ("three_way", false)];
        if reader.one_of(mode, &modes) == Some(false) {
            reader.later(mode.place, &format!("the transfer mode {}", mode.found()));
        }
    }
    for key in ["brief", "accept"] {
        if let Some(node) = map.get(key) {
            reader.later(node.place, &format!("`{key}` in `transfer`"));
        }
    }
    Map { to: reader.need(&map, "to"), say: map.get("say"), ring: map.get("ring") }
}

/// A contact's address, or the number or SIP URI that is written.
fn address(node: &Node, contact: &mut Option<String>, reader: &mut Reader) -> Option<String> {
    let text = reader.text(node, "a contact, a number or a SIP URI")?;
    if let Some(known) = reader.contacts.get(&text) {
        let to = known.contact.to.clone();
        contact.get_or_insert(text);
        return Some(to);
    }
    let address = scalar::address(&text);
    if address.is_none() {
        let names: Vec<String> = reader.contacts.keys().cloned().collect();
        reader.no_such(&text, node.place, "contact", &names);
    }
    address
}

fn schema() -> Value {
    let to = schema::texts();
    let keys = [
        ("to", to.clone()),
        ("mode", json!({"enum": ["blind"], "default": "blind"})),
        ("say", schema::phrase()),
        ("ring", schema::duration()),
        ("busy", schema::steps()),
        ("no_answer", schema::steps()),
        ("declined", schema::steps()),
        ("failed", schema::steps()),
    ];
    json!({"anyOf": [to, schema::object(&keys, &["to"])]})
}

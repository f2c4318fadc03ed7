//! `ask`: says, listens, keeps the words.

use super::{Site, StepKind};
use crate::expression::Kind;
use crate::reader::Reader;
use crate::schema::{self};
use crate::source::Node;
use crate::workflow::{Ask, Do, Listen};
use serde_json::{Value, json};

pub(super) const STEP: StepKind =
    StepKind { name: "ask", about: "says, listens, keeps the words", read, schema };

const KEYS: [&str; 4] = ["say", "as", "listen", "give_up"];

fn read(node: &Node, site: &Site, reader: &mut Reader) -> Option<Do> {
    if node.is_nothing() || reader.is_phrase(node) {
        return Some(Do::Ask(Ask {
            say: reader.phrase(node),
            to: None,
            listen: Listen::default(),
            give_up: None,
        }));
    }
    let map = reader.map(node, "`ask`", &KEYS);
    let say = reader.need(&map, "say").map(|node| reader.phrase(node)).unwrap_or_default();
    let to = map.get("as").and_then(|node| {
        let name =
            reader.text(node, "the name of a variable").filter(|name| reader.name(name, node.place))?;
        reader.declare(&name, Kind::Text, node.place, false);
        Some(name)
    });
    let listen = reader.listen(map.get("listen"));
    let give_up = reader.branch(map.get("give_up"), site, "give_up");
    Some(Do::Ask(Ask { say, to, listen, give_up }))
}

fn schema() -> Value {
    let keys = [
        ("say", schema::phrase()),
        ("as", schema::name()),
        ("listen", schema::listen()),
        ("give_up", schema::steps()),
    ];
    json!({"anyOf": [schema::phrase(), schema::object(&keys, &["say"])]})
}

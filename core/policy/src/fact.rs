use closare_terms::{Kind, Kinds};
use rhai::{Dynamic, Map};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

use crate::sandbox::{ARRAY_MAX, MAP_MAX, STRING_BYTES_MAX};

/// What is known at a decision point, by name. A name that isn't here is an error in a script, and so a deny.
pub type Facts = BTreeMap<String, Fact>;

/// A fact about data; never the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<String>),
    Map(Facts),
}

/// Maps within maps: `consents.recording` is the second level, and nothing needs more than four.
const DEPTH_MAX: usize = 4;

/// SHA-256, hexadecimal, of the facts as canonical JSON: names sorted, no spaces (RFC 8785).
pub(crate) fn hash(facts: &Facts) -> String {
    let json =
        serde_json::to_vec(facts).expect("facts are maps with string keys, which JSON can always hold");
    hex(&Sha256::digest(json))
}

/// The facts as a script sees them.
///
/// # Errors
/// A fact that is larger than what a script may hold: strings of 4 KB, lists of 256, maps of 64, four maps deep.
pub(crate) fn for_script(facts: &Facts) -> Result<Map, String> {
    map(facts, 1)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn map(facts: &Facts, depth: usize) -> Result<Map, String> {
    if facts.len() > MAP_MAX {
        return Err(format!("expected at most {MAP_MAX} facts in a map, found `{}`", facts.len()));
    }
    if depth > DEPTH_MAX {
        return Err(format!("expected facts at most {DEPTH_MAX} maps deep, found more"));
    }
    facts.iter().map(|(name, fact)| Ok((name.as_str().into(), value(fact, depth)?))).collect()
}

fn value(fact: &Fact, depth: usize) -> Result<Dynamic, String> {
    Ok(match fact {
        Fact::Bool(yes) => (*yes).into(),
        Fact::Int(number) => (*number).into(),
        Fact::Text(text) => string(text)?,
        Fact::List(list) if list.len() > ARRAY_MAX => {
            return Err(format!(
                "expected at most {ARRAY_MAX} items in a fact's list, found `{}`",
                list.len()
            ));
        }
        Fact::List(list) => list.iter().map(|text| string(text)).collect::<Result<Vec<_>, _>>()?.into(),
        Fact::Map(facts) => map(facts, depth + 1)?.into(),
    })
}

fn string(text: &str) -> Result<Dynamic, String> {
    if text.len() > STRING_BYTES_MAX {
        return Err(format!("expected a fact of at most {STRING_BYTES_MAX} bytes, found `{}`", text.len()));
    }
    Ok(text.into())
}

impl From<bool> for Fact {
    fn from(yes: bool) -> Fact {
        Fact::Bool(yes)
    }
}

impl From<i64> for Fact {
    fn from(number: i64) -> Fact {
        Fact::Int(number)
    }
}

impl From<u32> for Fact {
    fn from(number: u32) -> Fact {
        Fact::Int(number.into())
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Fact {
        Fact::Text(text.to_owned())
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Fact {
        Fact::Text(text)
    }
}

impl From<Vec<String>> for Fact {
    fn from(list: Vec<String>) -> Fact {
        Fact::List(list)
    }
}

impl From<Kind> for Fact {
    fn from(kind: Kind) -> Fact {
        kind.as_str().into()
    }
}

impl From<&Kinds> for Fact {
    fn from(kinds: &Kinds) -> Fact {
        Fact::List(kinds.iter().map(|kind| kind.as_str().to_owned()).collect())
    }
}

impl From<Facts> for Fact {
    fn from(facts: Facts) -> Fact {
        Fact::Map(facts)
    }
}

impl<const N: usize> From<[(&str, Fact); N]> for Fact {
    fn from(pairs: [(&str, Fact); N]) -> Fact {
        Fact::Map(pairs.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect())
    }
}

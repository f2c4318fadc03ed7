//! What a test call must come to.

use crate::talk::read_span;
use closare_call::{ConsentAnswer, Ended};
use closare_terms::{Millis, Purpose};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// A branch that a `route` or a `converse` took, or a flow that was run.
    pub route: Option<String>,
    pub intent: Option<String>,
    /// By name, as written in the file.
    pub fields: BTreeMap<String, String>,
    #[serde(deserialize_with = "read_ended")]
    pub ended: Option<Ended>,
    /// The whole call, from the answer to the end.
    #[serde(deserialize_with = "read_span")]
    pub within: Option<Millis>,
    /// The longest that the caller heard nothing and said nothing.
    #[serde(deserialize_with = "read_span")]
    pub silence_at_most: Option<Millis>,
    pub consent: BTreeMap<Purpose, ConsentAnswer>,
    /// Whether anything of a kind was kept: `recording`, `transcript`, `summary`, `field`.
    #[serde(deserialize_with = "read_kept")]
    pub stored: BTreeMap<String, bool>,
    pub disclosed: Option<Disclosed>,
    pub transferred_to: Option<String>,
    pub said: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disclosed {
    InFull,
    Never,
}

/// What the caller must, and must not, have heard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Said {
    pub all: Vec<String>,
    pub not: Vec<String>,
}

const ENDS: [(&str, Ended); 8] = [
    ("hangup", Ended::HungUp),
    ("caller_hung_up", Ended::CallerHungUp),
    ("transferred", Ended::Transferred),
    ("voicemail", Ended::Voicemail),
    ("refused", Ended::Refused),
    ("stopped", Ended::Stopped),
    ("lost", Ended::Lost),
    ("failed", Ended::Failed),
];

/// How a test file calls an end.
pub(crate) fn end_word(ended: Ended) -> &'static str {
    ENDS.iter().find(|(_, end)| *end == ended).map_or("failed", |(word, _)| word)
}

fn read_ended<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Ended>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let words: Vec<&str> = ENDS.iter().map(|(word, _)| *word).collect();
    let known = ENDS.iter().find(|(word, _)| *word == text).map(|(_, ended)| *ended);
    known
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("expected one of {}, found `{text}`", words.join(", "))))
}

fn read_kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, bool>, D::Error> {
    let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
    let read = |(kind, text): (String, String)| match (kind.as_str(), text.as_str()) {
        ("recording" | "transcript" | "summary" | "field", "yes" | "true") => Ok((kind, true)),
        ("recording" | "transcript" | "summary" | "field", "no" | "false") => Ok((kind, false)),
        ("recording" | "transcript" | "summary" | "field", _) => {
            Err(D::Error::custom(format!("expected `yes` or `no`, found `{text}`")))
        }
        _ => Err(D::Error::custom(format!(
            "expected `recording`, `transcript`, `summary` or `field`, found `{kind}`"
        ))),
    };
    texts.into_iter().map(read).collect()
}

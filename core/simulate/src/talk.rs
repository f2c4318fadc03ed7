//! What a caller does on a call, in order. Read from YAML; knows nothing of how a call is played.
//!
//! ```yaml
//! - hear: disclosure                      # waits until the whole of it was played
//! - hear: "How can I help?"               # waits until these words were heard
//! - hear: {matches: "Tues(day)?"}         # or words that match a regular expression
//! - say: "I'd like an appointment"        # waits until the agent is silent
//!   means: {intent: book}                 # what the model makes of it; without it the offline one is asked
//! - interrupt: {after: 400ms, say: "no, Wednesday"}     # speaks while the agent does
//! - press: "2"
//! - silence: 30s
//! - hold: 5s
//! - hangup
//! ```
//! For an open dialogue, `means` may hold `say`, the model's answer, and `exit`, the exit that it names; all else is fields.

use closare_terms::Millis;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer};
use std::collections::BTreeMap;
use std::fmt;

/// The acts, each with the line of the file that it stands on (0 where there is no file).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Vec<serde_yaml::Spanned<Act>>")]
pub struct Talk(pub Vec<(u32, Act)>);

#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Hear(Match),
    Say(Words),
    /// Begins to speak this long after the agent did.
    Interrupt {
        after: Millis,
        words: Words,
    },
    Press(String),
    Silence(Millis),
    Hold(Millis),
    Hangup,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Match {
    Disclosure,
    /// These words, whatever their case and the signs between them.
    Contains(String),
    /// A regular expression.
    Matches(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    pub text: String,
    pub means: Option<Means>,
}

/// By name: `intent`, `say`, `exit`, or a field. Values are the text that stands in the file.
pub type Means = BTreeMap<String, String>;

impl Talk {
    /// Reads a talk that is a file of its own: a list of acts.
    ///
    /// # Errors
    /// What was expected, what stands there, and where.
    pub fn read(text: &str) -> Result<Talk, crate::ScenarioError> {
        crate::scenario::parse(text)
    }
}

impl From<Vec<serde_yaml::Spanned<Act>>> for Talk {
    fn from(acts: Vec<serde_yaml::Spanned<Act>>) -> Talk {
        Talk(acts.into_iter().map(|act| (act.referenced.line() as u32, act.value)).collect())
    }
}

impl From<Vec<Act>> for Talk {
    fn from(acts: Vec<Act>) -> Talk {
        Talk(acts.into_iter().map(|act| (0, act)).collect())
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::Hear(Match::Disclosure) => f.write_str("hear: disclosure"),
            Act::Hear(Match::Contains(text)) => write!(f, "hear: \"{text}\""),
            Act::Hear(Match::Matches(pattern)) => write!(f, "hear: {{matches: \"{pattern}\"}}"),
            Act::Say(words) => write!(f, "say: \"{}\"", words.text),
            Act::Interrupt { after, words } => {
                write!(f, "interrupt: {{after: {}ms, say: \"{}\"}}", after.0, words.text)
            }
            Act::Press(keys) => write!(f, "press: \"{keys}\""),
            Act::Silence(span) => write!(f, "silence: {}ms", span.0),
            Act::Hold(span) => write!(f, "hold: {}ms", span.0),
            Act::Hangup => f.write_str("hangup"),
        }
    }
}

/// `400ms`, `6s`, `1.5s`, `2m`.
pub(crate) fn span(text: &str) -> Option<Millis> {
    let text = text.trim();
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let number: f64 =
        text[..unit].trim().parse().ok().filter(|number: &f64| (0.0..=86_400_000.0).contains(number))?;
    let factor = match &text[unit..] {
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" => 60_000.0,
        _ => return None,
    };
    Some(Millis((number * factor).round() as u64))
}

pub(crate) fn read_span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Millis>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let wrong = || {
        D::Error::custom(format!("expected a length of time such as `400ms`, `6s` or `2m`, found `{text}`"))
    };
    span(&text).map(Some).ok_or_else(wrong)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAct {
    hear: Option<RawMatch>,
    say: Option<String>,
    means: Option<Means>,
    interrupt: Option<RawInterrupt>,
    press: Option<String>,
    #[serde(default, deserialize_with = "read_span")]
    silence: Option<Millis>,
    #[serde(default, deserialize_with = "read_span")]
    hold: Option<Millis>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawInterrupt {
    #[serde(default, deserialize_with = "read_span")]
    after: Option<Millis>,
    say: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPattern {
    matches: String,
}

struct RawMatch(Match);

impl<'de> Deserialize<'de> for RawMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawMatch, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = RawMatch;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`disclosure`, words, or `{matches: …}`")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<RawMatch, E> {
                Ok(RawMatch(match text {
                    "disclosure" => Match::Disclosure,
                    words => Match::Contains(words.to_owned()),
                }))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawMatch, A::Error> {
                let RawPattern { matches } = RawPattern::deserialize(MapAccessDeserializer::new(map))?;
                regex::Regex::new(&matches).map_err(|_| {
                    A::Error::custom(format!("expected a regular expression, found `{matches}`"))
                })?;
                Ok(RawMatch(Match::Matches(matches)))
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Act, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Act;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one of `hear`, `say`, `interrupt`, `press`, `silence`, `hold`, `hangup`")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Act, E> {
                match text {
                    "hangup" => Ok(Act::Hangup),
                    other => {
                        Err(E::custom(format!("expected `hangup` or a key such as `say`, found `{other}`")))
                    }
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Act, A::Error> {
                act(RawAct::deserialize(MapAccessDeserializer::new(map))?)
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

fn act<E: Error>(raw: RawAct) -> Result<Act, E> {
    let RawAct { hear, say, means, interrupt, press, silence, hold } = raw;
    let speaks = say.is_some() || interrupt.is_some();
    let mut acts: Vec<Act> = Vec::new();
    acts.extend(hear.map(|RawMatch(wanted)| Act::Hear(wanted)));
    acts.extend(say.map(|text| Act::Say(Words { text, means: means.clone() })));
    acts.extend(interrupt.map(|raw| Act::Interrupt {
        after: raw.after.unwrap_or_default(),
        words: Words { text: raw.say, means: means.clone() },
    }));
    acts.extend(press.map(Act::Press));
    acts.extend(silence.map(Act::Silence));
    acts.extend(hold.map(Act::Hold));
    let found = acts.len();
    match (acts.pop(), found) {
        (Some(Act::Press(keys)), 1) if !keys.chars().all(|key| "0123456789*#".contains(key)) => {
            Err(E::custom(format!("expected keys (0-9, `*`, `#`), found `{keys}`")))
        }
        (Some(_), 1) if means.is_some() && !speaks => {
            Err(E::custom("expected `means` beside `say` or `interrupt`, found it alone"))
        }
        (Some(act), 1) => Ok(act),
        (_, 0) => Err(E::custom(
            "expected one of `hear`, `say`, `interrupt`, `press`, `silence`, `hold`, found none",
        )),
        _ => Err(E::custom(format!("expected one act an item, found {found}; begin each with `- `"))),
    }
}

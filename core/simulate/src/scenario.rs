//! `NAME.test.yaml`: the test calls of a workflow.
//!
//! ```yaml
//! workflow: dentist.yaml
//! now: 2026-03-02T10:15:00+00:00
//! calls:
//!   - name: the model is down and the caller is in pain
//!     from: "+447700900123"
//!     faults: {llm: {times_out: always}}
//!     transfers: [busy, done]                # what becomes of each transfer; done where nothing is said
//!     model: ["Hello, how can I help?"]      # what the model answers where no `means` says it, one after the other
//!     talk: [{say: "my tooth broke, it hurts"}]
//!     expect: {transferred_to: "+442079460000"}
//! ```

use crate::expect::Expect;
use crate::faults::Faults;
use crate::talk::Talk;
use closare_call::TransferOutcome;
use closare_terms::UnixMillis;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenarios {
    /// The workflow's file, beside this one.
    pub workflow: String,
    #[serde(default = "usual_now", deserialize_with = "read_now")]
    pub now: UnixMillis,
    pub calls: Vec<Scenario>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub language: Option<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Where it differs from the file's.
    #[serde(default, deserialize_with = "read_own_now")]
    pub now: Option<UnixMillis>,
    #[serde(default)]
    pub seed: u64,
    #[serde(default)]
    pub faults: Faults,
    #[serde(default)]
    pub transfers: Vec<TransferOutcome>,
    #[serde(default)]
    pub model: Vec<String>,
    #[serde(default)]
    pub talk: Talk,
    #[serde(default)]
    pub expect: Expect,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScenarioError {
    /// From 1; 0 where the place is not known.
    pub line: u32,
    pub column: u32,
    pub message: String,
}

impl Scenarios {
    /// # Errors
    /// What was expected, what stands there, and where.
    pub fn read(text: &str) -> Result<Scenarios, ScenarioError> {
        let mut scenarios: Scenarios = parse(text)?;
        let now = scenarios.now;
        for (number, call) in scenarios.calls.iter_mut().enumerate() {
            call.now.get_or_insert(now);
            if call.seed == 0 {
                call.seed = number as u64 + 1;
            }
        }
        Ok(scenarios)
    }
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ScenarioError> {
    // A `no` is a word here, which each place reads as it needs it.
    let options = serde_yaml::options! { strict_booleans: true, with_snippet: false };
    serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let (line, column) =
            error.location().map_or((0, 0), |place| (place.line() as u32, place.column() as u32));
        let message = error.to_string().lines().next().unwrap_or("").to_owned();
        ScenarioError { line, column, message }
    })
}

/// A Monday morning.
fn usual_now() -> UnixMillis {
    UnixMillis(1_772_446_500_000)
}

fn read_now<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UnixMillis, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |_| {
        D::Error::custom(format!("expected a moment such as `2026-03-02T10:15:00+00:00`, found `{text}`"))
    };
    text.parse::<jiff::Timestamp>().map(|moment| UnixMillis(moment.as_millisecond())).map_err(wrong)
}

fn read_own_now<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UnixMillis>, D::Error> {
    read_now(deserializer).map(Some)
}

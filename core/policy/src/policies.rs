use crate::sandbox::Word;
use crate::{Facts, Policy, Verdict, combine, fact};
use closare_terms::Point;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The layers that are asked together: the operator's, the tenant's, the workflow's. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Policies {
    layers: Arc<[Policy]>,
}

/// An answer, and what proves it: whose word it was, by which policy, on which facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    pub verdict: Verdict,
    /// Where something is kept: for at most this many days, if a policy shortens the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_days_max: Option<u32>,
    /// The layer with the strictest word, the first of equals; empty where all abstained.
    pub layer: String,
    /// That layer's version; of all layers together where all abstained.
    pub policy_version: String,
    /// SHA-256 of the facts as canonical JSON, hexadecimal.
    pub facts_hash: String,
    /// What went wrong in a script. The verdict is a deny then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Policies {
    pub fn new(layers: Vec<Policy>) -> Policies {
        Policies { layers: layers.into() }
    }

    /// SHA-256, hexadecimal, over the layers' versions in their order.
    pub fn version(&self) -> String {
        let versions: Vec<&str> = self.layers.iter().map(Policy::version).collect();
        fact::hex(&Sha256::digest(versions.join("\n")))
    }

    /// Asks every layer that has a word at this point, and gives the strictest. If none has, it is a deny.
    pub fn ask(&self, point: Point, facts: &Facts) -> Ruling {
        let facts_hash = fact::hash(facts);
        let (answers, error) = self.answers(point, facts);
        let Some(strictest) = first_strictest(&answers) else {
            let verdict = Verdict::deny(format!("no policy answers `{point}`"));
            let policy_version = self.version();
            return Ruling {
                verdict,
                keep_days_max: None,
                layer: String::new(),
                policy_version,
                facts_hash,
                error,
            };
        };
        let layer = strictest.name().to_owned();
        let policy_version = strictest.version().to_owned();
        let word = answers.into_iter().map(|(_, word)| word).reduce(combine::stricter);
        let Word { verdict, days } = word.expect("there is a strictest answer, so there is an answer");
        Ruling { verdict, keep_days_max: days, layer, policy_version, facts_hash, error }
    }

    fn answers(&self, point: Point, facts: &Facts) -> (Vec<(&Policy, Word)>, Option<String>) {
        let script_facts = fact::for_script(facts);
        let mut error = None;
        let mut answers = Vec::new();
        for layer in self.layers.iter().filter(|layer| layer.answers(point)) {
            let answer = script_facts.as_ref().map_err(Clone::clone);
            let answer =
                answer.and_then(|facts| layer.ask(point, facts).unwrap_or_else(|| Err("no answer".into())));
            let word = match answer {
                Ok(word) => combine::fit(point, facts, word),
                Err(cause) => {
                    let reason = format!("policy `{}` failed: {cause}", layer.name());
                    error.get_or_insert(reason.clone());
                    Word { verdict: Verdict::Deny { reason }, days: None }
                }
            };
            answers.push((layer, word));
        }
        (answers, error)
    }
}

fn first_strictest<'a>(answers: &[(&'a Policy, Word)]) -> Option<&'a Policy> {
    let strictest = answers.iter().map(|(_, word)| combine::rank(&word.verdict)).max()?;
    answers.iter().find(|(_, word)| combine::rank(&word.verdict) == strictest).map(|(layer, _)| *layer)
}

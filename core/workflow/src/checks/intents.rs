//! `ask-1`, `ask-2`: intents that can be told apart, with examples enough.

use crate::finding::{Finding, Place};
use crate::reader::Reader;
use crate::source::Key;
use crate::workflow::Intent;

/// Fewer examples leave too much to luck.
const EXAMPLES_MIN: usize = 3;

/// How alike two examples may be (Jaro-Winkler, 1 is equal).
const ALIKE: f64 = 0.97;

impl Reader<'_> {
    pub fn intent_examples(&mut self, key: &Key, examples: &[String]) {
        if examples.len() < EXAMPLES_MIN {
            let sentence = format!(
                "expected at least {EXAMPLES_MIN} examples of `{}`, found {}",
                key.text,
                examples.len()
            );
            let finding = Finding::warning("ask-2", key.place, sentence);
            self.findings.push(finding.help("add what callers say, in their words"));
        }
    }

    pub fn intents_apart(&mut self, intents: &[(Intent, Place)]) {
        for (at, (one, _)) in intents.iter().enumerate() {
            for (other, place) in &intents[at + 1..] {
                let alike = one.examples.iter().find_map(|a| {
                    let a = plain(a);
                    let b = other.examples.iter().find(|b| strsim::jaro_winkler(&a, &plain(b)) >= ALIKE)?;
                    Some((a == plain(b), b.clone()))
                });
                let Some((same, example)) = alike else { continue };
                let sentence =
                    format!("`{}` and `{}` both have the example \"{example}\"", one.name, other.name);
                let finding = if same {
                    Finding::error("ask-1", *place, sentence)
                } else {
                    Finding::warning("ask-1", *place, sentence)
                };
                self.findings.push(finding.help("give it to one of the two, or make them one intent"));
            }
        }
    }
}

fn plain(example: &str) -> String {
    let kept: String = example.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

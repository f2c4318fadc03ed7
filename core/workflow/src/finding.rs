//! What `closare check` says: a code, a place, a sentence, a remedy.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A stretch of the file: byte offsets, and the line and column (both from 1, columns in characters) of its begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub begin: usize,
    pub end: usize,
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `flow-1`, `read-6`…: a page of that name stands in `core/workflow/findings/`.
    pub code: Code,
    pub severity: Severity,
    pub place: Place,
    /// What is wrong here, in one sentence: expected, then found.
    pub sentence: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// Further places that explain it, such as the steps of a path.
    pub related: Vec<(Place, String)>,
}

pub type Code = &'static str;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Stops a publish.
    Error,
    Warning,
}

impl Finding {
    pub(crate) fn error(code: Code, place: Place, sentence: impl Into<String>) -> Finding {
        let sentence = sentence.into();
        Finding { code, severity: Severity::Error, place, sentence, remedy: None, related: Vec::new() }
    }

    pub(crate) fn warning(code: Code, place: Place, sentence: impl Into<String>) -> Finding {
        Finding { severity: Severity::Warning, ..Finding::error(code, place, sentence) }
    }

    pub(crate) fn help(self, remedy: impl Into<String>) -> Finding {
        Finding { remedy: Some(remedy.into()), ..self }
    }

    pub(crate) fn related(mut self, place: Place, note: impl Into<String>) -> Finding {
        self.related.push((place, note.into()));
        self
    }

    /// Adds a remedy only where there is one.
    pub(crate) fn maybe_help(self, remedy: Option<String>) -> Finding {
        match remedy {
            Some(remedy) => self.help(remedy),
            None => self,
        }
    }
}

/// The findings of one file. The same one at the same place is kept once.
#[derive(Default)]
pub(crate) struct Findings {
    all: Vec<Finding>,
    known: BTreeSet<(Place, Code, String)>,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        if self.known.insert((finding.place, finding.code, finding.sentence.clone())) {
            self.all.push(finding);
        }
    }

    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// In the order of the file.
    pub fn sorted(mut self) -> Vec<Finding> {
        self.all
            .sort_by(|a, b| (a.place.begin, a.severity, a.code).cmp(&(b.place.begin, b.severity, b.code)));
        self.all
    }
}

//! What ends a command early, for people: what was expected, what to do, and the line of the file where there is one.

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::error::Error;
use std::fmt;

type Cause = Box<dyn Error + Send + Sync>;

#[derive(Debug)]
pub struct Problem {
    message: String,
    hints: Vec<String>,
    cause: Option<Cause>,
    /// The command was used wrongly: exit 2.
    usage: bool,
    place: Option<(NamedSource<String>, LabeledSpan)>,
}

impl Problem {
    pub fn new(message: impl Into<String>) -> Problem {
        Problem { message: message.into(), hints: Vec::new(), cause: None, usage: false, place: None }
    }

    pub fn usage(message: impl Into<String>) -> Problem {
        Problem { usage: true, ..Problem::new(message) }
    }

    /// Something to try. Hints are shown in the order in which they were added.
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hints.push(hint.into());
        self
    }

    pub fn because(mut self, cause: impl Into<Cause>) -> Problem {
        self.cause = Some(cause.into());
        self
    }

    /// Shows a line of a file. `line` and `column` count from 1.
    pub fn at(mut self, file: &str, text: &str, line: u32, column: u32, label: &str) -> Problem {
        let before: usize =
            text.split_inclusive('\n').take(line.saturating_sub(1) as usize).map(str::len).sum();
        let rest = text.get(before..).unwrap_or_default();
        let inside: usize = rest.chars().take(column.saturating_sub(1) as usize).map(char::len_utf8).sum();
        let offset = (before + inside).min(text.len());
        let length =
            text.get(offset..).map_or(0, |rest| rest.lines().next().unwrap_or_default().trim_end().len());
        let span = LabeledSpan::new(Some(label.to_owned()), offset, length);
        self.place = Some((NamedSource::new(file, text.to_owned()), span));
        self
    }

    pub fn exit_code(&self) -> u8 {
        if self.usage { 2 } else { 1 }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.hints.is_empty()).then(|| Box::new(self.hints.join("\n")) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|(source, _)| source as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.place.as_ref().map(|(_, span)| Box::new(std::iter::once(span.clone())) as _)
    }
}

/// Gives an error a sentence that says what was being done.
pub trait During<T> {
    fn during(self, what: impl Into<String>) -> Result<T, Problem>;
}

impl<T, E: Into<Cause>> During<T> for Result<T, E> {
    fn during(self, what: impl Into<String>) -> Result<T, Problem> {
        self.map_err(|cause| Problem::new(what).because(cause))
    }
}

/// The nearest of the right words, as a hint.
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Jaro-Winkler, under which two words are not the same word mistyped.
    const ALIKE: f64 = 0.75;
    let scored = known.into_iter().map(|word| (strsim::jaro_winkler(found, word), word));
    scored.filter(|(score, _)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, word)| word)
}

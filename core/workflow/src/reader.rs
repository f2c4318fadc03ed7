//! Nodes to values, with a finding for each that doesn't fit. Nothing here stops: what can't be read is left out.

use crate::catalog::Catalog;
use crate::expression::{Expression, Kind};
use crate::finding::{Code, Finding, Findings, Place};
use crate::phrase::{Phrase, Template, template};
use crate::scalar;
use crate::source::{Is, Key, Lines, Node};
use crate::workflow::{BlockId, Contact, Position, Step, Uses};
use closare_terms::{Language, Millis};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};

pub(crate) struct Reader<'a> {
    pub catalog: &'a Catalog,
    pub text: &'a str,
    pub lines: Lines<'a>,
    pub findings: Findings,
    pub languages: Vec<Language>,
    pub uses: Uses,
    pub silence: Millis,
    pub phrases: BTreeMap<String, Phrase>,
    pub contacts: BTreeMap<String, KnownContact>,
    pub blocks: Vec<Vec<Step>>,
    pub flows: BTreeMap<String, BlockId>,
    pub labels: BTreeMap<String, Position>,
    /// Each `goto`, with the name that it goes to: found once everything is read.
    pub gotos: Vec<(Position, String, Place)>,
    pub declared: Vec<Declared>,
    /// Intents of the whole file, for `route`.
    pub intents: BTreeSet<String>,
    pub routes: Vec<(Position, Place, BTreeMap<String, Place>)>,
    /// A step that couldn't be read is missing, so paths can't be judged.
    pub incomplete: bool,
    /// Where `data.recording` is written, else where the file begins.
    pub recording_place: Place,
    /// The step that is being read, for notes that need its position.
    pub here: Position,
}

pub(crate) struct KnownContact {
    pub contact: Contact,
    pub branches: BTreeMap<&'static str, BlockId>,
}

/// A name that some step or `vars` gives a value.
pub(crate) struct Declared {
    pub name: String,
    pub kind: Kind,
    pub place: Place,
    /// Whether its value is kept as a field whether or not the file uses it.
    pub field: bool,
}

/// A map whose keys are known.
pub(crate) struct Map<'n> {
    pub what: &'static str,
    pub place: Place,
    entries: &'n [(Key, Node)],
}

impl<'n> Map<'n> {
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(at, _)| at.text == key).map(|(_, node)| node)
    }
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, catalog: &'a Catalog) -> Reader<'a> {
        Reader {
            catalog,
            text,
            lines: Lines::new(text),
            findings: Findings::default(),
            languages: Vec::new(),
            uses: Uses::default(),
            silence: crate::workflow::Limits::default().silence,
            phrases: BTreeMap::new(),
            contacts: BTreeMap::new(),
            blocks: vec![Vec::new()],
            flows: BTreeMap::new(),
            labels: BTreeMap::new(),
            gotos: Vec::new(),
            declared: Vec::new(),
            intents: BTreeSet::new(),
            routes: Vec::new(),
            incomplete: false,
            recording_place: Place { line: 1, column: 1, ..Place::default() },
            here: Position { block: BlockId::MAIN, index: 0 },
        }
    }

    pub fn error(&mut self, code: Code, place: Place, sentence: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Finding::error(code, place, sentence).help(help));
    }

    /// `read-5`: something else was expected here.
    pub fn wrong(&mut self, node: &Node, expected: &str) {
        self.findings.push(Finding::error(
            "read-5",
            node.place,
            format!("expected {expected}, found {}", node.found()),
        ));
    }

    /// `read-9`: the language has it, this engine not yet.
    pub fn later(&mut self, place: Place, what: &str) {
        let sentence = format!("{what} comes in a later version");
        self.error("read-9", place, sentence, "leave it out for the time being");
    }

    pub fn entries<'n>(&mut self, node: &'n Node, expected: &str) -> &'n [(Key, Node)] {
        match &node.is {
            Is::Map(entries) => entries,
            _ => {
                self.wrong(node, expected);
                &[]
            }
        }
    }

    /// A map with these keys; others are findings. `what` is how a finding calls it, such as "`transfer`".
    pub fn map<'n>(&mut self, node: &'n Node, what: &'static str, keys: &[&str]) -> Map<'n> {
        if node.is_nothing() {
            return Map { what, place: node.place, entries: &[] };
        }
        let entries = self.entries(node, &format!("a map with the keys of {what} ({})", keys.join(", ")));
        for (key, _) in entries {
            if !keys.contains(&key.text.as_str()) {
                self.unknown_key(key, what, keys);
            }
        }
        Map { what, place: node.place, entries }
    }

    pub fn unknown_key(&mut self, key: &Key, what: &str, keys: &[&str]) {
        let sentence = format!("{what} has no key `{}`", crate::source::short(&key.text));
        let help = match scalar::nearest(&key.text, keys.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its keys are {}", keys.join(", ")),
        };
        self.error("read-6", key.place, sentence, help);
    }

    /// The value of a key that must be there.
    pub fn need<'n>(&mut self, map: &Map<'n>, key: &str) -> Option<&'n Node> {
        let node = map.get(key);
        if node.is_none() {
            let sentence = format!("{} needs the key `{key}`", map.what);
            self.error("read-7", map.place, sentence, format!("add `{key}: …`"));
        }
        node
    }

    pub fn text(&mut self, node: &Node, expected: &str) -> Option<String> {
        match node.scalar() {
            Some(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => {
                self.wrong(node, expected);
                None
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, node: &Node, expected: &str) -> Vec<String> {
        match &node.is {
            Is::Sequence(items) => items.iter().filter_map(|item| self.text(item, expected)).collect(),
            _ => self.text(node, expected).into_iter().collect(),
        }
    }

    pub fn scalar<T>(&mut self, node: &Node, expected: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = node.scalar().and_then(|text| read(text.trim()));
        if value.is_none() {
            self.wrong(node, expected);
        }
        value
    }

    pub fn duration(&mut self, node: &Node) -> Option<Millis> {
        self.scalar(node, "a duration such as `400ms`, `6s`, `2m`", scalar::duration)
    }

    pub fn yes_no(&mut self, node: &Node) -> Option<bool> {
        self.scalar(node, "`yes` or `no`", scalar::yes_no)
    }

    pub fn number(&mut self, node: &Node, within: RangeInclusive<u64>) -> Option<u64> {
        let expected = format!("a whole number from {} to {}", within.start(), within.end());
        self.scalar(node, &expected, |text| text.parse().ok().filter(|n| within.contains(n)))
    }

    pub fn name(&mut self, text: &str, place: Place) -> bool {
        let good = scalar::is_name(text);
        if !good {
            let sentence =
                format!("expected a name of a-z, 0-9 and `_`, found `{}`", crate::source::short(text));
            self.error("read-5", place, sentence, "such as `first_name`");
        }
        good
    }

    pub fn one_of<T: Copy>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let found = node.scalar().and_then(|text| words.iter().find(|(word, _)| *word == text.trim()));
        if found.is_none() {
            let all: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let sentence = format!("expected one of {}, found {}", all.join(", "), node.found());
            let near =
                node.scalar().and_then(|text| scalar::nearest(text, words.iter().map(|(word, _)| *word)));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            self.findings.push(Finding::error("read-5", node.place, sentence).maybe_help(help));
        }
        found.map(|&(_, value)| value)
    }

    pub fn expression(&mut self, node: &Node) -> Option<Expression> {
        let source = self.text(node, "an expression such as `day >= today`")?;
        let place = self.inside(node, 0..source.len());
        match Expression::parse(&source, place) {
            Ok(expression) => Some(expression),
            Err(error) => {
                let place = self.inside(node, error.range);
                self.error(
                    "var-3",
                    place,
                    error.sentence,
                    "an expression is such as `day >= today and not injured`",
                );
                None
            }
        }
    }

    /// The place in the file of a range of a scalar's text; the whole scalar where escapes or folds lie between.
    pub fn inside(&self, node: &Node, range: Range<usize>) -> Place {
        let (Some(text), Some(written)) = (node.scalar(), self.text.get(node.place.begin..node.place.end))
        else {
            return node.place;
        };
        let trimmed = text.trim_start();
        match written.find(trimmed) {
            Some(at) if !trimmed.is_empty() => {
                let begin = node.place.begin + at;
                self.lines.at(begin + range.start, begin + range.end.max(range.start + 1))
            }
            _ => node.place,
        }
    }

    /// Whether a phrase stands here, and not a step's keys: no map, or one with a language of the file.
    pub fn is_phrase(&self, node: &Node) -> bool {
        match &node.is {
            Is::Map(entries) => entries.iter().any(|(key, _)| {
                key.text == "phrase" || self.languages.iter().any(|language| language.as_str() == key.text)
            }),
            Is::Scalar { .. } => !node.is_nothing(),
            Is::Sequence(_) => true,
        }
    }

    pub fn phrase(&mut self, node: &Node) -> Phrase {
        if let Some(name) = node.get("phrase") {
            return self.named_phrase(node, name);
        }
        match &node.is {
            Is::Map(entries) => {
                let mut phrase = Phrase::default();
                for (key, value) in entries {
                    match self.languages.iter().find(|language| language.as_str() == key.text).cloned() {
                        Some(language) => {
                            let variants = self.variants(value);
                            phrase.languages.insert(language, variants);
                        }
                        None => self.unknown_language(key),
                    }
                }
                self.missing_languages(&phrase, node.place);
                phrase
            }
            _ => {
                let variants = self.variants(node);
                let languages = self.languages.first().cloned().map(|language| (language, variants));
                let phrase = Phrase { languages: languages.into_iter().collect() };
                self.missing_languages(&phrase, node.place);
                phrase
            }
        }
    }

    fn named_phrase(&mut self, node: &Node, name: &Node) -> Phrase {
        self.map(node, "a phrase by its name", &["phrase"]);
        let Some(text) = self.text(name, "the name of a phrase") else { return Phrase::default() };
        match self.phrases.get(&text) {
            Some(phrase) => phrase.clone(),
            None => {
                let near = scalar::nearest(&text, self.phrases.keys().map(String::as_str));
                let help = near.map(|near| format!("did you mean `{near}`?"));
                let sentence = format!("`phrases` has no `{text}`");
                self.findings.push(Finding::error("flow-4", name.place, sentence).maybe_help(help));
                Phrase::default()
            }
        }
    }

    fn unknown_language(&mut self, key: &Key) {
        let languages: Vec<&str> = self.languages.iter().map(Language::as_str).collect();
        let sentence =
            format!("expected a language of the file ({}), found `{}`", languages.join(", "), key.text);
        self.error("read-6", key.place, sentence, "add it to `languages`, or take the line away");
    }

    fn missing_languages(&mut self, phrase: &Phrase, place: Place) {
        let missing: Vec<&str> = self
            .languages
            .iter()
            .filter(|l| !phrase.languages.contains_key(*l))
            .map(Language::as_str)
            .collect();
        if missing.is_empty() || self.languages.len() < 2 {
            return;
        }
        let sentence = format!("this phrase has no words in `{}`", missing.join("`, `"));
        let help = format!(
            "write it as a map: {{{}}}",
            self.languages.iter().map(|l| format!("{l}: \"…\"")).collect::<Vec<_>>().join(", ")
        );
        self.error("say-1", place, sentence, help);
    }

    fn variants(&mut self, node: &Node) -> Vec<Template> {
        match &node.is {
            Is::Sequence(items) => {
                let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
                for item in items {
                    let Some(text) = item.scalar() else { continue };
                    if let Some(first) = seen.insert(text.trim(), item.place) {
                        let finding = Finding::warning(
                            "say-5",
                            item.place,
                            "this variant repeats another one word for word",
                        );
                        self.findings
                            .push(finding.help("change or remove it").related(first, "the other one"));
                    }
                }
                if items.is_empty() {
                    self.wrong(node, "at least one variant");
                }
                items.iter().filter_map(|item| self.template(item)).collect()
            }
            _ => self.template(node).into_iter().collect(),
        }
    }

    fn template(&mut self, node: &Node) -> Option<Template> {
        self.text(node, "a text to say")?;
        let text = node.scalar().unwrap_or("").trim_end();
        let skipped = text.len() - text.trim_start().len();
        let text = &text[skipped..];
        let (template, wrong) = template::parse(text, &|range| self.inside(node, range));
        for one in wrong {
            let place = self.inside(node, one.range);
            self.error(one.code, place, one.sentence, one.remedy);
        }
        let words = text.split_whitespace().count();
        if words > WORDS_MAX {
            let sentence = format!("expected at most {WORDS_MAX} words at once, found {words}");
            let finding = Finding::warning("say-4", node.place, sentence);
            self.findings.push(finding.help("a caller forgets the beginning: split it, and ask in between"));
        }
        Some(template)
    }

    pub fn declare(&mut self, name: &str, kind: Kind, place: Place, field: bool) {
        self.declared.push(Declared { name: name.to_owned(), kind, place, field });
    }

    /// Room for a list of steps that is read later.
    pub fn reserve(&mut self) -> BlockId {
        self.blocks.push(Vec::new());
        BlockId(self.blocks.len() as u32 - 1)
    }
}

/// About 25 seconds of speech.
const WORDS_MAX: usize = 60;

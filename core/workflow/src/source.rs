//! YAML as one small tree, in which every value knows its place and every scalar is the text that stands in the file.
//!
//! A YAML reader guesses (`no` is false, `0123` is 123, `22:30` is 1350). Here nothing is guessed: what a scalar means is
//! decided by who reads it, so a time, a phone number and a `no` need no quotes.

use crate::finding::{Finding, Findings, Place};
use serde_yaml::granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span};
use std::collections::BTreeMap;

/// A file beyond it is refused: a workflow of a thousand steps has about 100 KiB.
pub(crate) const BYTES_MAX: usize = 512 * 1024;
/// Values in the tree, those that aliases repeat included.
const NODES_MAX: usize = 50_000;
/// Lists in maps in lists: each level is a stack frame of the reader.
const DEPTH_MAX: usize = 60;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub is: Is,
}

#[derive(Clone, Debug)]
pub(crate) enum Is {
    Scalar { text: String, quoted: bool },
    Sequence(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub text: String,
    pub place: Place,
}

impl Node {
    /// Stands where a value may be left out, as in a bare `- disclose`.
    pub fn nothing(place: Place) -> Node {
        Node { place, is: Is::Scalar { text: String::new(), quoted: false } }
    }

    /// Whether nothing is written here: `key:`, `~`, `null`.
    pub fn is_nothing(&self) -> bool {
        matches!(&self.is, Is::Scalar { text, quoted: false } if matches!(text.as_str(), "" | "~" | "null"))
    }

    pub fn scalar(&self) -> Option<&str> {
        match &self.is {
            Is::Scalar { text, .. } if !self.is_nothing() => Some(text),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.is {
            Is::Map(entries) => entries.iter().find(|(at, _)| at.text == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// How a finding calls what stands here.
    pub fn found(&self) -> String {
        match &self.is {
            _ if self.is_nothing() => "nothing".to_owned(),
            Is::Scalar { text, .. } => format!("`{}`", short(text)),
            Is::Sequence(_) => "a list".to_owned(),
            Is::Map(_) => "a map".to_owned(),
        }
    }

    fn size(&self) -> usize {
        1 + match &self.is {
            Is::Scalar { .. } => 0,
            Is::Sequence(items) => items.iter().map(Node::size).sum(),
            Is::Map(entries) => entries.iter().map(|(_, node)| 1 + node.size()).sum(),
        }
    }
}

/// The start of a text that may be long, on one line.
pub(crate) fn short(text: &str) -> String {
    let line: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > 40 { format!("{line}…") } else { line }
}

/// The file as a tree; `None` where it is no YAML, with the finding that says why.
pub(crate) fn parse(text: &str, findings: &mut Findings) -> Option<Node> {
    if text.len() > BYTES_MAX {
        let sentence =
            format!("expected a file of at most {} KiB, found {} KiB", BYTES_MAX / 1024, text.len() / 1024);
        findings.push(
            Finding::error("read-8", Place::default(), sentence).help("split it into several workflows"),
        );
        return None;
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.disallow_directives = true;
    let mut builder =
        Builder { lines: Lines::new(text), open: Vec::new(), anchors: BTreeMap::new(), nodes: 0, root: None };
    for event in Parser::new_from_str_with_options(text, options) {
        let step = match event {
            Ok((event, span)) => builder.take(event, span, findings),
            Err(error) => Err(builder.syntax(&error)),
        };
        if let Err(finding) = step {
            findings.push(*finding);
            return None;
        }
    }
    if builder.root.is_none() {
        let sentence = "expected a workflow, found an empty file";
        findings.push(Finding::error("read-1", Place::default(), sentence).help("begin with `closare: 1`"));
    }
    builder.root
}

struct Builder<'a> {
    lines: Lines<'a>,
    open: Vec<Open>,
    /// Whole values by the parser's number for their anchor.
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

struct Open {
    place: Place,
    anchor: usize,
    what: Held,
}

enum Held {
    Sequence(Vec<Node>),
    /// Its entries, where each key was first written, and a key that waits for its value.
    Map(Vec<(Key, Node)>, BTreeMap<String, Place>, Option<Key>),
}

type Step = Result<(), Box<Finding>>;

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span, findings: &mut Findings) -> Step {
        let place = self.lines.place(&span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.no_tag(tag.is_some(), place)?;
                let quoted = !matches!(style, ScalarStyle::Plain);
                self.put(Node { place, is: Is::Scalar { text: text.into_owned(), quoted } }, anchor, findings)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.no_tag(tag.is_some(), place)?;
                self.begin(place, anchor, Held::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.no_tag(tag.is_some(), place)?;
                self.begin(place, anchor, Held::Map(Vec::new(), BTreeMap::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(place, findings),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    let node = node.clone();
                    self.nodes += node.size();
                    self.put(node, 0, findings)
                }
                None => Err(Box::new(Finding::error(
                    "read-4",
                    place,
                    "this alias stands inside the value that it repeats",
                ))),
            },
            Event::DocumentStart(..) if self.root.is_some() => Err(Box::new(
                Finding::error("read-1", place, "expected one document, found a second one after `---`")
                    .help("write each workflow in a file of its own"),
            )),
            _ => Ok(()),
        }
    }

    fn no_tag(&self, tagged: bool, place: Place) -> Step {
        if !tagged {
            return Ok(());
        }
        Err(Box::new(
            Finding::error("read-1", place, "expected a plain value, found one with a YAML tag (`!…`)")
                .help("take the tag away, or put the text in quotes"),
        ))
    }

    fn begin(&mut self, place: Place, anchor: usize, what: Held) -> Step {
        if self.open.len() >= DEPTH_MAX {
            let sentence = format!("expected at most {DEPTH_MAX} levels of lists and maps, found more");
            return Err(Box::new(
                Finding::error("read-8", place, sentence).help("move inner steps to a flow of their own"),
            ));
        }
        self.open.push(Open { place, anchor, what });
        Ok(())
    }

    fn end(&mut self, end: Place, findings: &mut Findings) -> Step {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let (is, first, last) = match open.what {
            Held::Sequence(items) => {
                let (first, last) = (items.first().map(|n| n.place), items.last().map(|n| n.place));
                (Is::Sequence(items), first, last)
            }
            Held::Map(entries, ..) => {
                let (first, last) =
                    (entries.first().map(|(k, _)| k.place), entries.last().map(|(_, n)| n.place));
                (Is::Map(entries), first, last)
            }
        };
        // A flow collection ends with its own sign; a block one ends with its last value.
        let flow = end.end > end.begin;
        let begin = if flow { open.place } else { first.unwrap_or(open.place) };
        let end = if flow { end.end } else { last.map_or(begin.end, |last| last.end) };
        let place = Place { end: end.max(begin.begin), ..begin };
        self.put(Node { place, is }, open.anchor, findings)
    }

    fn put(&mut self, node: Node, anchor: usize, findings: &mut Findings) -> Step {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            let sentence =
                format!("expected at most {NODES_MAX} values, found more once aliases are filled in");
            return Err(Box::new(
                Finding::error("read-4", node.place, sentence).help("write the values out, or use a flow"),
            ));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.what) {
            None => self.root = Some(node),
            Some(Held::Sequence(items)) => items.push(node),
            Some(Held::Map(entries, _, key @ None)) => match node.is {
                Is::Scalar { text, .. } => *key = Some(Key { text, place: node.place }),
                _ => {
                    findings.push(
                        Finding::error(
                            "read-5",
                            node.place,
                            format!("expected a key, found {}", node.found()),
                        )
                        .help("put a text that begins with `{` or `[` in quotes"),
                    );
                    *key = Some(Key { text: format!("?{}", entries.len()), place: node.place });
                }
            },
            Some(Held::Map(entries, known, key)) => {
                let Some(key) = key.take() else { return Ok(()) };
                match known.get(&key.text) {
                    Some(there) => {
                        let sentence = format!("the key `{}` stands here twice", short(&key.text));
                        findings.push(
                            Finding::error("read-3", key.place, sentence)
                                .help("keep one of the two")
                                .related(*there, "first written here"),
                        );
                    }
                    None => {
                        known.insert(key.text.clone(), key.place);
                        entries.push((key, node));
                    }
                }
            }
        }
        Ok(())
    }

    fn syntax(&self, error: &ScanError) -> Box<Finding> {
        let at = error.marker().byte_offset().unwrap_or(0);
        let place = self.lines.at(at, at + 1);
        if self.tab_indents(at)
            || matches!(error.kind(), ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation)
        {
            let finding =
                Finding::error("read-2", place, "expected spaces at the begin of the line, found a tab");
            return Box::new(finding.help("indent with two spaces for each level"));
        }
        let info = error.info();
        let finding = Finding::error("read-1", place, format!("this is not YAML: {}", short_line(&info)));
        Box::new(finding.help(match error.kind() {
            ErrorKind::UnknownAnchor => "define it before with `&name`, or put a text that begins with `*` in quotes",
            _ => "put a text that holds `: ` or ` #`, or begins with one of `[{*&!|>%@`, in quotes; check the indentation above",
        }))
    }

    fn tab_indents(&self, at: usize) -> bool {
        let line = self.lines.line_of(at);
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        line[..indent].contains('\t')
    }
}

fn short_line(info: &str) -> String {
    info.lines().next().unwrap_or("").chars().take(120).collect()
}

/// Finds the line and column of a byte.
pub(crate) struct Lines<'a> {
    text: &'a str,
    begins: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Lines<'a> {
        let begins = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { text, begins }
    }

    fn place(&self, span: &Span) -> Place {
        let begin = span.start.byte_offset().unwrap_or(0);
        let end = span.end.byte_offset().unwrap_or(begin).min(self.text.len());
        let written = self.text.get(begin..end).map_or(0, |written| written.trim_end().len());
        self.at(begin, begin + written)
    }

    /// The place of these bytes, moved into the file and onto whole characters.
    pub fn at(&self, begin: usize, end: usize) -> Place {
        let begin = floor(self.text, begin);
        let end = floor(self.text, end).max(begin);
        let line = self.begins.partition_point(|&at| at <= begin).max(1);
        let column = self.text[self.begins[line - 1]..begin].chars().count() + 1;
        Place { begin, end, line: line as u32, column: column as u32 }
    }

    fn line_of(&self, at: usize) -> &str {
        let place = self.at(at, at);
        let begin = self.begins[place.line as usize - 1];
        self.text[begin..].lines().next().unwrap_or("")
    }
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

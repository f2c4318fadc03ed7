//! What came of a test call: the transcript, what differs from what was expected, and the first line that does.

use crate::caller::{Missed, contains};
use crate::expect::{Disclosed, Expect, end_word};
use crate::silence::longest_silence;
use crate::transcript::transcript;
use crate::world::{Logged, Moment, World};
use closare_call::{Effect, Ended, Event, Speaker, TransferOutcome};
use closare_terms::{Kind, Millis};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[derive(Clone, Debug)]
pub struct Report {
    pub name: String,
    pub transcript: String,
    pub failures: Vec<Failure>,
    /// From the answer to the end, in the call's own time.
    pub length: Millis,
    /// The steps at which the call was, by id.
    pub steps: BTreeSet<String>,
    /// Every event and effect.
    pub log: Vec<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Of the test file; 0 where it is about the whole call.
    pub line: u32,
    pub expected: String,
    pub found: String,
}

impl Report {
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    pub(crate) fn new(
        name: &str,
        expect: &Expect,
        world: World,
        steps: BTreeSet<String>,
        closed: bool,
    ) -> Report {
        let missed = world.missed().cloned();
        let facts = Gathered::new(&world.log, steps.clone());
        let mut failures: Vec<Failure> = missed.map(failure).into_iter().collect();
        if !closed {
            failures.push(wrong("the call to end", format!("it still running after {}", world.now)));
        }
        failures.extend(facts.check(expect));
        let transcript = transcript(&world.log);
        Report { name: name.to_owned(), transcript, failures, length: facts.length, steps, log: world.log }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.passed() { "ok" } else { "FAILED" };
        writeln!(f, "{word}: {} ({})", self.name, self.length)?;
        if self.passed() {
            return Ok(());
        }
        for Failure { line, expected, found } in &self.failures {
            match line {
                0 => writeln!(f, "  expected {expected}, found {found}")?,
                line => writeln!(f, "  line {line}: expected {expected}, found {found}")?,
            }
        }
        for line in self.transcript.lines() {
            writeln!(f, "  | {line}")?;
        }
        Ok(())
    }
}

fn failure(missed: Missed) -> Failure {
    let found = match missed.heard.as_slice() {
        [] => "nothing said".to_owned(),
        heard => heard.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", then "),
    };
    Failure { line: missed.line, expected: format!("`{}`", missed.expected), found }
}

fn wrong(expected: impl Into<String>, found: impl Into<String>) -> Failure {
    Failure { line: 0, expected: expected.into(), found: found.into() }
}

/// What a call came to, out of its log.
#[derive(Debug, Default)]
struct Gathered {
    answered: Option<Millis>,
    length: Millis,
    routes: Vec<String>,
    steps: BTreeSet<String>,
    intent: Option<String>,
    fields: BTreeMap<String, String>,
    ended: Option<Ended>,
    consents: BTreeMap<closare_terms::Purpose, closare_call::ConsentAnswer>,
    kept: BTreeSet<String>,
    disclosed: bool,
    asked_for: Option<String>,
    transferred_to: Option<String>,
    said: Vec<String>,
    silence: Millis,
}

impl Gathered {
    fn new(log: &[Moment], steps: BTreeSet<String>) -> Gathered {
        let mut all = Gathered { steps, silence: longest_silence(log), ..Gathered::default() };
        for moment in log {
            match &moment.what {
                Logged::Event(event) => all.event(moment.at, event),
                Logged::Effect(effect) => all.effect(moment.at, effect),
            }
        }
        all
    }

    fn event(&mut self, at: Millis, event: &Event) {
        match event {
            Event::Answered => self.answered = Some(at),
            Event::Transfer { outcome: TransferOutcome::Done } => self.transferred_to = self.asked_for.take(),
            Event::LegEnded { .. } => self.length = at.since(self.answered.unwrap_or_default()),
            _ => {}
        }
    }

    fn effect(&mut self, at: Millis, effect: &Effect) {
        match effect {
            Effect::Routed { route, .. } => self.routes.push(route.clone()),
            Effect::Understood { intent, fields, .. } => {
                self.intent = intent.clone().or(self.intent.take());
                self.fields
                    .extend(fields.iter().map(|(name, value)| (name.clone(), value.words().to_owned())));
            }
            Effect::Consented(record) => {
                self.consents.insert(record.purpose, record.answer);
            }
            Effect::Record { .. } => {
                self.kept.insert("recording".to_owned());
            }
            Effect::Keep { kind, .. } => {
                self.kept.insert(kind_word(*kind).to_owned());
            }
            Effect::Disclosed { .. } => self.disclosed = true,
            Effect::Transfer { to, .. } => self.asked_for = Some(to.words().to_owned()),
            Effect::Turn(turn) if turn.speaker == Speaker::Agent => {
                self.said.push(turn.heard.words().to_owned())
            }
            Effect::Closed { ended, .. } => {
                self.ended = Some(*ended);
                if self.length == Millis::ZERO {
                    self.length = at.since(self.answered.unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    fn check(&self, expect: &Expect) -> Vec<Failure> {
        let mut failures = Vec::new();
        let mut same = |what: &str, expected: Option<String>, found: Option<String>| {
            if let Some(expected) = expected.filter(|expected| Some(expected) != found.as_ref()) {
                failures.push(wrong(
                    format!("{what} `{expected}`"),
                    found.map_or("none".to_owned(), |found| format!("`{found}`")),
                ));
            }
        };
        same("intent", expect.intent.clone(), self.intent.clone());
        same(
            "end",
            expect.ended.map(|end| end_word(end).to_owned()),
            self.ended.map(|end| end_word(end).to_owned()),
        );
        same(
            "transfer to",
            expect.transferred_to.as_deref().map(number),
            self.transferred_to.as_deref().map(number),
        );
        for (name, text) in &expect.fields {
            let found = self.fields.get(name).map(|json| plain(json));
            let alike = found.as_ref().filter(|found| alike(found, text)).map(|_| text.clone());
            same(&format!("field `{name}`"), Some(text.clone()), alike.or(found));
        }
        for (purpose, answer) in &expect.consent {
            let found = self.consents.get(purpose).map(|answer| format!("{answer:?}"));
            same(&format!("consent to {purpose}"), Some(format!("{answer:?}")), found);
        }
        failures.extend(self.check_rest(expect));
        failures
    }

    fn check_rest(&self, expect: &Expect) -> Vec<Failure> {
        let mut failures = Vec::new();
        if let Some(route) = expect.route.as_ref().filter(|route| !self.took(route)) {
            failures.push(wrong(format!("route `{route}`"), format!("`{}`", self.routes.join("`, `"))));
        }
        if let Some(within) = expect.within.filter(|within| self.length > *within) {
            failures.push(wrong(format!("an end within {within}"), format!("one after {}", self.length)));
        }
        if let Some(most) = expect.silence_at_most.filter(|most| self.silence > *most + SILENCE_ROOM) {
            failures.push(wrong(format!("at most {most} of silence"), format!("{}", self.silence)));
        }
        for (kind, kept) in &expect.stored {
            if self.kept.contains(kind) != *kept {
                let (expected, found) = if *kept { ("kept", "not kept") } else { ("not kept", "kept") };
                failures.push(wrong(format!("{kind} {expected}"), found));
            }
        }
        match (expect.disclosed, self.disclosed) {
            (Some(Disclosed::InFull), false) => failures.push(wrong("a disclosure in full", "none")),
            (Some(Disclosed::Never), true) => failures.push(wrong("no disclosure", "one")),
            (Some(Disclosed::InFull), true) | (Some(Disclosed::Never), false) | (None, _) => {}
        }
        let heard = |words: &String| self.said.iter().find(|said| contains(said, words).is_some());
        failures.extend(
            expect
                .said
                .all
                .iter()
                .filter(|words| heard(words).is_none())
                .map(|words| wrong(format!("`{words}` said"), "it unsaid")),
        );
        failures.extend(
            expect
                .said
                .not
                .iter()
                .filter_map(|words| Some(wrong(format!("`{words}` unsaid"), format!("`{}`", heard(words)?)))),
        );
        failures
    }

    fn took(&self, route: &str) -> bool {
        let in_flow = |step: &String| step.strip_prefix(route).is_some_and(|rest| rest.starts_with('.'));
        self.routes.iter().any(|taken| taken == route) || self.steps.iter().any(in_flow)
    }
}

/// A voice takes a moment to begin; a silence that the machine ends in time is not too long by that.
const SILENCE_ROOM: Millis = Millis(250);

fn kind_word(kind: Kind) -> &'static str {
    kind.as_str()
}

/// A number without the signs that people put between figures.
fn number(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect()
}

/// A value's JSON as a test file writes it.
fn plain(json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(serde_json::Value::Bool(true)) => "yes".to_owned(),
        Ok(serde_json::Value::Bool(false)) => "no".to_owned(),
        Ok(other) => other.to_string(),
        Err(_) => json.to_owned(),
    }
}

fn alike(found: &str, expected: &str) -> bool {
    let numbers = || Some(found.parse::<f64>().ok()? == expected.parse::<f64>().ok()?);
    let truths = matches!((found, expected), ("yes", "true") | ("no", "false"));
    found == expected || truths || numbers().unwrap_or(false)
}

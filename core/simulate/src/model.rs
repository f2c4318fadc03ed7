//! A language model without a model: what the test file says a sentence means, else likeness to the examples and the recognisers.

use crate::talk::{Means, Words};
use closare_call::{Ending, Event, FieldAsked, IntentAsked, Job, Line, Speaker, Task, ToolOffer};
use closare_slots::{Context, Type, Value};
use closare_terms::{Held, Kind, Language, Millis};
use std::collections::VecDeque;

const FIRST_TOKEN: Millis = Millis(250);
const TOKEN: Millis = Millis(20);
const UNDERSTOOD: Millis = Millis(200);
/// What the offline model must be sure of, to give a field without being asked for it.
const FIELD_SURE: f32 = 0.8;

#[derive(Debug, Default)]
pub struct Model {
    /// What the caller has said and the file explains, oldest first.
    said: Vec<Words>,
    /// Answers of an open dialogue that no `means` gives.
    answers: VecDeque<String>,
}

impl Model {
    pub fn new(answers: Vec<String>) -> Model {
        Model { said: Vec::new(), answers: answers.into() }
    }

    pub fn hear(&mut self, words: &Words) {
        if words.means.is_some() {
            self.said.push(words.clone());
        }
    }

    /// What comes of a task, each with how long after now.
    pub fn answer(&mut self, job: Job, task: &Task, language: &Language) -> Vec<(Millis, Event)> {
        match task {
            Task::Chat { history, tools, .. } => self.chat(job, history, tools),
            Task::Extract { history, intents, fields, today, .. } => {
                let means = self.means(history);
                let moment = today.parse().unwrap_or_default();
                let context = Context { language, now: moment, country: None };
                let found = match means {
                    Some(means) => explained(job, &means, fields, &context),
                    None => offline(job, &last_said(history), intents, fields, &context),
                };
                vec![(UNDERSTOOD, found), (UNDERSTOOD, done(job, Ending::Complete))]
            }
            Task::Summarize { facts, .. } => {
                let facts: Vec<String> =
                    facts.iter().map(|(name, value)| format!("{name} {}", value.words())).collect();
                let text = format!("The caller was served: {}.", facts.join(", "));
                tokens(job, &text, Ending::Complete)
            }
        }
    }

    fn chat(&mut self, job: Job, history: &[Line], tools: &[ToolOffer]) -> Vec<(Millis, Event)> {
        let means = self.means(history);
        let Some(means) = means else {
            let text = self.answers.pop_front().unwrap_or_else(|| "I see. Please tell me more.".to_owned());
            return tokens(job, &text, Ending::Complete);
        };
        let mut events = means.get("say").map_or_else(Vec::new, |text| tokens(job, text, Ending::Complete));
        if let Some(exit) = means.get("exit") {
            events.pop();
            let at = events.last().map_or(FIRST_TOKEN, |(at, _)| *at);
            let tool = tools.iter().find(|tool| tool.name.strip_prefix("exit_") == Some(exit));
            let name = format!("exit_{exit}");
            let arguments = Held::new(Kind::Field, arguments(&means, tool).to_string());
            events.push((at, Event::Invoked { job, id: "1".to_owned(), name, arguments }));
            events.push((at, done(job, Ending::Tools)));
        }
        if events.is_empty() {
            events = tokens(job, "I see. Please tell me more.", Ending::Complete);
        }
        events
    }

    /// What the file says that the caller's last words mean. A sentence is explained once.
    fn means(&mut self, history: &[Line]) -> Option<Means> {
        let said = last_said(history);
        let mut all: Option<Means> = None;
        self.said.retain(|words| {
            let known = said.contains(&words.text);
            if let (true, Some(means)) = (known, &words.means) {
                all.get_or_insert_default().extend(means.clone());
            }
            !known
        });
        all
    }
}

fn explained(job: Job, means: &Means, fields: &[FieldAsked], context: &Context) -> Event {
    let intent = means.get("intent").map(|name| (name.clone(), 0.95));
    let value = |field: &FieldAsked| {
        Some((field.name.clone(), json(&field.schema, means.get(&field.name)?, context)?, 0.95))
    };
    Event::Found { job, intent, fields: fields.iter().filter_map(value).collect() }
}

fn json(schema: &serde_json::Value, text: &str, context: &Context) -> Option<Held> {
    let kind = Type::from_schema(schema)?;
    let value = Value::from_json(&kind, &text.into())
        .or_else(|| closare_slots::hear(&kind, text, context).map(|heard| heard.value))?;
    Some(Held::new(Kind::Field, value.to_json().to_string()))
}

fn arguments(means: &Means, tool: Option<&ToolOffer>) -> serde_json::Value {
    let english = Language::from("en");
    let context = Context { language: &english, now: jiff::civil::DateTime::default(), country: None };
    let properties =
        tool.and_then(|tool| tool.schema.get("properties")?.as_object().cloned()).unwrap_or_default();
    let value = |(name, schema): (&String, &serde_json::Value)| {
        let held = json(schema, means.get(name)?, &context)?;
        Some((name.clone(), serde_json::from_str(held.words()).ok()?))
    };
    serde_json::Value::Object(properties.iter().filter_map(value).collect())
}

fn offline(job: Job, text: &str, intents: &[IntentAsked], fields: &[FieldAsked], context: &Context) -> Event {
    let best = intents
        .iter()
        .map(|intent| {
            (intent, intent.examples.iter().map(|example| likeness(example, text)).fold(0.0, f32::max))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, sure)| *sure > 0.3)
        .map(|(intent, sure)| (intent.name.clone(), (0.5 + sure / 2.0).min(0.98)));
    let value = |field: &FieldAsked| {
        let kind = Type::from_schema(&field.schema).filter(|kind| *kind != Type::Text)?;
        let heard =
            closare_slots::hear(&kind, text, context).filter(|heard| heard.confidence >= FIELD_SURE)?;
        Some((
            field.name.clone(),
            Held::new(Kind::Field, heard.value.to_json().to_string()),
            heard.confidence,
        ))
    };
    Event::Found { job, intent: best, fields: fields.iter().filter_map(value).collect() }
}

/// The share of words that two sentences have in common, the little ones left out (cosine).
fn likeness(a: &str, b: &str) -> f32 {
    let (a, b) = (words(a), words(b));
    let common = a.iter().filter(|word| b.contains(word)).count() as f32;
    common / ((a.len() * b.len()) as f32).sqrt().max(1.0)
}

const LITTLE: &[&str] = &[
    "i", "a", "an", "the", "to", "is", "it", "my", "me", "in", "on", "of", "and", "or", "that", "this",
    "have", "has", "do", "you", "your", "can", "could", "would", "like", "please", "i'd", "i'm", "for", "am",
    "be", "with", "ich", "ein", "eine", "der", "die", "das", "zu", "mit", "mir", "bitte", "ist", "und",
    "habe",
];

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty());
    words.filter(|word| !LITTLE.contains(word)).map(str::to_owned).collect()
}

/// The caller's last lines, those before fillers of the agent included.
fn last_said(history: &[Line]) -> String {
    let lines = history.iter().rev().filter(|line| line.speaker == Speaker::Caller).take(3);
    let mut lines: Vec<&str> = lines.map(|line| line.text.words()).collect();
    lines.reverse();
    lines.join(" ")
}

fn tokens(job: Job, text: &str, ending: Ending) -> Vec<(Millis, Event)> {
    let mut at = FIRST_TOKEN;
    let mut events = Vec::new();
    for token in text.split_inclusive(' ') {
        events.push((at, Event::Token { job, text: Held::new(Kind::Transcript, token) }));
        at += TOKEN;
    }
    events.push((at, done(job, ending)));
    events
}

fn done(job: Job, ending: Ending) -> Event {
    Event::JobDone { job, ending }
}

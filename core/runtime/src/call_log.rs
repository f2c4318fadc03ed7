//! What is kept of a call: the skeleton at once; content once its kind was allowed, and never before.

mod usage;

use crate::clock::Clock;
use crate::config::Config;
use crate::live::{Live, LiveCalls};
use crate::publish::Published;
use crate::tally::Tally;
use crate::waiting::Waiting;
use closare_call::{
    ConsentAnswer, ConsentMeans, ConsentRecord, Effect, Event, Latency, Speaker, SpokenNow, Turn,
};
use closare_policy::{Ruling, Verdict};
use closare_store::{self as store, AiSystem, Content, Entry, EntryKind, LogWriter, Row, Store};
use closare_terms::{CallId, Held, Kind, Millis, Point, Role};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Content that waits for its verdict: bytes beyond which the oldest goes.
const WAITING_MAX: usize = 1 << 20;
/// What a row that waits counts as.
const ROW_BYTES: usize = 256;

pub struct CallLog {
    call: CallId,
    clock: Clock,
    writer: LogWriter,
    live: Arc<LiveCalls>,
    now: SpokenNow,
    published: Arc<Published>,
    seq: u64,
    turns: u32,
    kept: BTreeSet<Kind>,
    used: BTreeSet<(Role, usize)>,
    tally: Tally,
    waiting: Waiting<Unkept>,
    policy_version: String,
    basis: std::collections::BTreeMap<closare_terms::Purpose, closare_call::Basis>,
}

enum Unkept {
    Content { seq: u64, content: Content },
    Row(Box<Row>),
}

impl CallLog {
    pub fn new(
        call: CallId,
        clock: Clock,
        store: &Store,
        live: Arc<LiveCalls>,
        published: Arc<Published>,
        config: &Config,
    ) -> CallLog {
        CallLog {
            call,
            clock,
            writer: store.writer(),
            live,
            now: SpokenNow::default(),
            published,
            seq: 0,
            turns: 0,
            kept: BTreeSet::new(),
            used: BTreeSet::new(),
            tally: Tally::new(config.prices.clone()),
            waiting: Waiting::new(WAITING_MAX),
            policy_version: String::new(),
            basis: config.basis.clone(),
        }
    }

    pub fn event(&mut self, at: Millis, event: &Event, secret: bool) {
        let contents = if secret { Vec::new() } else { event.contents() };
        let skeleton = match self.count(event) {
            Some(plugin) => usage::with_plugin(event, plugin),
            None => serde_json::to_string(event),
        };
        self.append(at, EntryKind::Event, skeleton, contents);
    }

    pub fn effect(&mut self, at: Millis, effect: &Effect) {
        self.append(at, EntryKind::Effect, serde_json::to_string(effect), effect.contents());
        self.now.effect(effect);
    }

    /// What comes, for who watches; `hidden` where no words may be shown.
    pub fn watch(&mut self, event: &Event, hidden: bool) {
        self.now.event(event, hidden);
    }

    /// Tells watchers what is being said, after all that came of an event.
    pub fn tell_spoken(&mut self, at: Millis, caller_has_turn: bool) {
        for (speaker, words) in self.now.news(at, caller_has_turn) {
            self.live.tell(Live::Words { call: self.call.clone(), speaker, words });
        }
    }

    fn append(
        &mut self,
        at: Millis,
        kind: EntryKind,
        skeleton: Result<String, serde_json::Error>,
        contents: Vec<&Held>,
    ) {
        let skeleton = skeleton.unwrap_or_else(|_| "null".to_owned());
        let seq = self.seq;
        self.seq += 1;
        let mut now = Vec::new();
        for (index, held) in contents.into_iter().enumerate() {
            let Some(text) = held.text() else { continue };
            let content = Content { index: index as u32, kind: held.kind(), text: text.to_owned() };
            if self.kept.contains(&held.kind()) {
                now.push(content);
            } else {
                self.wait(content.kind, content.text.len(), Unkept::Content { seq, content });
            }
        }
        self.writer.append(Entry { call: self.call.clone(), seq, at, kind, skeleton, contents: now });
    }

    fn wait(&mut self, kind: Kind, bytes: usize, what: Unkept) {
        let gone = self.waiting.push(kind, bytes, what);
        self.let_go(gone);
    }

    /// This kind may be written: what waits of it goes now.
    pub fn keep(&mut self, kind: Kind) {
        self.kept.insert(kind);
        for allowed in self.waiting.take(kind) {
            match allowed {
                Unkept::Content { seq, content } => self.writer.content(&self.call, seq, content),
                Unkept::Row(row) => self.writer.put(&self.call, *row),
            }
        }
    }

    /// This kind may no longer be written.
    pub fn forget(&mut self, kind: Kind) {
        self.kept.remove(&kind);
        let denied = self.waiting.take(kind);
        self.let_go(denied);
    }

    /// The call is over: what was never allowed goes, what was counted is summed up.
    pub fn finish(&mut self) {
        self.sum_up();
        let rest = self.waiting.take_all();
        self.let_go(rest);
    }

    /// Drops what may not be kept; of a turn its times are, for they are nobody's words.
    fn let_go(&self, gone: Vec<Unkept>) {
        for unkept in gone {
            if let Unkept::Row(row) = unkept
                && let Row::Turn(turn) = *row
            {
                self.writer.put(&self.call, store::Turn { heard: None, unheard: None, ..turn });
            }
        }
    }

    pub fn verdict(&mut self, at: Millis, point: Point, ruling: &Ruling) {
        let (result, reason) = match &ruling.verdict {
            Verdict::Allow => ("allow", String::new()),
            Verdict::Deny { reason } => ("deny", reason.clone()),
            Verdict::Redact { kinds } => ("redact", kinds.join(", ")),
            Verdict::First { duty } => ("first", duty.clone()),
        };
        self.policy_version.clone_from(&ruling.policy_version);
        self.writer.put(
            &self.call,
            store::Verdict {
                at,
                point,
                result: result.to_owned(),
                reason,
                layer: ruling.layer.clone(),
                policy_version: ruling.policy_version.clone(),
                facts_hash: ruling.facts_hash.clone(),
            },
        );
    }

    pub fn turn(&mut self, turn: &Turn) {
        let speaker = match turn.speaker {
            Speaker::Agent => store::Speaker::Agent,
            Speaker::Caller => store::Speaker::Caller,
        };
        let row = store::Turn {
            index: self.turns,
            speaker,
            started: self.clock.wall_at(turn.started),
            ended: self.clock.wall_at(turn.ended),
            heard: Some(turn.heard.words().to_owned()),
            unheard: turn.unheard.as_ref().map(|unheard| unheard.words().to_owned()),
            interrupted: turn.unheard.is_some(),
            language: turn.language.clone(),
            ai_generated: turn.speaker == Speaker::Agent,
            ai_system: turn.made_by.map(|(role, index)| self.ai_system(role, index)),
        };
        self.turns += 1;
        self.put(Kind::Transcript, row);
        self.live.tell(Live::Turn {
            call: self.call.clone(),
            at: turn.started,
            speaker: turn.speaker,
            heard: turn.heard.words().to_owned(),
            unheard: turn.unheard.as_ref().map(|unheard| unheard.words().to_owned()),
        });
        self.now.turn(turn.speaker);
    }

    pub fn latency(&mut self, latency: &Latency) {
        // The answer is the turn that is being said: its row comes once it is over.
        let turn = self.turns;
        let stages = latency.stages().into_iter().chain([("total", latency.total())]);
        for (stage, took) in stages {
            self.writer.put(&self.call, store::Latency { turn, stage: stage.to_owned(), took });
        }
        self.live.tell(Live::Latency { call: self.call.clone(), latency: latency.clone() });
    }

    pub fn understood(
        &mut self,
        intent: Option<&String>,
        confidence: f32,
        fields: &[(String, Held)],
        model: Option<usize>,
    ) {
        let values = fields.iter().map(|(name, value)| {
            let value = serde_json::from_str(value.words()).unwrap_or_else(|_| value.words().into());
            (name.clone(), value)
        });
        let row = store::Extraction {
            intent: intent.cloned(),
            confidence: intent.is_some().then_some(f64::from(confidence)),
            fields: serde_json::Value::Object(values.collect()),
            ai_generated: true,
            ai_system: Some(self.ai_system(Role::LanguageModel, model.unwrap_or(0))),
        };
        // A later one replaces it; only the newest waits.
        self.waiting
            .take_if(|_, what| matches!(what, Unkept::Row(row) if matches!(**row, Row::Extraction(_))));
        self.put(Kind::Field, row);
    }

    pub fn summary(&mut self, text: &Held, language: &closare_terms::Language, model: usize) {
        let row = store::Summary {
            text: text.words().to_owned(),
            language: language.clone(),
            ai_generated: true,
            ai_system: Some(self.ai_system(Role::LanguageModel, model)),
        };
        self.put(Kind::Summary, row);
    }

    pub fn consent(&mut self, record: &ConsentRecord) {
        let wall = |at: Millis| self.clock.wall_at(at);
        let basis = self.basis.get(&record.purpose).copied().unwrap_or(closare_call::Basis::Consent);
        let row = store::Consent {
            purpose: record.purpose,
            wording_id: record.wording_id.clone(),
            wording_version: self.published.workflow.version.clone(),
            language: record.language.clone(),
            wording: record.wording.clone(),
            asked: wall(record.asked),
            played: record.fully_played.map(wall),
            answer: match (record.answer, record.means) {
                (ConsentAnswer::Granted, _) => store::Answer::Granted,
                (ConsentAnswer::Withdrawn, _) => store::Answer::Withdrawn,
                (ConsentAnswer::Refused, ConsentMeans::None) => store::Answer::Unclear,
                (ConsentAnswer::Refused, ConsentMeans::Voice | ConsentMeans::Key) => store::Answer::Refused,
            },
            means: match record.means {
                ConsentMeans::Voice => Some(store::Means::Voice),
                ConsentMeans::Key => Some(store::Means::Key),
                ConsentMeans::None => None,
            },
            confidence: Some(f64::from(record.confidence)),
            answered: Some(wall(record.answered)),
            policy_version: self.policy_version.clone(),
            basis: basis.as_str().to_owned(),
        };
        self.writer.put(&self.call, row);
    }

    /// Which plugin a call uses; told once.
    pub fn using(&mut self, role: Role, index: usize) {
        if !self.used.insert((role, index)) {
            return;
        }
        if let Some(chosen) = self.published.chosen(role, index) {
            let row = store::PluginUse {
                role: role.to_string(),
                plugin: chosen.plugin.manifest().name.to_string(),
                version: chosen.plugin.manifest().version.clone(),
                sha256: chosen.plugin.sha256().to_owned(),
            };
            self.writer.put(&self.call, row);
        }
    }

    fn put(&mut self, kind: Kind, row: impl Into<Row>) {
        if self.kept.contains(&kind) {
            self.writer.put(&self.call, row);
        } else {
            self.wait(kind, ROW_BYTES, Unkept::Row(Box::new(row.into())));
        }
    }

    fn ai_system(&self, role: Role, index: usize) -> AiSystem {
        let chosen = self.published.chosen(role, index);
        AiSystem {
            name: "closare".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            plugin: chosen.map(|chosen| chosen.plugin.manifest().name.to_string()).unwrap_or_default(),
            model: chosen.and_then(|chosen| chosen.model(role)),
        }
    }
}

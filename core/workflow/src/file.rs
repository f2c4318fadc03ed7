//! The file's keys, outside of the steps.

use crate::expression::Kind;
use crate::finding::Place;
use crate::phrase::Phrase;
use crate::reader::{KnownContact, Map, Reader};
use crate::scalar;
use crate::source::{Is, Node};
use crate::steps::transfer;
use crate::workflow::{Contact, Data, Keep, Limits, Use, Uses, Variable};
use closare_terms::{Language, Role};
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) const KEYS: [&str; 15] = [
    "closare",
    "name",
    "about",
    "languages",
    "timezone",
    "use",
    "data",
    "hours",
    "contacts",
    "vars",
    "phrases",
    "anytime",
    "limits",
    "steps",
    "flows",
];

pub(crate) const VERSION: &str = "1";

/// The plugin set of a role that the file says nothing of.
const DEFAULT_SET: &str = "offline";

impl Reader<'_> {
    pub fn version(&mut self, map: &Map) {
        if let Some(node) = self.need(map, "closare")
            && node.scalar() != Some(VERSION)
        {
            self.wrong(node, "version `1` of the language");
        }
    }

    pub fn workflow_name(&mut self, map: &Map) -> String {
        let good = |text: &str| {
            let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            (plain && text.len() <= 60 && !text.starts_with('-')).then(|| text.to_owned())
        };
        let node = self.need(map, "name");
        node.and_then(|node| self.scalar(node, "a name of a-z, 0-9 and `-`", good)).unwrap_or_default()
    }

    pub fn file_languages(&mut self, map: &Map) {
        if let Some(node) = self.need(map, "languages") {
            let one = std::slice::from_ref(node);
            let items = if let Is::Sequence(items) = &node.is { items.as_slice() } else { one };
            for item in items {
                match self.scalar(item, "a language such as `en` or `de-AT`", scalar::language) {
                    Some(language) if !self.languages.contains(&language) => self.languages.push(language),
                    Some(_) => self.wrong(item, "each language once"),
                    None => {}
                }
            }
            if items.is_empty() {
                self.wrong(node, "at least one language");
            }
        }
        if self.languages.is_empty() {
            self.languages.push(Language::from("en"));
        }
    }

    pub fn timezone(&mut self, map: &Map) -> String {
        let zone = |text: &str| jiff::tz::TimeZone::get(text).is_ok().then(|| text.to_owned());
        let default = if self.catalog.timezone.is_empty() { "UTC" } else { &self.catalog.timezone };
        let node = map.get("timezone");
        node.and_then(|node| self.scalar(node, "a time zone such as `Europe/Berlin`", zone))
            .unwrap_or(default.to_owned())
    }

    pub fn plugins(&mut self, map: &Map) {
        let chains = map.get("use").map(|node| self.map(node, "`use`", &["stt", "llm", "tts"]));
        let mut chain = |key: &str, role| match chains.as_ref().and_then(|chains| chains.get(key)) {
            Some(node) => self.use_chain(node, role),
            None => self
                .named(DEFAULT_SET, map.place, role, Value::Object(Default::default()))
                .into_iter()
                .collect(),
        };
        let (stt, llm, tts) = (
            chain("stt", Role::SpeechToText),
            chain("llm", Role::LanguageModel),
            chain("tts", Role::TextToSpeech),
        );
        self.uses = Uses { stt, llm, tts };
    }

    fn use_chain(&mut self, node: &Node, role: Role) -> Vec<Use> {
        let items = match &node.is {
            Is::Sequence(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let chain: Vec<Use> = items.iter().filter_map(|item| self.use_one(item, role)).collect();
        if items.is_empty() {
            self.wrong(node, "at least one plugin");
        }
        self.chain_speaks(&chain, role, node.place);
        chain
    }

    fn use_one(&mut self, node: &Node, role: Role) -> Option<Use> {
        let Is::Map(entries) = &node.is else {
            let name = self.text(node, "a plugin's name")?;
            return self.named(&name, node.place, role, Value::Object(Default::default()));
        };
        let Some(plugin) = node.get("plugin") else {
            self.error(
                "read-7",
                node.place,
                "a plugin with options needs the key `plugin`",
                "such as `{plugin: openai, model: …}`",
            );
            return None;
        };
        let name = self.text(plugin, "a plugin's name")?;
        let mut options = serde_json::Map::new();
        for (key, value) in entries.iter().filter(|(key, _)| key.text != "plugin") {
            self.option_fits(&name, key, value);
            options.insert(key.text.clone(), json_of(value));
        }
        self.named(&name, plugin.place, role, Value::Object(options))
    }

    /// A plugin, or the one that a set names for this role.
    fn named(&mut self, name: &str, place: Place, role: Role, options: Value) -> Option<Use> {
        let plugin = match self.catalog.sets.get(name) {
            Some(set) => set.get(&role).map(String::as_str).unwrap_or(name),
            None => name,
        };
        self.plugin_fits(plugin, &options, place, role).then(|| Use { plugin: plugin.to_owned(), options })
    }

    pub fn data(&mut self, map: &Map) -> Data {
        let keep = |reader: &mut Self, data: Option<&Map>, key: &str, default| {
            let words = [
                ("never", Keep::Never),
                ("with_consent", Keep::WithConsent),
                ("always", Keep::Always),
                ("no", Keep::Never),
            ];
            data.and_then(|data| data.get(key))
                .and_then(|node| reader.one_of(node, &words))
                .unwrap_or(default)
        };
        let data = map.get("data").map(|node| {
            self.map(node, "`data`", &["recording", "transcript", "summary", "fields", "keep_for"])
        });
        let data = data.as_ref();
        if let Some(node) = data.and_then(|data| data.get("recording")) {
            self.recording_place = node.place;
        }
        Data {
            recording: keep(self, data, "recording", Keep::WithConsent),
            transcript: keep(self, data, "transcript", Keep::Always),
            summary: keep(self, data, "summary", Keep::Always),
            fields: keep(self, data, "fields", Keep::Always),
            keep_for: data.and_then(|data| data.get("keep_for")).and_then(|node| self.keep_for(node)),
        }
    }

    fn keep_for(&mut self, node: &Node) -> Option<u32> {
        let days = |text: &str| {
            text.strip_suffix('d')
                .unwrap_or(text)
                .trim()
                .parse::<u32>()
                .ok()
                .filter(|n| (1..=36_500).contains(n))
        };
        let days = self.scalar(node, "a number of days such as `30d`", days)?;
        let plan = self.catalog.plan_days;
        if days > plan && plan > 0 {
            let sentence = format!("expected at most the {plan} days of the plan, found {days}");
            self.error("law-4", node.place, sentence, format!("write `keep_for: {plan}d`, or leave it out"));
        }
        Some(days)
    }

    pub fn limits(&mut self, map: &Map) -> Limits {
        let mut limits = Limits::default();
        let Some(node) = map.get("limits") else { return limits };
        let map = self.map(node, "`limits`", &["call", "silence", "turn", "tries", "cost"]);
        if let Some(node) = map.get("cost") {
            self.later(node.place, "`limits.cost`");
        }
        let duration = |reader: &mut Self, key, into: &mut closare_terms::Millis| {
            if let Some(long) = map.get(key).and_then(|node| reader.duration(node)) {
                *into = long;
            }
        };
        duration(self, "call", &mut limits.call);
        duration(self, "silence", &mut limits.silence);
        duration(self, "turn", &mut limits.turn);
        if let Some(tries) = map.get("tries").and_then(|node| self.number(node, 1..=10)) {
            limits.tries = tries as u32;
        }
        if let (Some(node), true) = (map.get("silence"), limits.silence.0 < 1000) {
            self.wrong(node, "a silence of at least `1s`");
        }
        self.silence = limits.silence;
        limits
    }

    pub fn named_phrases(&mut self, map: &Map) {
        let Some(node) = map.get("phrases") else { return };
        let mut all: BTreeMap<String, Phrase> = BTreeMap::new();
        for (key, value) in self.entries(node, "a map from names to phrases") {
            self.name(&key.text, key.place);
            let phrase = self.phrase(value);
            all.insert(key.text.clone(), phrase);
        }
        self.phrases = all;
    }

    pub fn vars(&mut self, map: &Map) -> BTreeMap<String, Variable> {
        let mut all = BTreeMap::new();
        let Some(node) = map.get("vars") else { return all };
        for (key, value) in self.entries(node, "a map from names to `{type, first}`") {
            if !self.name(&key.text, key.place) {
                continue;
            }
            let keys = ["type", "first", "length", "min", "max", "currency", "of"];
            let map = self.map(value, "a variable", &keys);
            let Some(kind) = self.need(&map, "type").and_then(|at| self.slot_type(at, value)) else {
                continue;
            };
            self.declare(&key.text, Kind::of(&kind), key.place, false);
            let first = map.get("first").and_then(|node| self.first_value(node, &kind));
            all.insert(key.text.clone(), Variable { kind, first });
        }
        all
    }

    /// The contacts, without their branches: these may transfer to any other contact.
    pub fn contacts(&mut self, map: &Map) -> Vec<String> {
        let Some(node) = map.get("contacts") else { return Vec::new() };
        let mut order = Vec::new();
        for (key, value) in self.entries(node, "a map from names to contacts") {
            self.name(&key.text, key.place);
            let short = value.scalar().is_some();
            let map = (!short).then(|| {
                self.map(
                    value,
                    "a contact",
                    &["to", "ring", "hours", "busy", "no_answer", "declined", "failed"],
                )
            });
            let to = match &map {
                Some(map) => self.need(map, "to"),
                None => Some(value),
            };
            let to = to.and_then(|node| {
                self.scalar(node, "a number such as `+49 30 901820` or a SIP URI", scalar::address)
            });
            if let Some(node) = map.as_ref().and_then(|map| map.get("hours")) {
                self.later(node.place, "a contact's `hours`");
            }
            let ring = map.as_ref().and_then(|map| map.get("ring")).and_then(|node| self.duration(node));
            let contact = Contact { to: to.unwrap_or_default(), ring: ring.unwrap_or(transfer::RING) };
            let written = transfer::BRANCHES.into_iter().filter(|branch| value.get(branch).is_some());
            let branches =
                written.collect::<Vec<_>>().into_iter().map(|branch| (branch, self.reserve())).collect();
            self.contacts.insert(key.text.clone(), KnownContact { contact, branches });
            order.push(key.text.clone());
        }
        order
    }

    /// The steps of the contacts' branches, each read once and shared by the transfers to that contact.
    pub fn contact_branches(&mut self, map: &Map) {
        let Some(node) = map.get("contacts") else { return };
        let Is::Map(entries) = &node.is else { return };
        for (key, value) in entries {
            let Some(branches) = self.contacts.get(&key.text).map(|known| known.branches.clone()) else {
                continue;
            };
            for (branch, block) in branches {
                if let Some(steps) = value.get(branch) {
                    self.steps_into(block, steps, &format!("contacts.{}.{branch}", key.text));
                }
            }
        }
    }

    pub fn flow_names(&mut self, map: &Map) {
        let Some(node) = map.get("flows") else { return };
        for (key, _) in self.entries(node, "a map from names to lists of steps") {
            if self.name(&key.text, key.place) {
                let block = self.reserve();
                self.flows.insert(key.text.clone(), block);
            }
        }
    }

    pub fn flow_steps(&mut self, map: &Map) {
        let Some(Node { is: Is::Map(entries), .. }) = map.get("flows") else { return };
        for (key, value) in entries {
            let Some(&block) = self.flows.get(&key.text) else { continue };
            let long = ["steps", "takes", "gives"].iter().any(|key| value.get(key).is_some());
            if !long {
                self.steps_into(block, value, &key.text);
                continue;
            }
            let map = self.map(value, "a flow", &["steps", "takes", "gives"]);
            for key in ["takes", "gives"] {
                if let Some(node) = map.get(key) {
                    self.later(node.place, &format!("a flow's `{key}`"));
                }
            }
            if let Some(steps) = self.need(&map, "steps") {
                self.steps_into(block, steps, &key.text);
            }
        }
    }
}

/// A plugin's option as JSON. A plain scalar is what it looks like in JSON, else a text; a quoted one is a text.
fn json_of(node: &Node) -> Value {
    match &node.is {
        Is::Scalar { text, quoted: false } => match text.as_str() {
            "" | "~" => Value::Null,
            "yes" => Value::Bool(true),
            "no" => Value::Bool(false),
            text => match serde_json::from_str::<Value>(text) {
                Ok(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value,
                _ => Value::String(text.to_owned()),
            },
        },
        Is::Scalar { text, .. } => Value::String(text.clone()),
        Is::Sequence(items) => items.iter().map(json_of).collect(),
        Is::Map(entries) => {
            Value::Object(entries.iter().map(|(key, node)| (key.text.clone(), json_of(node))).collect())
        }
    }
}

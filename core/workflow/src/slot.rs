//! A slot: a typed value that the caller is asked for; and how a step listens.

use crate::expression::Kind;
use crate::finding::Finding;
use crate::reader::Reader;
use crate::scalar;
use crate::source::{Is, Key, Node};
use crate::workflow::{Confirm, Keys, Listen, Slot};
use closare_slots::{Choice, Type};

pub(crate) const CONFIRM: [(&str, Confirm); 3] =
    [("always", Confirm::Always), ("when_unsure", Confirm::WhenUnsure), ("never", Confirm::Never)];

/// Beside these stand the bounds of the type: `length`, `min`, `max`, `currency`, `of`.
const KEYS: [&str; 15] = [
    "type", "ask", "again", "sorry", "check", "confirm", "examples", "optional", "secret", "listen",
    "length", "min", "max", "currency", "of",
];

const LISTEN_KEYS: [&str; 7] = ["silence", "longest", "end_after", "language", "hints", "keys", "finish_key"];

/// Whether the step asks for the slot, or takes it as it comes up in a dialogue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlotUse {
    Asked,
    Mentioned,
}

impl Reader<'_> {
    pub fn slot(&mut self, key: &Key, node: &Node, used: SlotUse) -> Option<Slot> {
        if !self.name(&key.text, key.place) {
            return None;
        }
        let map = self.map(node, "a slot", &KEYS);
        let kind = self.need(&map, "type").and_then(|at| self.slot_type(at, node)).unwrap_or(Type::Text);
        self.declare(&key.text, Kind::of(&kind), key.place, true);
        let phrase = |reader: &mut Self, key| map.get(key).map(|node| reader.phrase(node));
        let flag =
            |reader: &mut Self, key| map.get(key).and_then(|node| reader.yes_no(node)).unwrap_or(false);
        let slot = Slot {
            name: key.text.clone(),
            kind,
            ask: phrase(self, "ask"),
            again: phrase(self, "again"),
            sorry: phrase(self, "sorry"),
            check: map.get("check").and_then(|node| self.expression(node)),
            confirm: map.get("confirm").and_then(|node| self.one_of(node, &CONFIRM)),
            examples: map
                .get("examples")
                .map(|node| self.texts(node, "what a caller says"))
                .unwrap_or_default(),
            optional: flag(self, "optional"),
            secret: flag(self, "secret"),
            listen: self.listen(map.get("listen")),
        };
        if slot.ask.is_none() && !slot.optional && used == SlotUse::Asked {
            let sentence = format!("the slot `{}` has no question", slot.name);
            self.error("ask-3", key.place, sentence, "add `ask: \"…\"`, or `optional: yes`");
        }
        self.secret_is_kept(&slot, key);
        Some(slot)
    }

    /// `law-8`: a secret must not reach a vendor.
    fn secret_is_kept(&mut self, slot: &Slot, key: &Key) {
        if !slot.secret || slot.listen.keys == Keys::Only {
            return;
        }
        let vendor = self
            .uses
            .stt
            .iter()
            .find(|used| self.catalog.plugins.get(&used.plugin).is_some_and(|one| !one.local));
        if let Some(vendor) = vendor {
            let sentence = format!(
                "the secret `{}` would be heard by `{}`, which is not on this machine",
                slot.name, vendor.plugin
            );
            let help = "take it by keys: `listen: {keys: only}`, or use speech-to-text on this machine";
            self.findings.push(Finding::error("law-8", key.place, sentence).help(help));
        }
    }

    pub fn slot_type(&mut self, at: &Node, slot: &Node) -> Option<Type> {
        let names: Vec<(&str, &str)> = Type::variants().iter().map(|name| (*name, *name)).collect();
        let name = self.one_of(at, &names)?;
        self.bounds_belong(name, slot);
        let read = |reader: &mut Self, key: &str, expected, max: f64| {
            let number = |text: &str| text.parse::<f64>().ok().filter(|n| n.is_finite() && n.abs() <= max);
            slot.get(key).and_then(|node| reader.scalar(node, expected, number))
        };
        Some(match name {
            "text" => Type::Text,
            "name" => Type::Name,
            "number" => {
                let (min, max) =
                    (read(self, "min", "a number", f64::MAX), read(self, "max", "a number", f64::MAX));
                self.in_order(slot, min, max);
                Type::Number { min, max }
            }
            "integer" => {
                let whole = "a whole number";
                let (min, max) = (read(self, "min", whole, 9e15), read(self, "max", whole, 9e15));
                self.in_order(slot, min, max);
                Type::Integer { min: min.map(|n| n.ceil() as i64), max: max.map(|n| n.floor() as i64) }
            }
            "money" => Type::Money { currency: self.currency(at, slot) },
            "date" => Type::Date,
            "time" => Type::Time,
            "date_time" => Type::DateTime,
            "duration" => Type::Duration,
            "phone" => Type::Phone,
            "email" => Type::Email,
            "yes_no" => Type::YesNo,
            "digits" => {
                let length = |text: &str| scalar::range(text).filter(|&(from, to)| from >= 1 && to <= 64);
                let written = slot
                    .get("length")
                    .and_then(|node| self.scalar(node, "a number of digits, such as `4` or `6..8`", length));
                let (min, max) = written.unwrap_or((1, 32));
                Type::Digits { min: min as u8, max: max as u8 }
            }
            "choice" => Type::Choice { of: self.choices(at, slot) },
            _ => Type::Postcode,
        })
    }

    /// `max` of a date, `length` of a name: a bound that means nothing here.
    fn bounds_belong(&mut self, name: &str, slot: &Node) {
        let bounds: &[(&str, &[&str])] = &[
            ("length", &["digits"]),
            ("min", &["number", "integer"]),
            ("max", &["number", "integer"]),
            ("currency", &["money"]),
            ("of", &["choice"]),
        ];
        let Is::Map(entries) = &slot.is else { return };
        for (key, _) in entries {
            let of = bounds.iter().find(|(bound, types)| *bound == key.text && !types.contains(&name));
            if let Some((_, types)) = of {
                let sentence = format!("a slot of type `{name}` has no key `{}`", key.text);
                self.error(
                    "read-6",
                    key.place,
                    sentence,
                    format!("it belongs to {}; use `check` here", types.join(", ")),
                );
            }
        }
    }

    fn in_order(&mut self, slot: &Node, min: Option<f64>, max: Option<f64>) {
        if let (Some(min), Some(max), Some(node)) = (min, max, slot.get("max"))
            && min > max
        {
            self.wrong(node, &format!("a `max` of at least `{min}`"));
        }
    }

    fn currency(&mut self, at: &Node, slot: &Node) -> String {
        let code = |text: &str| {
            (text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())).then(|| text.to_owned())
        };
        let Some(node) = slot.get("currency") else {
            self.error(
                "read-7",
                at.place,
                "a slot of type `money` needs the key `currency`",
                "add `currency: EUR`",
            );
            return "EUR".to_owned();
        };
        self.scalar(node, "a currency of three capitals, such as `EUR`", code)
            .unwrap_or_else(|| "EUR".to_owned())
    }

    fn choices(&mut self, at: &Node, slot: &Node) -> Vec<Choice> {
        let Some(node) = slot.get("of") else {
            let help = "add `of: {upper: [\"top jaw\"], lower: [\"bottom jaw\"]}`";
            self.error("read-7", at.place, "a slot of type `choice` needs the key `of`", help);
            return Vec::new();
        };
        let mut choices = Vec::new();
        match &node.is {
            Is::Sequence(items) => {
                for item in items {
                    choices.extend(self.text(item, "a choice").map(|name| Choice { name, said: Vec::new() }));
                }
            }
            _ => {
                for (key, value) in self.entries(node, "a map from choices to what callers say for them") {
                    let said =
                        if value.is_nothing() { Vec::new() } else { self.texts(value, "what a caller says") };
                    choices.push(Choice { name: key.text.clone(), said });
                }
            }
        }
        if choices.is_empty() {
            self.wrong(node, "at least one choice");
        }
        choices
    }

    pub fn listen(&mut self, node: Option<&Node>) -> Listen {
        let Some(node) = node else { return Listen::default() };
        let map = self.map(node, "`listen`", &LISTEN_KEYS);
        if let Some(node) = map.get("language") {
            self.later(node.place, "`language` in `listen`");
        }
        let silence = map.get("silence").and_then(|node| self.duration(node).map(|long| (long, node.place)));
        if let Some((long, place)) = silence {
            self.silence_within(long, place);
        }
        let key = |text: &str| {
            Some(text.chars().next()?).filter(|c| text.len() == 1 && "0123456789*#".contains(*c))
        };
        Listen {
            silence: silence.map(|(long, _)| long),
            longest: map.get("longest").and_then(|node| self.duration(node)),
            end_after: map.get("end_after").and_then(|node| self.duration(node)),
            hints: map.get("hints").map(|node| self.texts(node, "a word to listen for")).unwrap_or_default(),
            keys: self.keys(map.get("keys")),
            finish_key: map
                .get("finish_key")
                .and_then(|node| self.scalar(node, "a key: 0-9, `*` or `#`", key)),
        }
    }

    fn keys(&mut self, node: Option<&Node>) -> Keys {
        let words = [
            ("on", Keys::On),
            ("off", Keys::Off),
            ("only", Keys::Only),
            ("yes", Keys::On),
            ("no", Keys::Off),
        ];
        node.and_then(|node| self.one_of(node, &words)).unwrap_or_default()
    }

    /// The first value of a variable, in the form that the file writes it.
    pub fn first_value(&mut self, node: &Node, kind: &Type) -> Option<closare_slots::Value> {
        use closare_slots::Value;
        let expected = format!("a first value of type `{}`", kind.name());
        self.scalar(node, &expected, |text| {
            Some(match kind {
                Type::Text => Value::Text(text.to_owned()),
                Type::Name => Value::Name(text.to_owned()),
                Type::Number { .. } => Value::Number(text.parse().ok()?),
                Type::Integer { .. } => Value::Integer(text.parse().ok()?),
                Type::Money { currency } => {
                    let minor = (text.parse::<f64>().ok()? * 100.0).round() as i64;
                    Value::Money(closare_terms::Money { minor, currency: currency.clone() })
                }
                Type::Date => Value::Date(text.parse().ok()?),
                Type::Time => Value::Time(text.parse().ok()?),
                Type::DateTime => Value::DateTime(text.parse().ok()?),
                Type::Duration => Value::Duration(scalar::duration(text)?),
                Type::Phone => Value::Phone(closare_terms::PhoneNumber(scalar::address(text)?)),
                Type::Email => Value::Email(text.contains('@').then(|| text.to_owned())?),
                Type::YesNo => Value::YesNo(scalar::yes_no(text)?),
                Type::Digits { .. } => {
                    Value::Digits(text.bytes().all(|b| b.is_ascii_digit()).then(|| text.to_owned())?)
                }
                Type::Choice { of } => Value::Choice(of.iter().find(|one| one.name == text)?.name.clone()),
                Type::Postcode => Value::Postcode(text.to_owned()),
            })
        })
    }
}

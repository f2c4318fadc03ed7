use serde::{Deserialize, Serialize};

/// What a field may hold, with its bounds. As data it is tagged by `type`: `{"type": "digits", "min": 6, "max": 8}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Type {
    /// Whatever was said.
    Text,
    /// A person's name, without what was said around it.
    Name,
    /// A number, both bounds included.
    Number {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// A whole number, both bounds included.
    Integer {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// An amount in one currency (ISO 4217).
    Money {
        currency: String,
    },
    Date,
    /// A time of day.
    Time,
    DateTime,
    /// A length of time.
    Duration,
    Phone,
    Email,
    YesNo,
    /// Figures whose zeros count: a policy number, a PIN. The bounds are their number, both included.
    Digits {
        min: u8,
        max: u8,
    },
    Choice {
        of: Vec<Choice>,
    },
    Postcode,
}

/// One of the things that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// How a workflow calls it; what the value holds.
    pub name: String,
    /// What callers say for it, besides its name.
    #[serde(default)]
    pub said: Vec<String>,
}

impl Type {
    /// The word for it in a workflow, such as `date_time`.
    pub fn name(&self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::Name => "name",
            Type::Number { .. } => "number",
            Type::Integer { .. } => "integer",
            Type::Money { .. } => "money",
            Type::Date => "date",
            Type::Time => "time",
            Type::DateTime => "date_time",
            Type::Duration => "duration",
            Type::Phone => "phone",
            Type::Email => "email",
            Type::YesNo => "yes_no",
            Type::Digits { .. } => "digits",
            Type::Choice { .. } => "choice",
            Type::Postcode => "postcode",
        }
    }

    /// The names of all types, in the order of the manual.
    pub fn variants() -> &'static [&'static str] {
        &[
            "text",
            "name",
            "number",
            "integer",
            "money",
            "date",
            "time",
            "date_time",
            "duration",
            "phone",
            "email",
            "yes_no",
            "digits",
            "choice",
            "postcode",
        ]
    }
}

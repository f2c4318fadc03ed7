use closare_terms::{Millis, Money, PhoneNumber};
use jiff::civil;
use serde::{Deserialize, Serialize};

/// A value that was heard, keyed in or returned by a model. As data it is tagged by its kind: `{"date": "2026-03-03"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Text(String),
    Name(String),
    Number(f64),
    Integer(i64),
    Money(Money),
    Date(civil::Date),
    Time(civil::Time),
    DateTime(civil::DateTime),
    Duration(Millis),
    /// E.164 where the country was known, else the figures as they were said.
    Phone(PhoneNumber),
    Email(String),
    YesNo(bool),
    Digits(String),
    /// The option's name.
    Choice(String),
    /// In the usual form of its country, such as `SW1A 1AA`.
    Postcode(String),
}

impl Value {
    /// The name of its type, as [`Type::name`](crate::Type::name) gives it.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Name(_) => "name",
            Value::Number(_) => "number",
            Value::Integer(_) => "integer",
            Value::Money(_) => "money",
            Value::Date(_) => "date",
            Value::Time(_) => "time",
            Value::DateTime(_) => "date_time",
            Value::Duration(_) => "duration",
            Value::Phone(_) => "phone",
            Value::Email(_) => "email",
            Value::YesNo(_) => "yes_no",
            Value::Digits(_) => "digits",
            Value::Choice(_) => "choice",
            Value::Postcode(_) => "postcode",
        }
    }
}

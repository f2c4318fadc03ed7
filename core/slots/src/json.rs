//! A value as a model returns it and as a web-hook carries it.

use crate::kind::Type;
use crate::money;
use crate::value::Value;
use crate::{email, phone};
use closare_terms::{Millis, Money, PhoneNumber};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

impl Value {
    /// Dates, times and lengths of time in ISO 8601, a phone number in E.164, money as `{"amount": 20.5, "currency": "GBP"}`, yes and no
    /// as a boolean, numbers as numbers, and everything else as a string.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Text(text)
            | Value::Name(text)
            | Value::Email(text)
            | Value::Digits(text)
            | Value::Choice(text)
            | Value::Postcode(text) => json!(text),
            Value::Number(n) => json!(n),
            Value::Integer(n) => json!(n),
            Value::Money(Money { minor, currency }) => {
                json!({"amount": *minor as f64 / money::scale(currency) as f64, "currency": currency})
            }
            Value::Date(date) => json!(date.to_string()),
            Value::Time(time) => json!(to_the_minute(time.to_string())),
            Value::DateTime(moment) => json!(to_the_minute(moment.to_string())),
            Value::Duration(span) => {
                json!(SignedDuration::from_millis(i64::try_from(span.0).unwrap_or(i64::MAX)).to_string())
            }
            Value::Phone(number) => json!(number.as_str()),
            Value::YesNo(yes) => json!(yes),
        }
    }

    /// The value that [`to_json`](Value::to_json) wrote, or a model did: numbers may be strings, yes and no may be words, an option's case
    /// may differ, and money may be a bare number in the type's currency. `None` if it is no value of that type; bounds are not looked at.
    pub fn from_json(kind: &Type, json: &Json) -> Option<Value> {
        let text = json.as_str().map(str::trim).filter(|text| !text.is_empty());
        match kind {
            Type::Text => Some(Value::Text(text?.to_owned())),
            Type::Name => Some(Value::Name(text?.to_owned())),
            Type::Number { .. } => Some(Value::Number(number(json)?)),
            Type::Integer { .. } => whole(json).map(Value::Integer),
            Type::Money { currency } => amount(json, currency).map(Value::Money),
            Type::Date => Some(Value::Date(text?.parse().ok()?)),
            Type::Time => Some(Value::Time(two_figure_hour(text?).parse().ok()?)),
            Type::DateTime => Some(Value::DateTime(text?.parse().ok()?)),
            Type::Duration => length(text?).map(Value::Duration),
            Type::Phone => phone_number(text?).map(Value::Phone),
            Type::Email => Some(Value::Email(text?.to_owned())).filter(|_| text.is_some_and(email::is_sound)),
            Type::YesNo => yes_or_no(json).map(Value::YesNo),
            Type::Digits { .. } => figures(json).map(Value::Digits),
            Type::Choice { of } => {
                let choice = of.iter().find(|choice| Some(choice.name.as_str()) == text);
                let loosely = || {
                    of.iter().find(|choice| text.is_some_and(|text| choice.name.eq_ignore_ascii_case(text)))
                };
                Some(Value::Choice(choice.or_else(loosely)?.name.clone()))
            }
            Type::Postcode => Some(Value::Postcode(text?.to_uppercase())),
        }
    }
}

/// Seconds are left out where they are none.
fn to_the_minute(text: String) -> String {
    match text.strip_suffix(":00") {
        Some(short) if short.contains(':') => short.to_owned(),
        _ => text,
    }
}

fn two_figure_hour(text: &str) -> String {
    if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() }
}

fn number(json: &Json) -> Option<f64> {
    json.as_f64().or_else(|| json.as_str()?.trim().parse().ok()).filter(|n| n.is_finite())
}

fn whole(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| number(json).filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64))
}

fn amount(json: &Json, own: &str) -> Option<Money> {
    let currency = json.get("currency").and_then(Json::as_str).unwrap_or(own).to_ascii_uppercase();
    let minor = number(json.get("amount").unwrap_or(json))? * money::scale(&currency) as f64;
    (minor.abs() < 9e15).then(|| Money { minor: minor.round() as i64, currency })
}

fn length(text: &str) -> Option<Millis> {
    let span: SignedDuration = text.parse().ok()?;
    Some(Millis(u64::try_from(span.as_millis()).ok()?))
}

fn phone_number(text: &str) -> Option<PhoneNumber> {
    let plus = if text.starts_with('+') { "+" } else { "" };
    let figures: String = text.chars().filter(char::is_ascii_digit).collect();
    let known = text.chars().all(|c| c.is_ascii_digit() || "+-()/. ".contains(c));
    Some(PhoneNumber(format!("{plus}{figures}"))).filter(|number| known && phone::is_sound(number))
}

fn yes_or_no(json: &Json) -> Option<bool> {
    match json.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("yes" | "true") => Some(true),
        Some("no" | "false") => Some(false),
        _ => json.as_bool(),
    }
}

fn figures(json: &Json) -> Option<String> {
    let text =
        json.as_str().map_or_else(|| json.as_u64().map(|n| n.to_string()), |text| Some(text.to_owned()))?;
    let known = text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    let figures: String = text.chars().filter(char::is_ascii_digit).collect();
    (known && !figures.is_empty()).then_some(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Type, json: Json, back: Json) {
        let value = Value::from_json(&kind, &json).map_or(Json::Null, |value| value.to_json());
        assert_eq!(value, back);
    }

    #[test]
    fn what_a_model_writes() {
        check(Type::Date, json!("2026-03-03"), json!("2026-03-03"));
        check(Type::Date, json!("tomorrow"), Json::Null);
        check(Type::Time, json!("9:30"), json!("09:30"));
        check(Type::Time, json!("09:30:15"), json!("09:30:15"));
        check(Type::DateTime, json!("2026-03-03T09:00:00"), json!("2026-03-03T09:00"));
        check(Type::Duration, json!("PT1H30M"), json!("PT1H30M"));
        check(Type::Number { min: None, max: None }, json!("3.5"), json!(3.5));
        check(Type::Integer { min: None, max: None }, json!(3.0), json!(3));
        check(Type::Integer { min: None, max: None }, json!(3.5), Json::Null);
        check(
            Type::Money { currency: "GBP".into() },
            json!(20.5),
            json!({"amount": 20.5, "currency": "GBP"}),
        );
        check(
            Type::Money { currency: "GBP".into() },
            json!({"amount": 5, "currency": "eur"}),
            json!({"amount": 5.0, "currency": "EUR"}),
        );
        check(Type::Phone, json!("+44 20 7946 0958"), json!("+442079460958"));
        check(Type::YesNo, json!("Yes"), json!(true));
        check(Type::Digits { min: 1, max: 9 }, json!("00 42"), json!("0042"));
        check(Type::Email, json!("nobody"), Json::Null);
        check(Type::Name, json!(""), Json::Null);
        check(
            Type::Choice { of: vec![crate::Choice { name: "upper".into(), said: vec![] }] },
            json!("Upper"),
            json!("upper"),
        );
    }
}

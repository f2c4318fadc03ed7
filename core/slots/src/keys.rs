use crate::hear::Context;
use crate::kind::Type;
use crate::phone;
use crate::value::Value;
use crate::{money, postcode};
use closare_terms::Money;
use jiff::civil::{Date, Time};

/// The value that telephone keys give: `0` to `9`, `*` and `#`. A `#` at the end is what ends the input, and may be there or not.
///
/// Yes and no are 1 and 2, an option is its number from 1 on, a date is `DDMM` (to come) or `DDMMYYYY`, a time is `HHMM`, and `*` is the
/// decimal point. A text, a name, an e-mail address, a length of time and a moment have no keys: `None`.
pub fn from_keys(kind: &Type, keys: &str, context: &Context) -> Option<Value> {
    let keys = keys.trim().trim_end_matches('#');
    let figures =
        Some(keys).filter(|keys| !keys.is_empty() && keys.bytes().all(|byte| byte.is_ascii_digit()));
    match kind {
        Type::YesNo => match keys {
            "1" => Some(Value::YesNo(true)),
            "2" => Some(Value::YesNo(false)),
            _ => None,
        },
        Type::Digits { .. } => Some(Value::Digits(figures?.to_owned())),
        Type::Integer { .. } => Some(Value::Integer(figures?.parse().ok()?)),
        Type::Number { .. } => Some(Value::Number(decimal(keys)?)),
        Type::Money { currency } => amount(keys, currency),
        Type::Phone => Some(Value::Phone(phone::understood(figures?, false, context)?.0)),
        Type::Date => Some(Value::Date(date(figures?, context)?)),
        Type::Time => Some(Value::Time(time(figures?)?)),
        Type::Choice { of } => {
            Some(Value::Choice(of.get(figures?.parse::<usize>().ok()?.checked_sub(1)?)?.name.clone()))
        }
        Type::Postcode => {
            Some(Value::Postcode(postcode::in_country(figures?, context.country().as_deref())?.0))
        }
        Type::Text | Type::Name | Type::Email | Type::Duration | Type::DateTime => None,
    }
}

fn decimal(keys: &str) -> Option<f64> {
    let good = keys.bytes().all(|byte| byte.is_ascii_digit() || byte == b'*')
        && keys.bytes().any(|byte| byte.is_ascii_digit());
    if good { keys.replacen('*', ".", 1).parse().ok() } else { None }
}

fn amount(keys: &str, currency: &str) -> Option<Value> {
    let minor = decimal(keys)? * money::scale(currency) as f64;
    (minor < 9e15).then(|| Value::Money(Money { minor: minor.round() as i64, currency: currency.to_owned() }))
}

fn date(keys: &str, context: &Context) -> Option<Date> {
    let (day, month) = (keys.get(..2)?.parse().ok()?, keys.get(2..4)?.parse().ok()?);
    match keys.len() {
        4 => crate::date::coming(month, day, context.now.date()),
        8 => Date::new(keys[4..].parse().ok()?, month, day).ok(),
        _ => None,
    }
}

fn time(keys: &str) -> Option<Time> {
    let (hour, minute) = match keys.len() {
        1 | 2 => (keys, "0"),
        3 | 4 => keys.split_at(keys.len() - 2),
        _ => return None,
    };
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Choice;

    #[track_caller]
    fn check(kind: Type, keys: &str, expect: &str) {
        let language = "en-GB".into();
        let context = Context {
            language: &language,
            now: jiff::civil::date(2026, 2, 27).at(10, 0, 0, 0),
            country: None,
        };
        let value = from_keys(&kind, keys, &context).map_or("-".into(), |value| value.to_json().to_string());
        assert_eq!(value, expect, "{keys}");
    }

    #[test]
    fn keys() {
        check(Type::YesNo, "1", "true");
        check(Type::YesNo, "2#", "false");
        check(Type::YesNo, "3", "-");
        check(Type::Digits { min: 4, max: 4 }, "0042#", r#""0042""#);
        check(Type::Digits { min: 4, max: 4 }, "#", "-");
        check(Type::Integer { min: None, max: None }, "042", "42");
        check(Type::Number { min: None, max: None }, "3*5", "3.5");
        check(Type::Number { min: None, max: None }, "3*5*5", "-");
        check(Type::Money { currency: "GBP".into() }, "20*50", r#"{"amount":20.5,"currency":"GBP"}"#);
        check(Type::Phone, "02079460958", r#""+442079460958""#);
        check(Type::Date, "0303", r#""2026-03-03""#);
        check(Type::Date, "03051984", r#""1984-05-03""#);
        check(Type::Date, "3213", "-");
        check(Type::Time, "0930", r#""09:30""#);
        check(Type::Name, "266", "-");
        let of = vec![
            Choice { name: "upper".into(), said: vec![] },
            Choice { name: "lower".into(), said: vec![] },
        ];
        check(Type::Choice { of: of.clone() }, "2", r#""lower""#);
        check(Type::Choice { of }, "3", "-");
    }
}

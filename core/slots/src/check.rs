use crate::email;
use crate::kind::Type;
use crate::phone;
use crate::value::Value;
use closare_terms::Money;
use thiserror::Error;

/// Why a value doesn't fit its type. Its sentence never tells the value, which may be secret.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Complaint {
    #[error("expected a value of type `{expected}`, found one of type `{found}`")]
    Kind { expected: &'static str, found: &'static str },
    #[error("expected at least {min}, found less")]
    TooSmall { min: f64 },
    #[error("expected at most {max}, found more")]
    TooLarge { max: f64 },
    #[error("expected a number, found none")]
    NotANumber,
    #[error("expected an amount in `{expected}`, found one in `{found}`")]
    Currency { expected: String, found: String },
    #[error("expected {}, found {found}", span(*min, *max))]
    Length { min: u8, max: u8, found: usize },
    #[error("expected figures only, found other signs")]
    NotFigures,
    #[error("expected a telephone number, found something else")]
    NotAPhone,
    #[error("expected an e-mail address, found something else")]
    NotAnEmail,
    #[error("expected some text, found none")]
    Empty,
    #[error("expected one of {}, found another", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    NotAChoice { names: Vec<String> },
}

fn span(min: u8, max: u8) -> String {
    if min == max { format!("{min} digits") } else { format!("{min} to {max} digits") }
}

/// Whether `value` is of type `kind` and within its bounds.
pub fn check(kind: &Type, value: &Value) -> Result<(), Complaint> {
    match (kind, value) {
        (Type::Text, Value::Text(text))
        | (Type::Name, Value::Name(text))
        | (Type::Postcode, Value::Postcode(text)) => or(!text.trim().is_empty(), || Complaint::Empty),
        (Type::Number { .. }, Value::Number(n)) if !n.is_finite() => Err(Complaint::NotANumber),
        (Type::Number { min, max }, Value::Number(n)) => within(*n, *min, *max),
        (Type::Integer { min, max }, Value::Integer(n)) => {
            or(min.is_none_or(|min| *n >= min), || Complaint::TooSmall {
                min: min.unwrap_or_default() as f64,
            })?;
            or(max.is_none_or(|max| *n <= max), || Complaint::TooLarge {
                max: max.unwrap_or_default() as f64,
            })
        }
        (Type::Money { currency }, Value::Money(money)) => same_currency(currency, money),
        (Type::Digits { min, max }, Value::Digits(figures)) => digits(*min, *max, figures),
        (Type::Phone, Value::Phone(number)) => or(phone::is_sound(number), || Complaint::NotAPhone),
        (Type::Email, Value::Email(address)) => or(email::is_sound(address), || Complaint::NotAnEmail),
        (Type::Choice { of }, Value::Choice(name)) => {
            or(of.iter().any(|choice| choice.name == *name), || Complaint::NotAChoice {
                names: of.iter().map(|choice| choice.name.clone()).collect(),
            })
        }
        (Type::Date, Value::Date(_))
        | (Type::Time, Value::Time(_))
        | (Type::DateTime, Value::DateTime(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::YesNo, Value::YesNo(_)) => Ok(()),
        (kind, value) => Err(Complaint::Kind { expected: kind.name(), found: value.kind_name() }),
    }
}

fn or(good: bool, complaint: impl FnOnce() -> Complaint) -> Result<(), Complaint> {
    if good { Ok(()) } else { Err(complaint()) }
}

fn within(n: f64, min: Option<f64>, max: Option<f64>) -> Result<(), Complaint> {
    match (min, max) {
        (Some(min), _) if n < min => Err(Complaint::TooSmall { min }),
        (_, Some(max)) if n > max => Err(Complaint::TooLarge { max }),
        _ => Ok(()),
    }
}

fn same_currency(expected: &str, found: &Money) -> Result<(), Complaint> {
    or(expected == found.currency, || Complaint::Currency {
        expected: expected.to_owned(),
        found: found.currency.clone(),
    })
}

fn digits(min: u8, max: u8, figures: &str) -> Result<(), Complaint> {
    or(figures.bytes().all(|byte| byte.is_ascii_digit()), || Complaint::NotFigures)?;
    let fits = (usize::from(min)..=usize::from(max)).contains(&figures.len());
    or(fits, || Complaint::Length { min, max, found: figures.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Choice;

    #[track_caller]
    fn complaint(kind: Type, value: Value, expect: &str) {
        assert_eq!(
            check(&kind, &value).map_or_else(|complaint| complaint.to_string(), |()| "good".into()),
            expect
        );
    }

    #[test]
    fn bounds() {
        complaint(Type::Integer { min: Some(1), max: Some(5) }, Value::Integer(3), "good");
        complaint(
            Type::Integer { min: Some(1), max: None },
            Value::Integer(0),
            "expected at least 1, found less",
        );
        complaint(
            Type::Number { min: None, max: Some(2.5) },
            Value::Number(3.0),
            "expected at most 2.5, found more",
        );
        complaint(
            Type::Number { min: None, max: None },
            Value::Number(f64::NAN),
            "expected a number, found none",
        );
        complaint(
            Type::Digits { min: 6, max: 8 },
            Value::Digits("1234".into()),
            "expected 6 to 8 digits, found 4",
        );
        complaint(
            Type::Digits { min: 4, max: 4 },
            Value::Digits("12345".into()),
            "expected 4 digits, found 5",
        );
        complaint(Type::Phone, Value::Phone("+442079460958".into()), "good");
        complaint(
            Type::Phone,
            Value::Phone("12".into()),
            "expected a telephone number, found something else",
        );
        complaint(
            Type::Date,
            Value::YesNo(true),
            "expected a value of type `date`, found one of type `yes_no`",
        );
        let of = vec![Choice { name: "a".into(), said: vec![] }, Choice { name: "b".into(), said: vec![] }];
        complaint(Type::Choice { of }, Value::Choice("c".into()), "expected one of `a`, `b`, found another");
    }
}

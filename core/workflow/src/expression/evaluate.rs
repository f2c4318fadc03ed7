//! A tree's value. Typed values compare with their like, and with a text in their ISO form.

use super::parse::{Part, Question, Sign, Tree};
use super::{Datum, Scope};
use closare_slots::Value;
use closare_terms::Millis;
use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use std::cmp::Ordering;

type Result<T> = std::result::Result<T, String>;

pub(super) fn evaluate(tree: &Tree, scope: &dyn Scope) -> Result<Datum> {
    Ok(match &tree.is {
        Part::Nothing => Datum::Nothing,
        Part::Bool(yes) => Datum::Bool(*yes),
        Part::Int(n) => Datum::Int(*n),
        Part::Float(n) => Datum::Float(*n),
        Part::Duration(millis) => Datum::Slot(Value::Duration(Millis(*millis))),
        Part::Text(text) => Datum::Text(text.clone()),
        Part::Name(name) => scope.get(name).unwrap_or(Datum::Nothing),
        Part::Member(of, name) => member(evaluate(of, scope)?, name),
        Part::Index(of, index) => at_index(evaluate(of, scope)?, plain(evaluate(index, scope)?))?,
        Part::Asked(of, question, with) => {
            let with = with.iter().map(|one| evaluate(one, scope)).collect::<Result<Vec<_>>>()?;
            asked(plain(evaluate(of, scope)?), *question, with)?
        }
        Part::Not(of) => Datum::Bool(!truth(evaluate(of, scope)?)?),
        Part::Minus(of) => match plain(evaluate(of, scope)?) {
            Datum::Int(n) => Datum::Int(n.checked_neg().ok_or("the number is too large")?),
            Datum::Float(n) => Datum::Float(-n),
            other => return Err(format!("expected a number after `-`, found {}", name_of(&other))),
        },
        Part::Two(left, Sign::And, right) => {
            Datum::Bool(truth(evaluate(left, scope)?)? && truth(evaluate(right, scope)?)?)
        }
        Part::Two(left, Sign::Or, right) => {
            Datum::Bool(truth(evaluate(left, scope)?)? || truth(evaluate(right, scope)?)?)
        }
        Part::Two(left, sign, right) => {
            two(plain(evaluate(left, scope)?), *sign, plain(evaluate(right, scope)?))?
        }
    })
}

/// A value without the type that only says how it is spoken.
pub(super) fn plain(datum: Datum) -> Datum {
    match datum {
        Datum::Slot(Value::Text(text) | Value::Name(text) | Value::Email(text) | Value::Digits(text))
        | Datum::Slot(Value::Choice(text) | Value::Postcode(text)) => Datum::Text(text),
        Datum::Slot(Value::Phone(number)) => Datum::Text(number.as_str().to_owned()),
        Datum::Slot(Value::Integer(n)) => Datum::Int(n),
        Datum::Slot(Value::Number(n)) => Datum::Float(n),
        Datum::Slot(Value::YesNo(yes)) => Datum::Bool(yes),
        other => other,
    }
}

pub(super) fn name_of(datum: &Datum) -> &'static str {
    match datum {
        Datum::Nothing => "nothing",
        Datum::Bool(_) => "yes or no",
        Datum::Int(_) | Datum::Float(_) => "a number",
        Datum::Text(_) => "a text",
        Datum::Slot(value) => value.kind_name(),
        Datum::List(_) => "a list",
        Datum::Map(_) => "a map",
    }
}

fn member(of: Datum, name: &str) -> Datum {
    match of {
        Datum::Map(mut map) => map.remove(name).unwrap_or(Datum::Nothing),
        _ => Datum::Nothing,
    }
}

fn at_index(of: Datum, index: Datum) -> Result<Datum> {
    match (of, index) {
        (Datum::Map(mut map), Datum::Text(key)) => Ok(map.remove(&key).unwrap_or(Datum::Nothing)),
        (Datum::List(list), Datum::Int(at)) => {
            Ok(usize::try_from(at).ok().and_then(|at| list.into_iter().nth(at)).unwrap_or(Datum::Nothing))
        }
        (Datum::Nothing, _) => Ok(Datum::Nothing),
        (of, index) => Err(format!("{} has no place {}", name_of(&of), name_of(&index))),
    }
}

fn asked(of: Datum, question: Question, with: Vec<Datum>) -> Result<Datum> {
    let what = with.into_iter().next().map(plain);
    Ok(match (of, question, what) {
        (Datum::Nothing, Question::Len, _) => Datum::Int(0),
        (Datum::Nothing, ..) => Datum::Bool(false),
        (Datum::Text(text), Question::Len, _) => Datum::Int(text.chars().count() as i64),
        (Datum::List(list), Question::Len, _) => Datum::Int(list.len() as i64),
        (Datum::List(list), Question::Contains, Some(what)) => {
            Datum::Bool(list.into_iter().map(plain).any(|one| one == what))
        }
        (Datum::Text(text), Question::Contains, Some(Datum::Text(what))) => Datum::Bool(text.contains(&what)),
        (Datum::Text(text), Question::StartsWith, Some(Datum::Text(what))) => {
            Datum::Bool(text.starts_with(&what))
        }
        (Datum::Text(text), Question::EndsWith, Some(Datum::Text(what))) => {
            Datum::Bool(text.ends_with(&what))
        }
        (of, ..) => return Err(format!("expected a text, found {}", name_of(&of))),
    })
}

/// Nothing is not yes: an answer that was not given never makes a condition hold.
fn truth(datum: Datum) -> Result<bool> {
    match plain(datum) {
        Datum::Bool(yes) => Ok(yes),
        Datum::Nothing => Ok(false),
        other => Err(format!("expected yes or no, found {}", name_of(&other))),
    }
}

fn two(left: Datum, sign: Sign, right: Datum) -> Result<Datum> {
    match sign {
        Sign::Equal => Ok(Datum::Bool(equal(&left, &right))),
        Sign::Unequal => Ok(Datum::Bool(!equal(&left, &right))),
        Sign::Less => ordered(&left, &right, Ordering::is_lt),
        Sign::LessEqual => ordered(&left, &right, Ordering::is_le),
        Sign::Greater => ordered(&left, &right, Ordering::is_gt),
        Sign::GreaterEqual => ordered(&left, &right, Ordering::is_ge),
        Sign::Plus => plus(left, right),
        Sign::Minus => minus(left, right),
        Sign::Times => numbers(left, right, i64::checked_mul, |a, b| a * b),
        Sign::Divided => numbers(left, right, i64::checked_div, |a, b| a / b),
        Sign::Rest => numbers(left, right, i64::checked_rem, |a, b| a % b),
        Sign::And | Sign::Or => Err("expected yes or no on both sides".to_owned()),
    }
}

fn equal(left: &Datum, right: &Datum) -> bool {
    match order(left, right) {
        Ok(order) => order.is_eq(),
        Err(_) => left == right,
    }
}

fn ordered(left: &Datum, right: &Datum, holds: fn(Ordering) -> bool) -> Result<Datum> {
    Ok(Datum::Bool(holds(order(left, right)?)))
}

fn order(left: &Datum, right: &Datum) -> Result<Ordering> {
    let unlike = || format!("{} and {} don't compare", name_of(left), name_of(right));
    match (left, right) {
        (Datum::Int(a), Datum::Int(b)) => Ok(a.cmp(b)),
        (Datum::Int(a), Datum::Float(b)) => (*a as f64).partial_cmp(b).ok_or_else(unlike),
        (Datum::Float(a), Datum::Int(b)) => a.partial_cmp(&(*b as f64)).ok_or_else(unlike),
        (Datum::Float(a), Datum::Float(b)) => a.partial_cmp(b).ok_or_else(unlike),
        (Datum::Text(a), Datum::Text(b)) => Ok(a.cmp(b)),
        (Datum::Slot(a), Datum::Slot(b)) => order_slots(a, b).ok_or_else(unlike),
        (Datum::Slot(Value::Money(a)), Datum::Int(_) | Datum::Float(_)) => {
            order(&Datum::Float(a.minor as f64 / minor_of(&a.currency)), right)
        }
        (Datum::Int(_) | Datum::Float(_), Datum::Slot(Value::Money(_))) => {
            order(right, left).map(Ordering::reverse)
        }
        (Datum::Slot(a), Datum::Text(b)) => like(a, b).and_then(|b| order_slots(a, &b)).ok_or_else(unlike),
        (Datum::Text(_), Datum::Slot(_)) => order(right, left).map(Ordering::reverse),
        _ => Err(unlike()),
    }
}

fn order_slots(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        // A day against a moment: whether it is before that moment's day, on it or after it.
        (Value::Date(a), Value::DateTime(b)) => a.cmp(&b.date()),
        (Value::DateTime(a), Value::Date(b)) => a.date().cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Time(a), Value::DateTime(b)) => a.cmp(&b.time()),
        (Value::DateTime(a), Value::Time(b)) => a.time().cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (Value::Money(a), Value::Money(b)) if a.currency == b.currency => a.minor.cmp(&b.minor),
        _ => return None,
    })
}

/// A text as a value of the same type, by its ISO form.
pub(super) fn like(value: &Value, text: &str) -> Option<Value> {
    Some(match value {
        Value::Date(_) => Value::Date(text.parse::<Date>().ok()?),
        Value::Time(_) => Value::Time(text.parse::<Time>().ok()?),
        Value::DateTime(_) => Value::DateTime(text.parse::<DateTime>().ok()?),
        Value::Duration(_) => Value::Duration(crate::scalar::duration(text)?),
        _ => return None,
    })
}

/// Smallest units in a whole one (ISO 4217).
fn minor_of(currency: &str) -> f64 {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" => 1.0,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 1000.0,
        _ => 100.0,
    }
}

fn plus(left: Datum, right: Datum) -> Result<Datum> {
    match (left, right) {
        (Datum::Text(a), Datum::Text(b)) => Ok(Datum::Text(a + &b)),
        (Datum::Slot(a), Datum::Slot(Value::Duration(by))) => moved(a, by, 1),
        (Datum::Slot(a @ (Value::Date(_) | Value::DateTime(_))), Datum::Int(days)) => moved_days(a, days),
        (left, right) => numbers(left, right, i64::checked_add, |a, b| a + b),
    }
}

fn minus(left: Datum, right: Datum) -> Result<Datum> {
    match (left, right) {
        (Datum::Slot(a), Datum::Slot(Value::Duration(by))) => moved(a, by, -1),
        (Datum::Slot(a @ (Value::Date(_) | Value::DateTime(_))), Datum::Int(days)) => {
            moved_days(a, days.checked_neg().ok_or("the number is too large")?)
        }
        (Datum::Slot(a), Datum::Slot(b)) => between(&a, &b),
        (left, right) => numbers(left, right, i64::checked_sub, |a, b| a - b),
    }
}

/// A moment or a duration, moved by a duration.
fn moved(value: Value, by: Millis, sign: i64) -> Result<Datum> {
    let millis = i64::try_from(by.0).map_err(|_| "the duration is too long")?;
    let span = Span::new().try_milliseconds(millis * sign).map_err(|_| "the duration is too long")?;
    let far = |_| "the result lies outside the calendar".to_owned();
    Ok(Datum::Slot(match value {
        Value::Date(date) => Value::Date(date.checked_add(whole_days(millis)? * sign).map_err(far)?),
        Value::DateTime(at) => Value::DateTime(at.checked_add(span).map_err(far)?),
        Value::Time(at) => Value::Time(at.wrapping_add(span)),
        Value::Duration(long) if sign > 0 => Value::Duration(long + by),
        Value::Duration(long) => Value::Duration(long - by),
        other => return Err(format!("{} can't be moved by a duration", other.kind_name())),
    }))
}

fn whole_days(millis: i64) -> Result<Span> {
    Span::new().try_days(millis / 86_400_000).map_err(|_| "the duration is too long".to_owned())
}

fn moved_days(value: Value, days: i64) -> Result<Datum> {
    let span =
        i32::try_from(days).ok().and_then(|days| Span::new().try_days(days).ok()).ok_or("too many days")?;
    let far = |_| "the result lies outside the calendar".to_owned();
    Ok(Datum::Slot(match value {
        Value::Date(date) => Value::Date(date.checked_add(span).map_err(far)?),
        Value::DateTime(at) => Value::DateTime(at.checked_add(span).map_err(far)?),
        other => return Err(format!("{} can't be moved by days", other.kind_name())),
    }))
}

/// The time from the right one to the left one; nothing where the right one is later.
fn between(left: &Value, right: &Value) -> Result<Datum> {
    let millis = match (left, right) {
        (Value::Date(a), Value::Date(b)) => a.duration_since(*b).as_millis(),
        (Value::DateTime(a), Value::DateTime(b)) => a.duration_since(*b).as_millis(),
        (Value::Time(a), Value::Time(b)) => a.duration_since(*b).as_millis(),
        (a, b) => return Err(format!("{} can't be taken from {}", b.kind_name(), a.kind_name())),
    };
    Ok(Datum::Slot(Value::Duration(Millis(u64::try_from(millis).unwrap_or(0)))))
}

fn numbers(
    left: Datum,
    right: Datum,
    whole: fn(i64, i64) -> Option<i64>,
    broken: fn(f64, f64) -> f64,
) -> Result<Datum> {
    let (a, b) = match (left, right) {
        (Datum::Int(a), Datum::Int(b)) => {
            return whole(a, b).map(Datum::Int).ok_or_else(|| "the result is no number".to_owned());
        }
        (Datum::Int(a), Datum::Float(b)) => (a as f64, b),
        (Datum::Float(a), Datum::Int(b)) => (a, b as f64),
        (Datum::Float(a), Datum::Float(b)) => (a, b),
        (left, right) => {
            return Err(format!("expected numbers, found {} and {}", name_of(&left), name_of(&right)));
        }
    };
    Some(broken(a, b))
        .filter(|n| n.is_finite())
        .map(Datum::Float)
        .ok_or_else(|| "the result is no number".to_owned())
}

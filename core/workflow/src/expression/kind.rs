//! Kinds: what an expression will give, told before any call.

use super::evaluate::like;
use super::parse::{Part, Question, Sign, Tree};
use closare_slots::{Type, Value};
use closare_terms::Millis;
use std::fmt;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Not known before the call; fits everywhere.
    Any,
    Bool,
    Number,
    Text,
    Date,
    Time,
    DateTime,
    Duration,
    Money,
    Map,
}

/// Where kinds don't fit, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KindError {
    pub range: Range<usize>,
    pub sentence: String,
}

impl Kind {
    pub fn of(kind: &Type) -> Kind {
        match kind {
            Type::Text | Type::Name | Type::Phone | Type::Email | Type::Postcode => Kind::Text,
            Type::Digits { .. } | Type::Choice { .. } => Kind::Text,
            Type::Number { .. } | Type::Integer { .. } => Kind::Number,
            Type::Money { .. } => Kind::Money,
            Type::Date => Kind::Date,
            Type::Time => Kind::Time,
            Type::DateTime => Kind::DateTime,
            Type::Duration => Kind::Duration,
            Type::YesNo => Kind::Bool,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Any => "anything",
            Kind::Bool => "yes or no",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::Date => "a date",
            Kind::Time => "a time",
            Kind::DateTime => "a date with a time",
            Kind::Duration => "a duration",
            Kind::Money => "an amount of money",
            Kind::Map => "a map",
        })
    }
}

pub(super) fn kind(tree: &Tree, of: &dyn Fn(&str) -> Kind) -> Result<Kind, KindError> {
    Ok(match &tree.is {
        Part::Nothing => Kind::Any,
        Part::Bool(_) => Kind::Bool,
        Part::Int(_) | Part::Float(_) => Kind::Number,
        Part::Duration(_) => Kind::Duration,
        Part::Text(_) => Kind::Text,
        Part::Name(name) => of(name),
        Part::Member(inner, name) => match kind(inner, of)? {
            Kind::Any | Kind::Map => Kind::Any,
            other => return Err(wrong(tree, format!("{other} has no member `{name}`"))),
        },
        Part::Index(inner, index) => {
            kind(index, of)?;
            match kind(inner, of)? {
                Kind::Any | Kind::Map => Kind::Any,
                other => return Err(wrong(tree, format!("{other} has no places to look up"))),
            }
        }
        Part::Asked(inner, question, with) => {
            for one in with {
                kind(one, of)?;
            }
            match kind(inner, of)? {
                Kind::Any | Kind::Text if *question == Question::Len => Kind::Number,
                Kind::Any | Kind::Text => Kind::Bool,
                other => return Err(wrong(inner, format!("expected a text, found {other}"))),
            }
        }
        Part::Not(inner) => need(inner, of, Kind::Bool)?,
        Part::Minus(inner) => need(inner, of, Kind::Number)?,
        Part::Two(left, Sign::And | Sign::Or, right) => {
            need(left, of, Kind::Bool)?;
            need(right, of, Kind::Bool)?
        }
        Part::Two(left, sign, right) => {
            let (a, b) = (kind(left, of)?, kind(right, of)?);
            two(tree, (left, a), *sign, (right, b))?
        }
    })
}

fn need(tree: &Tree, of: &dyn Fn(&str) -> Kind, wanted: Kind) -> Result<Kind, KindError> {
    match kind(tree, of)? {
        found if found == wanted || found == Kind::Any => Ok(wanted),
        found => Err(wrong(tree, format!("expected {wanted}, found {found}"))),
    }
}

fn two(
    tree: &Tree,
    (left, a): (&Tree, Kind),
    sign: Sign,
    (right, b): (&Tree, Kind),
) -> Result<Kind, KindError> {
    use Kind::{Any, Bool, Date, DateTime, Duration, Money, Number, Text, Time};
    let unfit = || wrong(tree, format!("{a} and {b} don't fit together here"));
    match sign {
        Sign::Equal | Sign::Unequal | Sign::Less | Sign::LessEqual | Sign::Greater | Sign::GreaterEqual => {
            match (a, b) {
                (Any, _) | (_, Any) => Ok(Bool),
                (Bool, Bool) if matches!(sign, Sign::Equal | Sign::Unequal) => Ok(Bool),
                (Number, Number)
                | (Text, Text)
                | (Money, Money | Number)
                | (Number, Money)
                | (Duration, Duration) => Ok(Bool),
                (Date, Date | DateTime) | (DateTime, Date | DateTime | Time) | (Time, Time | DateTime) => {
                    Ok(Bool)
                }
                (_, Text) => literal(a, right).map(|()| Bool).ok_or_else(unfit),
                (Text, _) => literal(b, left).map(|()| Bool).ok_or_else(unfit),
                _ => Err(unfit()),
            }
        }
        Sign::Plus | Sign::Minus => match (a, b) {
            (Any, _) | (_, Any) => Ok(Any),
            (Number, Number) => Ok(Number),
            (Text, Text) if sign == Sign::Plus => Ok(Text),
            (Date | DateTime, Number | Duration) | (Time | Duration, Duration) => Ok(a),
            (Date, Date) | (DateTime, DateTime) | (Time, Time) if sign == Sign::Minus => Ok(Duration),
            _ => Err(unfit()),
        },
        Sign::Times | Sign::Divided | Sign::Rest => match (a, b) {
            (Any | Number, Any | Number) => Ok(Number),
            _ => Err(unfit()),
        },
        Sign::And | Sign::Or => Ok(Bool),
    }
}

/// Whether a text that is written out is a value of this kind in its ISO form.
fn literal(kind: Kind, tree: &Tree) -> Option<()> {
    let Part::Text(text) = &tree.is else { return None };
    let sample = match kind {
        Kind::Date => Value::Date(jiff::civil::Date::ZERO),
        Kind::Time => Value::Time(jiff::civil::Time::MIN),
        Kind::DateTime => Value::DateTime(jiff::civil::DateTime::ZERO),
        Kind::Duration => Value::Duration(Millis::ZERO),
        _ => return None,
    };
    like(&sample, text).map(|_| ())
}

fn wrong(tree: &Tree, sentence: String) -> KindError {
    KindError { range: tree.range.clone(), sentence }
}

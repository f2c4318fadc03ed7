use crate::tongue::Tongue;
use crate::value::Value;
use crate::{
    choice, date, date_time, digits, duration, email, money, name, number, numeral, phone, postcode, time,
    yes_no,
};
use closare_terms::Language;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How a value is to be said; `{x:spell}` in a phrase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The way the language says such a value.
    #[default]
    Plain,
    /// Letter by letter, figure by figure.
    Spell,
    /// A number figure by figure.
    Digits,
    /// A whole number as an ordinal; any other value as plain.
    Ordinal,
}

/// The value in words that a voice says right. A date is said without its year: see [`speak_on`].
///
/// In a language other than English and German figures stay figures, and dates and times are in ISO form.
pub fn speak(value: &Value, form: Form, language: &Language) -> String {
    say(value, form, Tongue::of(language), |_| false)
}

/// As [`speak`], on a day: a date that isn't within a year from `today` is said with its year.
pub fn speak_on(value: &Value, form: Form, language: &Language, today: Date) -> String {
    let far = |date: Date| date < today || today.checked_add(1.year()).is_ok_and(|end| date >= end);
    say(value, form, Tongue::of(language), far)
}

fn say(value: &Value, form: Form, tongue: Tongue, with_year: impl Fn(Date) -> bool) -> String {
    match (form, value) {
        (Form::Spell, Value::Email(address)) => email::say(address, true, tongue),
        (Form::Spell | Form::Digits, Value::Phone(number)) => phone::say_singly(number, tongue),
        (Form::Spell, value) => name::spell(&written(value), tongue),
        (Form::Digits, Value::Integer(n)) => digits::say(&n.to_string(), tongue),
        (Form::Digits, Value::Number(n)) => digits::say_group(&n.to_string(), tongue),
        (Form::Digits, Value::Text(text)) => digits::say_group(text, tongue),
        (Form::Ordinal, Value::Integer(n)) if *n >= 0 => numeral::say_ordinal(n.unsigned_abs(), tongue),
        (Form::Plain | Form::Digits | Form::Ordinal, value) => plain(value, tongue, with_year),
    }
}

fn plain(value: &Value, tongue: Tongue, with_year: impl Fn(Date) -> bool) -> String {
    match value {
        Value::Text(text) | Value::Name(text) => text.clone(),
        Value::Number(n) => number::say(*n, tongue),
        Value::Integer(n) => number::say_integer(*n, tongue),
        Value::Money(money) => money::say(money, tongue),
        Value::Date(date) => date::say(*date, with_year(*date), tongue),
        Value::Time(time) => time::say(*time, tongue),
        Value::DateTime(moment) => date_time::say(*moment, with_year(moment.date()), tongue),
        Value::Duration(span) => duration::say(*span, tongue),
        Value::Phone(number) => phone::say(number, tongue),
        Value::Email(address) => email::say(address, false, tongue),
        Value::YesNo(yes) => yes_no::say(*yes, tongue),
        Value::Digits(figures) => digits::say(figures, tongue),
        Value::Choice(name) => choice::say(name),
        Value::Postcode(code) => postcode::say(code, tongue),
    }
}

/// As it is written, which is what is spelled.
fn written(value: &Value) -> String {
    match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let said = |value: Value, form| speak(&value, form, &"en-US".into());
        assert_eq!(said(Value::Integer(23), Form::Ordinal), "twenty-third");
        assert_eq!(said(Value::Integer(1234), Form::Digits), "one two three four");
        assert_eq!(said(Value::Text("AB-12".into()), Form::Spell), "A, B, hyphen, one, two");
        assert_eq!(said(Value::Digits("0042".into()), Form::Spell), "zero, zero, four, two");
        assert_eq!(said(Value::Phone("112".into()), Form::Digits), "one, one, two");
        assert_eq!(said(Value::Choice("top_jaw".into()), Form::Plain), "top jaw");
        assert_eq!(said(Value::YesNo(false), Form::Ordinal), "no");
    }

    #[test]
    fn a_far_date_has_its_year() {
        let (today, near, far) =
            (jiff::civil::date(2026, 2, 27), jiff::civil::date(2026, 3, 3), jiff::civil::date(2027, 3, 3));
        let said = |date| speak_on(&Value::Date(date), Form::Plain, &"en".into(), today);
        assert_eq!(said(near), "Tuesday the third of March");
        assert_eq!(said(far), "Wednesday the third of March twenty twenty-seven");
    }
}

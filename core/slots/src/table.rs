//! What the tables of examples in each file go through. It is Friday, the 27th of February 2026, ten in the morning.

use crate::{Context, Form, Type, Value, hear, speak};

/// What is heard in English, as JSON without its quotes; `-` for nothing.
pub(crate) fn heard(kind: &Type, text: &str) -> String {
    heard_in("en-GB", kind, text)
}

pub(crate) fn german(kind: &Type, text: &str) -> String {
    heard_in("de", kind, text)
}

pub(crate) fn heard_in(language: &str, kind: &Type, text: &str) -> String {
    let language = language.into();
    let context =
        Context { language: &language, now: jiff::civil::date(2026, 2, 27).at(10, 0, 0, 0), country: None };
    hear(kind, text, &context).map_or_else(|| "-".to_owned(), |heard| plain(&heard.value))
}

pub(crate) fn said(value: &Value) -> String {
    speak(value, Form::Plain, &"en".into())
}

pub(crate) fn said_in_german(value: &Value) -> String {
    speak(value, Form::Plain, &"de".into())
}

fn plain(value: &Value) -> String {
    match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

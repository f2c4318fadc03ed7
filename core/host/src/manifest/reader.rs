//! Reads a map key by key and collects what is wrong, so that a user sees all of it.

use serde_json::{Map, Value};

pub(super) struct Reader<'a> {
    map: &'a Map<String, Value>,
    /// Where in the file, such as `limits.`.
    place: String,
    known: Vec<&'static str>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(map: &'a Map<String, Value>, place: impl Into<String>) -> Reader<'a> {
        Reader { map, place: place.into(), known: Vec::new(), problems: Vec::new() }
    }

    pub(super) fn problem(&mut self, key: &str, what: impl std::fmt::Display) {
        self.problems.push(format!("{}{key}: {what}", self.place));
    }

    pub(super) fn get(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.push(key);
        self.map.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn required(&mut self, key: &'static str) -> Option<&'a Value> {
        let value = self.get(key);
        if value.is_none() {
            self.problem(key, "expected a value, found none");
        }
        value
    }

    /// Text; a number or a yes/no counts as what it would be written like.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        let text = plain(value);
        if text.is_none() {
            self.problem(key, format_args!("expected text, found `{value}`"));
        }
        text
    }

    pub(super) fn required_text(&mut self, key: &'static str) -> String {
        match self.required(key) {
            Some(_) => self.text(key).unwrap_or_default(),
            None => String::new(),
        }
    }

    pub(super) fn map(&mut self, key: &'static str) -> Option<&'a Map<String, Value>> {
        let value = self.get(key)?;
        let map = value.as_object();
        if map.is_none() {
            self.problem(key, format_args!("expected a map, found `{value}`"));
        }
        map
    }

    pub(super) fn list(&mut self, key: &'static str) -> &'a [Value] {
        match self.get(key) {
            None => &[],
            Some(Value::Array(list)) => list,
            Some(other) => {
                self.problem(key, format_args!("expected a list, found `{other}`"));
                &[]
            }
        }
    }

    /// One of `words`, with the value that it stands for.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.problem(key, format_args!("expected one of {}, found `{text}`", words.join(", ")));
        }
        found
    }

    /// Reads the map below `key` with a reader of its own.
    pub(super) fn inside<T>(
        &mut self,
        name: &str,
        map: &'a Map<String, Value>,
        read: impl FnOnce(&mut Reader<'a>) -> T,
    ) -> T {
        let mut reader = Reader::new(map, format!("{}{name}.", self.place));
        let value = read(&mut reader);
        self.problems.append(&mut reader.problems);
        value
    }

    /// What is left: keys that nobody asked for.
    pub(super) fn rest(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a, '_> {
        self.map.iter().filter(|(key, _)| !self.known.contains(&key.as_str()))
    }

    pub(super) fn refuse_the_rest(&mut self) {
        let unknown: Vec<String> = self.rest().map(|(key, _)| key.clone()).collect();
        for key in unknown {
            let near = nearest(&key, self.known.iter().copied());
            let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            self.problem(&key, format_args!("no such key{hint}"));
        }
    }

    pub(super) fn done(self) -> Vec<String> {
        self.problems
    }
}

pub(crate) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The nearest of the right words, if one is near enough that it may be meant.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.75;
    known
        .map(|known| (strsim::jaro_winkler(word, known), known))
        .filter(|(likeness, _)| *likeness > NEAR)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

//! What differs between what was expected and what was found, field by field.

use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// One field. `None` is a field that isn't there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Such as `request.json.messages[0].content`; empty for the whole.
    pub field: String,
    pub expected: Option<Value>,
    pub found: Option<Value>,
}

/// In the fields' order; empty where nothing differs.
pub fn differences(expected: &Value, found: &Value) -> Vec<Difference> {
    let mut list = Vec::new();
    compare("", Some(expected), Some(found), &mut list);
    list
}

fn compare(field: &str, expected: Option<&Value>, found: Option<&Value>, list: &mut Vec<Difference>) {
    match (expected, found) {
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let more = found.keys().filter(|key| !expected.contains_key(*key));
            for key in expected.keys().chain(more) {
                let inside = if field.is_empty() { key.clone() } else { format!("{field}.{key}") };
                compare(&inside, expected.get(key), found.get(key), list);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for index in 0..expected.len().max(found.len()) {
                compare(&format!("{field}[{index}]"), expected.get(index), found.get(index), list);
            }
        }
        (Some(expected), Some(found)) if same(expected, found) => {}
        (expected, found) => list.push(Difference {
            field: field.to_owned(),
            expected: expected.cloned(),
            found: found.cloned(),
        }),
    }
}

/// 1 and 1.0 are one number.
fn same(expected: &Value, found: &Value) -> bool {
    expected == found
        || matches!((expected.as_f64(), found.as_f64()), (Some(one), Some(other)) if one == other)
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = first_difference(self.expected.as_ref(), self.found.as_ref());
        let (expected, found) = (shown(self.expected.as_ref(), from), shown(self.found.as_ref(), from));
        let field = if self.field.is_empty() { String::new() } else { format!("{}\n", self.field) };
        write!(f, "{field}  expected {expected}\n  found    {found}")
    }
}

/// Characters that two texts have in common at their begin.
fn first_difference(expected: Option<&Value>, found: Option<&Value>) -> usize {
    match (expected.and_then(Value::as_str), found.and_then(Value::as_str)) {
        (Some(expected), Some(found)) => {
            expected.chars().zip(found.chars()).take_while(|(one, other)| one == other).count()
        }
        _ => 0,
    }
}

/// Around the place where it begins to differ, as much as fits a line.
fn shown(value: Option<&Value>, from: usize) -> String {
    const LINE: usize = 90;
    let text = match value {
        None => return "nothing".to_owned(),
        Some(value) => value.to_string(),
    };
    let before = from.saturating_sub(LINE / 3);
    let cut: String = text.chars().skip(before).take(LINE).collect();
    let begun = if before > 0 { "…" } else { "" };
    let goes_on = if text.chars().count() > before + LINE { "…" } else { "" };
    format!("{begun}{cut}{goes_on}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(expected: Value, found: Value, differs: &[&str]) {
        let list = differences(&expected, &found);
        assert_eq!(list.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), differs);
    }

    #[test]
    fn each_field_by_its_name() {
        check(json!({"a": {"b": [1, 2]}, "c": 1}), json!({"c": 1.0, "a": {"b": [1, 2]}}), &[]);
        check(
            json!({"a": {"b": [1, 2]}}),
            json!({"a": {"b": [1, 3, 4]}, "d": 1}),
            &["a.b[1]", "a.b[2]", "d"],
        );
        check(json!("x"), json!({"x": 1}), &[""]);
    }

    #[test]
    fn a_long_text_is_shown_where_it_differs() {
        let text = |end: &str| json!({"text": format!("{}{end}", "x".repeat(200))});
        let list = differences(&text("one"), &text("two"));
        assert!(list[0].to_string().contains("xone\"") && list[0].to_string().contains("…x"), "{}", list[0]);
    }
}

//! A plugin's options: the part of JSON Schema that manifests may use, and a workflow's values checked against it.

use crate::manifest::reader::nearest;
use serde_json::{Map, Value};

/// Checked, or shown to a person. Others are refused, so that nothing is silently unchecked. `required: true` marks one
/// option that has no default and must be set.
const KEYWORDS: &[&str] = &[
    "type",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "items",
    "default",
    "required",
    "description",
    "title",
    "examples",
    "format",
];

const TYPES: &[&str] = &["string", "number", "integer", "boolean", "array", "object"];

/// The values with defaults filled in, or every problem.
pub(crate) fn checked(
    schemas: &Map<String, Value>,
    given: &Value,
) -> Result<Map<String, Value>, Vec<String>> {
    let empty = Map::new();
    let given = match given {
        Value::Object(given) => given,
        Value::Null => &empty,
        other => return Err(vec![format!("expected a map, found `{other}`")]),
    };
    let mut problems: Vec<String> =
        given.keys().filter(|name| !schemas.contains_key(*name)).map(|name| unknown(schemas, name)).collect();
    let mut values = Map::new();
    for (name, schema) in schemas {
        match given.get(name).filter(|value| !value.is_null()).or_else(|| schema.get("default")) {
            Some(value) => {
                problems.extend(problem(schema, value).map(|problem| format!("{name}: {problem}")));
                values.insert(name.clone(), value.clone());
            }
            None if schema.get("required") == Some(&Value::Bool(true)) => {
                problems.push(format!("{name}: expected a value, found none"));
            }
            None => {}
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

fn unknown(schemas: &Map<String, Value>, name: &str) -> String {
    let near = nearest(name, schemas.keys().map(String::as_str));
    let hint = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
    format!("{name}: no such option{hint}")
}

/// What is wrong with a manifest's schema of one option.
pub(crate) fn schema_problems(schema: &Value) -> Vec<String> {
    let Value::Object(map) = schema else { return vec![format!("expected a JSON Schema, found `{schema}`")] };
    let mut problems: Vec<String> = map
        .keys()
        .filter(|key| !KEYWORDS.contains(&key.as_str()))
        .map(|key| format!("expected one of the keywords {}, found `{key}`", KEYWORDS.join(", ")))
        .collect();
    match map.get("type").and_then(Value::as_str) {
        Some(word) if TYPES.contains(&word) => {}
        Some(word) => problems.push(format!("expected type {}, found `{word}`", TYPES.join(" or "))),
        None => problems.push("expected a type, found none".to_owned()),
    }
    if problems.is_empty()
        && let Some(default) = map.get("default")
    {
        problems.extend(problem(schema, default).map(|problem| format!("default: {problem}")));
    }
    problems
}

/// The first thing in which a value doesn't fit.
fn problem(schema: &Value, value: &Value) -> Option<String> {
    let word = schema.get("type").and_then(Value::as_str).unwrap_or("");
    if !is(value, word) {
        return Some(format!("expected {word}, found `{value}`"));
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        let allowed: Vec<_> = allowed.iter().map(|one| format!("`{}`", shown(one))).collect();
        return Some(format!("expected one of {}, found `{}`", allowed.join(", "), shown(value)));
    }
    bounds(schema, value).or_else(|| {
        let (items, list) = (schema.get("items")?, value.as_array()?);
        list.iter().find_map(|item| problem(items, item))
    })
}

fn is(value: &Value, word: &str) -> bool {
    match word {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

fn bounds(schema: &Value, value: &Value) -> Option<String> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    if let Some(number) = value.as_f64() {
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            return Some(format!("expected at least {least}, found `{value}`"));
        }
        return bound("maximum")
            .filter(|most| number > *most)
            .map(|most| format!("expected at most {most}, found `{value}`"));
    }
    let length = value.as_str()?.chars().count() as f64;
    if let Some(least) = bound("minLength").filter(|least| length < *least) {
        return Some(format!("expected at least {least} characters, found {length}"));
    }
    bound("maxLength")
        .filter(|most| length > *most)
        .map(|most| format!("expected at most {most} characters, found {length}"))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(given: Value, expected: Result<Value, &[&str]>) {
        let schemas = json!({
            "model": {"type": "string", "default": "nova", "enum": ["nova", "star"]},
            "heat": {"type": "number", "minimum": 0, "maximum": 1},
            "words": {"type": "array", "items": {"type": "string"}},
            "voice": {"type": "string", "required": true, "minLength": 2},
        });
        let found = checked(schemas.as_object().unwrap(), &given).map(Value::Object);
        assert_eq!(
            found,
            expected.map_err(|problems| problems.iter().map(|text| text.to_string()).collect())
        );
    }

    #[test]
    fn defaults_are_filled_in() {
        check(json!({"voice": "amy", "heat": 1}), Ok(json!({"model": "nova", "heat": 1, "voice": "amy"})));
    }

    #[test]
    fn every_problem_is_told() {
        check(
            json!({"modle": "x", "model": "sun", "heat": 1.5, "words": ["a", 1], "voice": "a"}),
            Err(&[
                "modle: no such option, did you mean `model`?",
                "model: expected one of `nova`, `star`, found `sun`",
                "heat: expected at most 1, found `1.5`",
                "words: expected string, found `1`",
                "voice: expected at least 2 characters, found 1",
            ]),
        );
        check(Value::Null, Err(&["voice: expected a value, found none"]));
        check(json!([1]), Err(&["expected a map, found `[1]`"]));
    }

    #[test]
    fn a_keyword_that_is_not_checked_is_refused() {
        assert_eq!(schema_problems(&json!({"type": "string", "pattern": "a+"})).len(), 1);
        assert_eq!(
            schema_problems(&json!({"type": "integer", "default": "3"})),
            ["default: expected integer, found `\"3\"`"]
        );
        assert_eq!(schema_problems(&json!({"type": "text"})).len(), 1);
    }
}

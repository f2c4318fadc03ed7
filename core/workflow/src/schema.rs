//! The file's JSON Schema, for editors. What a step takes is said by the step's own file.

use crate::steps::STEPS;
use closare_slots::Type;
use serde_json::{Map, Value, json};

/// JSON Schema (2020-12) of a workflow file.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Closare workflow",
        "type": "object",
        "required": ["closare", "name", "languages", "steps"],
        "additionalProperties": false,
        "properties": properties(),
        "$defs": {
            "phrase": phrase_shape(),
            "variants": texts(),
            "steps": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/step"}}, {"$ref": "#/$defs/step"}]},
            "step": step_shape(),
            "slot": slot_shape(),
            "listen": listen_shape(),
        },
    })
}

pub(crate) fn phrase() -> Value {
    json!({"$ref": "#/$defs/phrase"})
}

pub(crate) fn steps() -> Value {
    json!({"$ref": "#/$defs/steps"})
}

pub(crate) fn listen() -> Value {
    json!({"$ref": "#/$defs/listen"})
}

pub(crate) fn nothing() -> Value {
    json!({"type": "null"})
}

pub(crate) fn text() -> Value {
    json!({"type": "string"})
}

pub(crate) fn texts() -> Value {
    json!({"anyOf": [{"type": ["string", "number"]}, {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}]})
}

pub(crate) fn name() -> Value {
    json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})
}

pub(crate) fn duration() -> Value {
    json!({"type": "string", "pattern": "^[0-9.]+ ?(ms|s|m|h|d)$"})
}

pub(crate) fn expression() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

pub(crate) fn confirm() -> Value {
    json!({"enum": ["always", "when_unsure", "never"], "default": "when_unsure"})
}

pub(crate) fn barge_in() -> Value {
    json!({"anyOf": [yes_no(), {"type": "string", "pattern": "^after "}], "default": "yes"})
}

/// A map with these keys and no others.
pub(crate) fn object(keys: &[(&str, Value)], required: &[&str]) -> Value {
    let properties: Map<String, Value> =
        keys.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn yes_no() -> Value {
    json!({"enum": ["yes", "no", true, false]})
}

fn map_of(value: Value) -> Value {
    json!({"type": "object", "additionalProperties": value})
}

fn phrase_shape() -> Value {
    let named = object(&[("phrase", name())], &["phrase"]);
    let languages = json!({
        "type": "object",
        "patternProperties": {"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$": {"$ref": "#/$defs/variants"}},
        "additionalProperties": false,
    });
    json!({"anyOf": [{"$ref": "#/$defs/variants"}, named, languages]})
}

fn step_shape() -> Value {
    let bare: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
    let mut properties = Map::new();
    for step in STEPS {
        let mut shape = (step.schema)();
        if let Some(object) = shape.as_object_mut() {
            object.insert("description".to_owned(), step.about.into());
        }
        properties.insert(step.name.to_owned(), shape);
    }
    properties.insert("id".to_owned(), name());
    properties.insert("when".to_owned(), expression());
    properties.insert("note".to_owned(), text());
    json!({"anyOf": [
        {"enum": bare},
        {"type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1},
    ]})
}

fn slot_shape() -> Value {
    object(
        &[
            ("type", json!({"enum": Type::variants()})),
            ("ask", phrase()),
            ("again", phrase()),
            ("sorry", phrase()),
            ("check", expression()),
            ("confirm", confirm()),
            ("examples", texts()),
            ("optional", yes_no()),
            ("secret", yes_no()),
            ("listen", listen()),
            ("length", json!({"type": ["string", "integer"]})),
            ("min", json!({"type": "number"})),
            ("max", json!({"type": "number"})),
            ("currency", json!({"type": "string", "pattern": "^[A-Z]{3}$"})),
            ("of", json!({"anyOf": [map_of(json!({"anyOf": [nothing(), texts()]})), texts()]})),
        ],
        &["type"],
    )
}

fn listen_shape() -> Value {
    object(
        &[
            ("silence", duration()),
            ("longest", duration()),
            ("end_after", duration()),
            ("hints", texts()),
            ("keys", json!({"enum": ["on", "off", "only", true, false]})),
            ("finish_key", json!({"type": ["string", "integer"]})),
        ],
        &[],
    )
}

fn properties() -> Value {
    let keep = json!({"enum": ["never", "with_consent", "always"]});
    let plugin = json!({"anyOf": [
        {"type": "string"},
        {"type": "object", "properties": {"plugin": {"type": "string"}}, "required": ["plugin"]},
    ]});
    let chain = json!({"anyOf": [plugin, {"type": "array", "items": plugin, "minItems": 1}]});
    let contact = object(
        &[
            ("to", json!({"type": ["string", "integer"]})),
            ("ring", duration()),
            ("busy", steps()),
            ("no_answer", steps()),
            ("declined", steps()),
            ("failed", steps()),
        ],
        &["to"],
    );
    let variable = object(
        &[
            ("type", json!({"enum": Type::variants()})),
            ("first", json!({})),
            ("length", json!({"type": ["string", "integer"]})),
            ("min", json!({"type": "number"})),
            ("max", json!({"type": "number"})),
            ("currency", text()),
            ("of", json!({})),
        ],
        &["type"],
    );
    let data = [
        ("recording", keep.clone()),
        ("transcript", keep.clone()),
        ("summary", keep.clone()),
        ("fields", keep),
        ("keep_for", json!({"type": ["string", "integer"]})),
    ];
    let limits = [
        ("call", duration()),
        ("silence", duration()),
        ("turn", duration()),
        ("tries", json!({"type": "integer", "minimum": 1, "maximum": 10})),
    ];
    json!({
        "closare": {"const": 1},
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
        "about": text(),
        "languages": texts(),
        "timezone": text(),
        "use": object(&[("stt", chain.clone()), ("llm", chain.clone()), ("tts", chain)], &[]),
        "data": object(&data, &[]),
        "contacts": map_of(json!({"anyOf": [{"type": "string"}, contact]})),
        "vars": map_of(variable),
        "phrases": map_of(phrase()),
        "anytime": {"type": "object"},
        "limits": object(&limits, &[]),
        "steps": steps(),
        "flows": map_of(json!({"anyOf": [steps(), object(&[("steps", steps())], &["steps"])]})),
    })
}

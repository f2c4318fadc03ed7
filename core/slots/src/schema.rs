use crate::kind::{Choice, Type};
use serde_json::{Value as Json, json};

/// Carries the type itself inside its JSON Schema, since a schema alone can't tell a name from a postcode.
const OWN: &str = "x-slot";

impl Type {
    /// The JSON Schema of what [`Value::to_json`](crate::Value::to_json) writes, with the type itself under `x-slot`.
    pub fn schema(&self) -> Json {
        let mut schema = self.plain_schema();
        if let (Json::Object(keys), Ok(own)) = (&mut schema, serde_json::to_value(self)) {
            keys.insert(OWN.to_owned(), own);
        }
        schema
    }

    /// The type that a schema describes: what `x-slot` says, else the nearest to its `type`, `format` and `enum`.
    pub fn from_schema(schema: &Json) -> Option<Type> {
        if let Some(own) = schema.get(OWN) {
            return serde_json::from_value(own.clone()).ok();
        }
        if let Some(names) = schema.get("enum").and_then(Json::as_array) {
            let option = |name: &Json| Some(Choice { name: name.as_str()?.to_owned(), said: Vec::new() });
            return Some(Type::Choice { of: names.iter().map(option).collect::<Option<_>>()? });
        }
        let bound = |key: &str| schema.get(key);
        Some(match schema.get("type")?.as_str()? {
            "boolean" => Type::YesNo,
            "number" => Type::Number {
                min: bound("minimum").and_then(Json::as_f64),
                max: bound("maximum").and_then(Json::as_f64),
            },
            "integer" => Type::Integer {
                min: bound("minimum").and_then(Json::as_i64),
                max: bound("maximum").and_then(Json::as_i64),
            },
            "string" => match schema.get("format").and_then(Json::as_str) {
                Some("date") => Type::Date,
                Some("time") => Type::Time,
                Some("date-time") => Type::DateTime,
                Some("duration") => Type::Duration,
                Some("email") => Type::Email,
                Some("phone") => Type::Phone,
                _ => Type::Text,
            },
            _ => return None,
        })
    }

    fn plain_schema(&self) -> Json {
        match self {
            Type::Text => json!({"type": "string"}),
            Type::Name => json!({"type": "string", "description": "a person's name"}),
            Type::Number { min, max } => bounded("number", min.map(|n| json!(n)), max.map(|n| json!(n))),
            Type::Integer { min, max } => bounded("integer", min.map(|n| json!(n)), max.map(|n| json!(n))),
            Type::Money { currency } => json!({
                "type": "object",
                "properties": {"amount": {"type": "number"}, "currency": {"type": "string", "enum": [currency]}},
                "required": ["amount", "currency"],
                "additionalProperties": false,
            }),
            Type::Date => json!({"type": "string", "format": "date", "description": "YYYY-MM-DD"}),
            // Without zone and often without seconds, which the format `time` of JSON Schema would ask for.
            Type::Time => {
                json!({"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$", "description": "HH:MM of 24 hours"})
            }
            Type::DateTime => json!({
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
                "description": "YYYY-MM-DDTHH:MM, local time",
            }),
            Type::Duration => {
                json!({"type": "string", "format": "duration", "description": "ISO 8601, such as PT1H30M"})
            }
            Type::Phone => json!({"type": "string", "pattern": "^\\+?[0-9]{3,15}$", "description": "E.164"}),
            Type::Email => json!({"type": "string", "format": "email"}),
            Type::YesNo => json!({"type": "boolean"}),
            Type::Digits { min, max } => {
                json!({"type": "string", "pattern": format!("^[0-9]{{{min},{max}}}$")})
            }
            Type::Choice { of } => {
                json!({"type": "string", "enum": of.iter().map(|choice| &choice.name).collect::<Vec<_>>()})
            }
            Type::Postcode => json!({"type": "string", "description": "a postcode"}),
        }
    }
}

fn bounded(kind: &str, min: Option<Json>, max: Option<Json>) -> Json {
    let mut schema = json!({"type": kind});
    for (key, bound) in [("minimum", min), ("maximum", max)] {
        if let Some(bound) = bound {
            schema[key] = bound;
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_gives_its_type_back() {
        let of = vec![Choice { name: "upper".into(), said: vec!["top jaw".into()] }];
        let all = [
            Type::Text,
            Type::Name,
            Type::Number { min: Some(0.5), max: None },
            Type::Integer { min: None, max: Some(9) },
            Type::Money { currency: "EUR".into() },
            Type::Date,
            Type::Time,
            Type::DateTime,
            Type::Duration,
            Type::Phone,
            Type::Email,
            Type::YesNo,
            Type::Digits { min: 6, max: 8 },
            Type::Choice { of },
            Type::Postcode,
        ];
        let names: Vec<&str> = all.iter().map(Type::name).collect();
        assert_eq!(names, Type::variants());
        for kind in &all {
            assert_eq!(Type::from_schema(&kind.schema()).as_ref(), Some(kind));
            assert_eq!(kind.schema()[OWN]["type"], kind.name());
        }
        insta::assert_yaml_snapshot!(all.iter().map(Type::schema).collect::<Vec<_>>());
    }

    #[test]
    fn a_foreign_schema_gives_the_nearest() {
        assert_eq!(Type::from_schema(&json!({"type": "string", "format": "date"})), Some(Type::Date));
        assert_eq!(
            Type::from_schema(&json!({"type": "integer", "minimum": 1})),
            Some(Type::Integer { min: Some(1), max: None })
        );
        assert_eq!(Type::from_schema(&json!({"type": "array"})), None);
    }
}

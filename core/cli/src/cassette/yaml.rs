//! Writes YAML for people: what fits a line stays on it, texts with more lines are blocks, and each string that could be read
//! as something else is quoted.

use serde_json::{Map, Value};

/// As the project's own files.
const WIDTH: usize = 120;

/// A value that isn't a map or a list is one line.
pub fn written(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => entries(map, indent, text),
        Value::Array(list) if !list.is_empty() => {
            for item in list {
                text.push_str(&format!("{:indent$}- ", ""));
                match item {
                    // The first key stands beside the dash.
                    Value::Object(map) if !map.is_empty() && !fits(item, indent + 2) => {
                        let mut inner = String::new();
                        entries(map, indent + 2, &mut inner);
                        text.push_str(&inner[indent + 2..]);
                    }
                    other => after(other, indent + 2, 0, text),
                }
            }
        }
        other => text.push_str(&format!("{:indent$}{}\n", "", flow(other))),
    }
}

fn entries(map: &Map<String, Value>, indent: usize, text: &mut String) {
    for (key, value) in map {
        let key = scalar(key);
        text.push_str(&format!("{:indent$}{key}:", ""));
        if is_nested(value) && !fits(value, indent + key.len() + 2) {
            text.push('\n');
            block(value, indent + 2, text);
        } else {
            text.push(' ');
            after(value, indent + 2, key.len(), text);
        }
    }
}

/// What stands behind a key or a dash.
fn after(value: &Value, indent: usize, used: usize, text: &mut String) {
    match value {
        Value::String(words) if is_block(words) => literal(words, indent, text),
        Value::Array(list) if !list.is_empty() && !fits(value, indent + used) => {
            text.push('\n');
            block(value, indent, text);
        }
        other => text.push_str(&format!("{}\n", flow(other))),
    }
}

fn is_nested(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => false,
    }
}

fn fits(value: &Value, used: usize) -> bool {
    !holds_block(value) && flow(value).chars().count() + used <= WIDTH
}

fn holds_block(value: &Value) -> bool {
    match value {
        Value::String(words) => is_block(words),
        Value::Object(map) => map.values().any(holds_block),
        Value::Array(list) => list.iter().any(holds_block),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// With a line feed inside, and nothing in it that a block can't hold as it is.
fn is_block(words: &str) -> bool {
    let plain = |c: char| {
        c == '\n'
            || (!c.is_control() && c != '\u{feff}' && c != '\u{2028}' && c != '\u{2029}' && c != '\u{85}')
    };
    words.trim_end_matches('\n').contains('\n')
        && !words.starts_with([' ', '\n'])
        && !words.contains(" \n")
        && words.chars().all(plain)
}

/// `|`, with the sign that says how many line feeds stand at the end.
fn literal(words: &str, indent: usize, text: &mut String) {
    let body = words.trim_end_matches('\n');
    let ends = words.len() - body.len();
    text.push_str(match ends {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in body.split('\n') {
        match line {
            "" => text.push('\n'),
            line => text.push_str(&format!("{:indent$}{line}\n", "")),
        }
    }
    text.push_str(&"\n".repeat(ends.saturating_sub(1)));
}

fn flow(value: &Value) -> String {
    match value {
        Value::String(words) => scalar(words),
        Value::Array(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| format!("{}: {}", scalar(key), flow(value));
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A word of letters stands as it is; all else is quoted as in JSON, which YAML reads alike.
fn scalar(words: &str) -> String {
    /// What YAML, in one of its versions, takes for something else.
    const OTHER: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_word = words.starts_with(|c: char| c.is_ascii_alphabetic()) && words.chars().all(plain);
    let is_number = words.parse::<f64>().is_ok();
    if is_word && !is_number && !OTHER.contains(&words.to_ascii_lowercase().as_str()) {
        words.to_owned()
    } else {
        Value::from(words).to_string().replace('\u{7f}', "\\u007f")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(value: Value) {
        let text = written(&value);
        let read: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read, value, "{text}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        check(
            json!({"a": [], "b": {}, "c": "no", "d": "1e5", "e": null, "f": [1, 2.5, -3], "g": "x: y # z"}),
        );
        check(json!({"text": "data: {\"a\": 1}\n\ndata: [DONE]\n\n"}));
        check(
            json!({"list": [{"text": "one\ntwo"}, {"text": "one\ntwo\n", "more": "x".repeat(200)}, "a\nb\n\n\n"]}),
        );
        check(json!([[["x".repeat(120)], "y"], {"deep": {"deeper": ["z".repeat(130), {"k": "v\r\nw"}]}}]));
        check(
            json!({"odd": "\u{0}\u{7f}\u{85}\u{2028}\u{feff}é😀", "lead": " a\nb", "trail": "a \nb", "tab": "a\tb\nc"}),
        );
        check(
            json!({"0123": "0x1f", "key with: colon": "~", "-": "---", "inf": "nan", "date": "2026-01-01"}),
        );
    }

    #[test]
    fn short_things_stay_on_a_line() {
        let chunk = json!({"chunk": {"ticket": 1, "text": "a\nb\n\n"}});
        let tape = [json!({"at": 0, "comes": chunk}), json!({"at": 20, "given": "flush"})];
        insta::assert_snapshot!(written(&json!({"tape": tape})), @r#"
        tape:
          - at: 0
            comes:
              chunk:
                ticket: 1
                text: |+
                  a
                  b

          - {at: 20, given: flush}
        "#);
    }
}

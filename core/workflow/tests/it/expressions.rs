//! Expressions by what they give; read in a file, since that is the only way to one.

use crate::catalog::catalog;
use closare_slots::Value;
use closare_workflow::{Datum, Do, Scope, Severity, read};
use std::collections::BTreeMap;

struct Names;

impl Scope for Names {
    fn get(&self, name: &str) -> Option<Datum> {
        let date = |text: &str| Datum::Slot(Value::Date(text.parse().expect("a date")));
        Some(match name {
            "day" => date("2026-03-04"),
            "today" => date("2026-03-02"),
            "now" => Datum::Slot(Value::DateTime("2026-03-02T10:15:00".parse().expect("a moment"))),
            "age" => Datum::Slot(Value::Integer(41)),
            "hurt" => Datum::Slot(Value::YesNo(true)),
            "name" => Datum::Slot(Value::Name("Ann Reed".to_owned())),
            "fee" => {
                Datum::Slot(Value::Money(closare_terms::Money { minor: 1250, currency: "EUR".to_owned() }))
            }
            "jaw" => Datum::Slot(Value::Choice("upper".to_owned())),
            "call" => {
                let headers = BTreeMap::from([("X-Id".to_owned(), Datum::Text("7".to_owned()))]);
                let from = Datum::Text("+4930901820".to_owned());
                Datum::Map(BTreeMap::from([
                    ("from".to_owned(), from),
                    ("headers".to_owned(), Datum::Map(headers)),
                ]))
            }
            "booked" => Datum::Map(BTreeMap::from([("failed".to_owned(), Datum::Bool(true))])),
            _ => return None,
        })
    }
}

const HEAD: &str = r#"
closare: 1
name: example
languages: [en]
steps:
- disclose
- collect:
    day: {type: date, ask: "?"}
    age: {type: integer, ask: "?"}
    hurt: {type: yes_no, ask: "?"}
    name: {type: name, ask: "?"}
    fee: {type: money, currency: EUR, ask: "?"}
    jaw: {type: choice, of: [upper, lower], ask: "?"}
  id: booked
- set:
    value: '"#;

fn evaluate(expression: &str) -> Result<Datum, String> {
    let text = format!("{HEAD}{}'\n- hangup\n", expression.replace('\'', "''"));
    let reading = read(&text, &catalog());
    let errors = reading.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<String> =
        errors.map(|finding| format!("{}: {}", finding.code, finding.sentence)).collect();
    let workflow = reading.workflow.ok_or_else(|| errors.join("; "))?;
    let Do::Set(values) = &workflow.blocks[0][2].does else { panic!("expected `set`") };
    values["value"].evaluate(&Names).map_err(|error| error.to_string())
}

#[test]
fn values() {
    let yes = [
        "day > today",
        "day >= today + 2",
        "day == today + 2d",
        "day - today == 2d",
        "day == \"2026-03-04\"",
        "now < \"2026-03-02T11:00\" and now - 2h > \"2026-03-02T08:00\"",
        "day >= now",
        "age > 40 && age * 2 <= 82.0",
        "hurt and not (age < 18)",
        "hurt == yes || name == \"nobody\"",
        "name == 'Ann Reed'",
        "name.starts_with(\"Ann\") and name.len() == 8",
        "fee > 12 and fee < 12.6",
        "jaw == \"upper\" and jaw != \"lower\"",
        "call.from.starts_with(\"+49\")",
        "call.headers[\"X-Id\"] == \"7\"",
        "call.headers[\"X-Other\"] == ()",
        "booked.failed and !booked.done",
        "-age < 0 and 7 % 4 == 3 and 1 + 2 * 3 == 7 and (1 + 2) * 3 == 9 and 10 - 3 - 2 == 5",
    ];
    for expression in yes {
        let result = evaluate(expression).map(|datum| datum == Datum::Bool(true));
        assert_eq!(result, Ok(true), "{expression}");
    }
    assert_eq!(evaluate("\"Dr \" + name"), Ok(Datum::Text("Dr Ann Reed".to_owned())));
    assert_eq!(evaluate("day + 30d"), Ok(Datum::Slot(Value::Date("2026-04-03".parse().expect("a date")))));
}

#[test]
fn findings() {
    let mut shown = String::new();
    let wrong = [
        "day + \"x\"",
        "age and hurt",
        "day > 3",
        "name > 3",
        "not age",
        "hurt.size",
        "day == \"tomorrow\"",
        "1 +",
        "(1",
        "a = 1",
        "\"open",
        "day day",
        "name.reverse()",
        "fee + 1",
        "nobody == 1",
        "3x",
    ];
    for expression in wrong {
        let found = evaluate(expression).expect_err("a finding");
        shown += &format!("{expression:<20} {found}\n");
    }
    insta::assert_snapshot!("wrong", shown);
}

#[test]
fn a_number_out_of_range_is_no_value() {
    assert!(evaluate("age / 0").is_err());
    assert!(evaluate("9223372036854775807 + age").is_err());
    assert!(evaluate("day + 99999999").is_err());
}

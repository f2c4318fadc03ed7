use crate::Target;
use crate::dice::Dice;
use closare_slots::{
    Choice, Context, Form, Heard, Type, Value, check as fits, from_keys, hear, hear_all, speak_on,
};
use closare_terms::Language;

pub const TARGET: Target = Target { name: "slots", check, cases: 4_500, length_max: 400 };

/// A vendor's transcript or the caller's keys as a value of any type: it was said within the text, is as sure as can be said,
/// can be spoken in every form, and goes to JSON and back. The first two bytes choose type and language.
fn check(bytes: &[u8]) {
    let mut dice = Dice::new(bytes);
    let kinds = kinds();
    let kind = &kinds[usize::from(dice.byte()) % kinds.len()];
    let language = Language::from(dice.one_of(&["en", "de", "en-US", "fr", "", "de-AT-x-y"]));
    let country = dice.one_of(&[None, Some("GB"), Some("DE"), Some("??")]);
    let text = String::from_utf8_lossy(dice.take(bytes.len())).into_owned();

    let now = jiff::civil::date(2026, 2, 27).at(10, 0, 0, 0);
    let context = Context { language: &language, now, country };
    let best = hear(kind, &text, &context);
    let all = hear_all(kind, &text, &context);
    assert!(best.is_none() || !all.is_empty());
    for heard in best.iter().chain(&all) {
        lies_within(heard, &text);
        holds(kind, &heard.value, &language);
    }
    if let Some(value) = from_keys(kind, &text, &context) {
        holds(kind, &value, &language);
    }
}

fn lies_within(heard: &Heard, text: &str) {
    assert!(text.get(heard.span.clone()).is_some(), "{heard:?} lies outside of the text");
    assert!((0.0..=1.0).contains(&heard.confidence), "{heard:?}");
}

fn holds(kind: &Type, value: &Value, language: &Language) {
    assert_eq!(value.kind_name(), kind.name());
    let today = jiff::civil::date(2026, 2, 27);
    for form in [Form::Plain, Form::Spell, Form::Digits, Form::Ordinal] {
        let said = speak_on(value, form, language, today);
        assert!(said.len() < 40_000, "a value is said at length");
    }
    if fits(kind, value).is_ok() {
        let json = value.to_json();
        assert_eq!(Value::from_json(kind, &json).as_ref(), Some(value), "{json} of a {}", kind.name());
    }
}

fn kinds() -> Vec<Type> {
    let choice = |name: &str, said: &[&str]| Choice {
        name: name.to_owned(),
        said: said.iter().map(|words| (*words).to_owned()).collect(),
    };
    vec![
        Type::Text,
        Type::Name,
        Type::Number { min: None, max: Some(1e9) },
        Type::Integer { min: Some(0), max: None },
        Type::Money { currency: "EUR".to_owned() },
        Type::Date,
        Type::Time,
        Type::DateTime,
        Type::Duration,
        Type::Phone,
        Type::Email,
        Type::YesNo,
        Type::Digits { min: 4, max: 12 },
        Type::Choice { of: vec![choice("red", &["crimson", "rot"]), choice("blue", &["blau"])] },
        Type::Postcode,
    ]
}

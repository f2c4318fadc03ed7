//! What is said is heard again, and no text, however odd, is a way to fall.

use closare_slots::{Choice, Context, Form, Type, Value, from_keys, hear, hear_all, speak, speak_on};
use closare_terms::{Language, Millis, Money};
use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;

fn now() -> DateTime {
    date(2026, 2, 27).at(10, 0, 0, 0)
}

fn languages() -> [Language; 2] {
    ["en-GB".into(), "de".into()]
}

/// Says `value` and hears it again in each language whose words are known.
fn there_and_back(kind: &Type, value: &Value) -> Result<(), TestCaseError> {
    for language in languages() {
        let context = Context { language: &language, now: now(), country: Some("GB") };
        let said = speak_on(value, Form::Plain, &language, now().date());
        let back = hear(kind, &said, &context).map(|heard| heard.value);
        prop_assert_eq!(back.as_ref(), Some(value), "{}", said);
    }
    Ok(())
}

proptest! {
    #[test]
    fn integers(n in prop_oneof![-2000i64..2000, -999_999_999i64..999_999_999]) {
        there_and_back(&Type::Integer { min: None, max: None }, &Value::Integer(n))?;
    }

    #[test]
    fn numbers(n in -1_000_000i32..1_000_000, places in prop_oneof![Just(10.0), Just(100.0), Just(1000.0)]) {
        there_and_back(&Type::Number { min: None, max: None }, &Value::Number(f64::from(n) / places))?;
    }

    #[test]
    fn dates(days in -45_000i64..60_000) {
        there_and_back(&Type::Date, &Value::Date(now().date() + days.days()))?;
    }

    #[test]
    fn a_day_within_the_year_needs_no_year(days in 0i64..365) {
        for language in languages() {
            let value = Value::Date(now().date() + days.days());
            let said = speak(&value, Form::Plain, &language);
            let back = hear(&Type::Date, &said, &Context { language: &language, now: now(), country: None });
            prop_assert_eq!(back.map(|heard| heard.value), Some(value), "{}", said);
        }
    }

    #[test]
    fn times(minutes in 0i64..1440) {
        let time = now().time().with().hour(0).build().expect("a time") + minutes.minutes();
        there_and_back(&Type::Time, &Value::Time(time))?;
    }

    #[test]
    fn moments(minutes in -1_000_000i64..1_000_000) {
        there_and_back(&Type::DateTime, &Value::DateTime(now() + minutes.minutes()))?;
    }

    #[test]
    fn durations(seconds in 1u64..10_000_000) {
        there_and_back(&Type::Duration, &Value::Duration(Millis::from_secs(seconds)))?;
    }

    #[test]
    fn digits(figures in "[0-9]{1,16}") {
        there_and_back(&Type::Digits { min: 1, max: 16 }, &Value::Digits(figures))?;
    }

    #[test]
    fn phones(rest in "[0-9]{4}", start in prop_oneof![Just("+44207946"), Just("+1415555"), Just("+4930123")]) {
        there_and_back(&Type::Phone, &Value::Phone(format!("{start}{rest}").as_str().into()))?;
    }

    #[test]
    fn money(minor in 0i64..10_000_000) {
        there_and_back(&Type::Money { currency: "EUR".into() }, &Value::Money(Money { minor, currency: "EUR".into() }))?;
    }

    #[test]
    fn emails(address in "[b-z]{3,8}([._-][b-z]{3,6})?@[b-z]{3,8}\\.(com|de|org)") {
        // A word of an address may be one with a meaning of its own ("six", "dot").
        let plain = |word: &str| !["one", "two", "six", "ten", "dot", "null", "zwei", "zwo", "elf", "zed", "zee", "plus", "minus", "punkt"].contains(&word);
        prop_assume!(address.split(['.', '_', '-', '@']).all(plain));
        there_and_back(&Type::Email, &Value::Email(address))?;
    }

    #[test]
    fn json(n in any::<i32>(), minutes in -1_000_000i64..1_000_000, text in "[a-z]{1,9}") {
        let moment = now() + minutes.minutes();
        let all = [
            (Type::Integer { min: None, max: None }, Value::Integer(n.into())),
            (Type::Number { min: None, max: None }, Value::Number(f64::from(n) / 8.0)),
            (Type::Money { currency: "JPY".into() }, Value::Money(Money { minor: n.into(), currency: "KWD".into() })),
            (Type::Date, Value::Date(moment.date())),
            (Type::Time, Value::Time(moment.time())),
            (Type::DateTime, Value::DateTime(moment)),
            (Type::Duration, Value::Duration(Millis(n.unsigned_abs().into()))),
            (Type::Name, Value::Name(text)),
        ];
        for (kind, value) in all {
            prop_assert_eq!(Value::from_json(&kind, &value.to_json()), Some(value.clone()));
            let written = serde_json::to_string(&value).expect("a value is data");
            prop_assert_eq!(serde_json::from_str::<Value>(&written).expect("what was written"), value);
        }
    }
}

/// Every type, as no call would hold them together.
fn every_type() -> Vec<Type> {
    let option = |name: &str, said: &[&str]| Choice {
        name: name.into(),
        said: said.iter().map(|&text| text.into()).collect(),
    };
    vec![
        Type::Text,
        Type::Name,
        Type::Number { min: None, max: None },
        Type::Integer { min: Some(0), max: None },
        Type::Money { currency: "EUR".into() },
        Type::Date,
        Type::Time,
        Type::DateTime,
        Type::Duration,
        Type::Phone,
        Type::Email,
        Type::YesNo,
        Type::Digits { min: 4, max: 8 },
        Type::Choice {
            of: vec![option("upper", &["top jaw", ""]), option("", &[]), option("lower", &["ß"])],
        },
        Type::Postcode,
    ]
}

/// Words that start a reader off, and signs that may trip it.
fn odd_text() -> impl Strategy<Value = String> {
    let words = [
        "double",
        "twenty",
        "hundred",
        "thousand",
        "million",
        "and",
        "a",
        "half",
        "past",
        "to",
        "nine",
        "9",
        "09",
        "2026",
        "99999999999999999999",
        ":",
        "-",
        ".",
        "/",
        "@",
        "at",
        "dot",
        "+",
        "the",
        "third",
        "of",
        "March",
        "31",
        "February",
        "next",
        "Friday",
        "week",
        "in",
        "ago",
        "days",
        "is",
        "my",
        "name",
        "it's",
        "R",
        "E",
        "ß",
        "İ",
        "é",
        "e\u{301}",
        "’s",
        "halb",
        "viertel",
        "vor",
        "zehn",
        "Uhr",
        "einundzwanzigsten",
        "hundert",
        "und",
        "tausend",
        "N",
        "wie",
        "Nordpol",
        "£",
        "pounds",
        "p",
        "€",
        "minus",
        "point",
        "Komma",
        "no",
        "wait",
        "yes",
        "noon",
        "o'clock",
        "a.m.",
        "hours",
        "years",
        "9999",
        "(0)",
        "44",
        "triple",
        "all",
        ",",
        "?",
        "🦷",
    ];
    prop_oneof![
        "\\PC{0,40}",
        ".{0,40}",
        proptest::collection::vec(
            (proptest::sample::select(words.to_vec()), prop_oneof![Just(" "), Just(""), Just(", ")]),
            0..12
        )
        .prop_map(|words| words.into_iter().flat_map(|(word, gap)| [word, gap]).collect::<String>()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_read_without_falling(text in odd_text(), year in prop_oneof![Just(2026i16), Just(9999), Just(-9999)]) {
        for language in ["en", "en-US", "de", "fr"].map(Language::from) {
            let context = Context { language: &language, now: date(year, 12, 31).at(23, 59, 59, 0), country: None };
            for kind in every_type() {
                for heard in hear_all(&kind, &text, &context).into_iter().chain(hear(&kind, &text, &context)) {
                    prop_assert!(text.get(heard.span.clone()).is_some(), "{:?} of {:?}", heard, text);
                    prop_assert!((0.0..=1.0).contains(&heard.confidence));
                    prop_assert_eq!(heard.value.kind_name(), kind.name());
                    for form in [Form::Plain, Form::Spell, Form::Digits, Form::Ordinal] {
                        speak(&heard.value, form, &language);
                    }
                }
                from_keys(&kind, &text, &context);
            }
        }
    }
}

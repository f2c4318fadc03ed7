use closare_policy::{Facts, Policies, Policy, Ruling, Verdict};
use closare_terms::Point;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// A layer's word as a script writes it; `None` abstains.
fn word() -> impl Strategy<Value = Option<String>> {
    let words = prop_oneof![
        Just("allow()".to_owned()),
        select(vec!["no", "never", "not here"]).prop_map(|reason| format!("deny(\"{reason}\")")),
        select(vec!["disclose", "consent:recording", "consent:vendor"])
            .prop_map(|duty| format!("first(\"{duty}\")")),
        subsequence(vec!["card", "iban", "email"], 1..=3).prop_map(|kinds| format!("redact({kinds:?})")),
        (1..400i64).prop_map(|days| format!("shorten({days})")),
        Just("f.missing".to_owned()),
    ];
    proptest::option::weighted(0.8, words)
}

fn ask(words: &[Option<String>]) -> Ruling {
    let layer = |(index, word): (usize, &Option<String>)| {
        let text = word.as_ref().map_or(String::new(), |word| format!("fn store(f) {{ {word} }}"));
        Policy::compile(&index.to_string(), &text).unwrap()
    };
    let layers = words.iter().enumerate().map(layer).collect();
    Policies::new(layers).ask(Point::Store, &Facts::from([("kind".into(), "field".into())]))
}

fn rank(verdict: &Verdict) -> usize {
    ["allow", "redact", "first", "deny"].iter().position(|word| *word == verdict.word()).unwrap()
}

/// `b` is at least as strict as `a`.
fn at_least(a: &Ruling, b: &Ruling) -> bool {
    let redacted = match (&a.verdict, &b.verdict) {
        (Verdict::Redact { kinds: a }, Verdict::Redact { kinds: b }) => a.iter().all(|kind| b.contains(kind)),
        _ => true,
    };
    let days = |ruling: &Ruling| ruling.keep_days_max.unwrap_or(u32::MAX);
    rank(&a.verdict) <= rank(&b.verdict) && redacted && days(a) >= days(b)
}

proptest! {
    #[test]
    fn order_does_not_matter(
        (words, shuffled) in proptest::collection::vec(word(), 0..5)
            .prop_flat_map(|words| (Just(words.clone()), Just(words).prop_shuffle()))
    ) {
        let unnamed = |words: &[Option<String>]| {
            let Ruling { verdict, keep_days_max, .. } = ask(words);
            // A failed layer's name is in its reason, and the name here is its place.
            let verdict = match verdict {
                Verdict::Deny { reason } if reason.contains("failed") => Verdict::deny("failed"),
                other => other,
            };
            (verdict, keep_days_max)
        };
        prop_assert_eq!(unnamed(&words), unnamed(&shuffled));
    }

    #[test]
    fn another_layer_never_makes_it_milder(words in proptest::collection::vec(word(), 1..4), more in word()) {
        let before = ask(&words);
        prop_assume!(!before.layer.is_empty());
        let after = ask(&[words.as_slice(), &[more]].concat());
        prop_assert!(at_least(&before, &after), "{:?} then {:?}", before, after);
    }

    #[test]
    fn the_same_question_gets_the_same_answer(words in proptest::collection::vec(word(), 0..4)) {
        prop_assert_eq!(ask(&words), ask(&words));
    }
}

#[test]
fn all_abstaining_is_a_deny() {
    let ruling = ask(&[None, None]);
    assert_eq!(ruling.verdict, Verdict::deny("no policy answers `store`"));
    assert_eq!(ruling.layer, "");
}

#[test]
fn a_ruling_names_whose_word_it_was() {
    let ruling = ask(&[
        Some("allow()".into()),
        Some("redact([\"iban\", \"card\"])".into()),
        Some("shorten(7)".into()),
    ]);
    insta::assert_yaml_snapshot!(ruling, @r#"
    verdict:
      redact:
        kinds:
          - card
          - iban
    keep_days_max: 7
    layer: "1"
    policy_version: 3f697ce64b1b8a2389684da50d6d69520f2c79c2a11a202da18a82c211cb1ae8
    facts_hash: 86ecc13aff1fe9fe54a70b1b0ecae002d35a7b766341aab9a85c79731c7bec77
    "#);
}

#[test]
fn a_failed_layer_denies_for_all() {
    let ruling = ask(&[Some("allow()".into()), Some("f.missing".into())]);
    assert_eq!(ruling.layer, "1");
    assert!(ruling.error.unwrap().contains("missing"));
    assert!(matches!(ruling.verdict, Verdict::Deny { .. }));
}

#[test]
fn a_version_is_the_hash_of_the_text() {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(Policy::compile("empty", "").unwrap().version(), hash);
}

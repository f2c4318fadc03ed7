//! That the benches run to their end and measure something. What they measure is no matter of a test.

use crate::person::{Person, project};
use crate::plugins::built;

fn figures(line: &str) -> Vec<(String, f64)> {
    let person = Person::new();
    let plugins = project().join("target/closare-plugins");
    let cache = dirs::cache_dir().unwrap().join("closare");
    person.writes(
        "closare.yaml",
        &format!("plugins: ['{}']\ncache: '{}'\n", plugins.display(), cache.display()),
    );
    let seen = person.runs(line);
    let json = seen.find('{').and_then(|begin| Some(&seen[begin..=seen.rfind('}')?]));
    let json: serde_json::Value =
        serde_json::from_str(json.unwrap_or_default()).unwrap_or_else(|_| panic!("{seen}"));
    assert!(json["machine"].as_str().is_some_and(|machine| machine.contains("cores")), "{seen}");
    let figures = json["figures"].as_array().unwrap().iter();
    figures.map(|one| (one["name"].as_str().unwrap().to_owned(), one["value"].as_f64().unwrap())).collect()
}

#[test]
fn a_plugin_beside_wasmtime_alone() {
    if built("openai").is_none() {
        return;
    }
    let figures = figures("bench plugin --json");
    assert!(figures.len() >= 5 && figures.iter().all(|(_, value)| *value > 0.0), "{figures:?}");
}

/// Two whole calls with their callers and a vendor: as everywhere in the tests, spoken by the offline voice.
#[test]
fn calls_at_once() {
    if built("openai").and(built("offline-tts")).is_none() {
        return;
    }
    let figures = figures("bench call --calls 2 --turns 1 --json");
    let of = |name: &str| figures.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    assert_eq!(of("turns"), Some(2.0), "{figures:?}");
    assert_eq!(of("turns without an answer"), Some(0.0), "{figures:?}");
}

#[test]
fn a_plugin_that_is_not_there() {
    let person = Person::new();
    person.writes("closare.yaml", "plugins: [none]\n");
    let seen = person.runs("bench plugin nobody");
    assert!(seen.contains("`nobody`") && seen.ends_with("-- exit 1\n"), "{seen}");
}

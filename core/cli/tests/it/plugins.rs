use crate::person::{Person, project};
use std::path::PathBuf;

/// The folder of a plugin that `make plugins` has built, or a line that says why a test is skipped.
pub fn built(name: &str) -> Option<PathBuf> {
    let folder = project().join("target/closare-plugins").join(name);
    if folder.join(format!("{name}.wasm")).is_file() {
        return Some(folder);
    }
    println!("SKIPPED: the plugin {name} isn't built; `make plugins` builds it");
    None
}

#[test]
fn what_a_plugin_may_do_in_plain_words() {
    let Some(folder) = built("openai") else { return };
    let seen = Person::new().runs(&format!("plugin check '{}'", folder.display()));
    assert!(
        seen.contains("`base_url`") && seen.contains("OPENAI_API_KEY") && seen.ends_with("-- exit 0\n"),
        "{seen}"
    );
}

#[test]
fn a_component_that_is_none() {
    let person = Person::new();
    let manifest = std::fs::read_to_string(project().join("plugins/openai/plugin.yaml")).unwrap();
    person.writes("openai/plugin.yaml", &manifest).writes("openai/openai.wasm", "not WASM");
    let seen = person.runs("plugin check openai");
    assert!(seen.contains("expected a WASM component") && seen.ends_with("-- exit 1\n"), "{seen}");
}

/// A path in the configuration is meant from its file, and wasmtime takes only whole ones.
#[test]
fn the_cache_may_lie_beside_the_configuration() {
    let Some(folder) = built("openai") else { return };
    let person = Person::new();
    person.writes("closare.yaml", "cache: made\n");
    let seen = person.runs(&format!("plugin check '{}'", folder.display()));
    assert!(seen.ends_with("-- exit 0\n"), "{seen}");
    assert!(person.folder().join("made/compiled").is_dir());
}

#[test]
fn a_caller_needs_a_voice() {
    let person = Person::new();
    person.writes("talk.yaml", "- say: \"Hello\"\n");
    let seen = person.runs("dial sip:1000@127.0.0.1 --talk talk.yaml");
    assert!(seen.contains("`offline-tts`") && seen.contains("make plugins"), "{seen}");
    assert!(seen.ends_with("-- exit 1\n"), "{seen}");
}

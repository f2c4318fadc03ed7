//! What a component must be before it runs.

use crate::guests::{self, host};

fn refusal(name: &str, change: impl FnOnce(String) -> String) -> Option<String> {
    Some(guests::load_with(name, change)?.map(drop).unwrap_err().to_string())
}

#[test]
fn another_version_of_the_contract_is_refused() {
    let Some(error) = refusal("old", |text| text) else { return };
    assert_eq!(
        error,
        "plugin `old`: expected the contract `closare:plugin@0.1.0`, found `closare:plugin@0.0.9`"
    );
}

#[test]
fn a_role_without_an_export_is_refused() {
    let Some(error) = refusal("naughty", |text| text.replace("language-model]", "language-model, tool]"))
    else {
        return;
    };
    assert_eq!(
        error,
        "plugin `naughty`: expected an export for role `tool`, which the manifest names, found none"
    );
}

#[test]
fn an_export_without_a_role_is_refused() {
    let Some(error) = refusal("naughty", |text| text.replace("speech-to-text, ", "")) else { return };
    assert_eq!(
        error,
        "plugin `naughty`: expected role `speech-to-text` in the manifest, since the component exports it"
    );
}

/// A plugin `x` with the role `tool`, whose component is these bytes.
fn refusal_of(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "{plugin: 1, name: x, version: 1.0.0, about: y, license: MIT, roles: [tool]}";
    std::fs::write(folder.path().join("plugin.yaml"), manifest).unwrap();
    std::fs::write(folder.path().join("x.wasm"), bytes).unwrap();
    host().load(folder.path()).map(drop).unwrap_err().to_string()
}

#[test]
fn something_else_than_a_component_is_refused() {
    let expected = "plugin `x`: expected a WASM component, found something else";
    assert_eq!(refusal_of(b"\0asm\x01\0\0\0"), expected);
    assert_eq!(refusal_of(b"hello"), expected);
}

#[test]
fn an_import_that_is_not_a_type_is_refused() {
    // A component with one section of a type, `func()`, and one of an import `clock` of this type.
    let bytes = b"\0asm\x0d\0\x01\0\x07\x05\x01\x40\0\x01\0\x0a\x0a\x01\0\x05clock\x01\0";
    assert_eq!(refusal_of(bytes), "plugin `x`: expected no import, found `clock`");
}

#[test]
fn an_export_in_another_shape_is_refused() {
    let Some(folder) = guests::folder("old") else { return };
    let component = std::fs::read(folder.join("old.wasm")).unwrap();
    let bytes: Vec<u8> = component.chunk_by(|_, next| *next != b'@').flat_map(renewed).collect();
    let error = refusal_of(&bytes);
    let expected = "plugin `x`: expected each role as `closare:plugin@0.1.0` has it: ";
    assert!(error.starts_with(expected), "{error}");
}

/// Calls an old version a new one.
fn renewed(piece: &[u8]) -> Vec<u8> {
    match piece.strip_prefix(b"@0.0.9") {
        Some(rest) => [b"@0.1.0", rest].concat(),
        None => piece.to_vec(),
    }
}

#[test]
fn a_plugin_is_known_by_its_hash_and_its_options() {
    let Some(plugin) = guests::load("echo") else { return };
    assert_eq!(plugin.sha256().len(), 64);
    assert_eq!(plugin.manifest().name.as_str(), "echo");
    let options = plugin.options_checked(&serde_json::json!({"loudness": 0.5})).unwrap();
    assert_eq!(options, r#"{"greeting":"hello","loudness":0.5}"#);
    let error = plugin.options_checked(&serde_json::json!({"loudnes": 0.5, "greeting": 1})).unwrap_err();
    let expected = "options of plugin `echo`: loudnes: no such option, did you mean `loudness`?; \
                    greeting: expected string, found `1`";
    assert_eq!(error.to_string(), expected);
}

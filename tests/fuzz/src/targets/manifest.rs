use crate::Target;
use closare_host::Manifest;
use closare_host::words::AudioFormat;
use serde_json::Value;

pub const TARGET: Target = Target { name: "manifest", check, cases: 1_800, length_max: 32_768 };

/// A plugin's manifest is whole, or there is a sentence for each problem. What it may talk to are origins, and who talks to
/// somebody says what becomes of the data.
fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Manifest::parse(text) {
        Ok(manifest) => whole(&manifest),
        Err(problems) => {
            assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.is_empty()));
            let told: usize = problems.iter().map(String::len).sum();
            assert!(told < 20 * text.len() + 10_000, "{told} bytes of problems for {} of text", text.len());
        }
    }
}

fn whole(manifest: &Manifest) {
    assert!(!manifest.name.as_str().is_empty() && !manifest.roles.is_empty());
    assert!(manifest.network.is_empty() || manifest.processing.is_some());
    let options: serde_json::Map<String, Value> = manifest
        .options
        .keys()
        .map(|name| (name.clone(), Value::from("https://user@in.example:8443/path?x#y")))
        .collect();
    for origin in manifest.origins(&Value::Object(options)) {
        let rest = origin.split_once("://").map(|(_, rest)| rest);
        assert!(
            rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '@', '?', '#', ' '])),
            "{origin}"
        );
    }
    if let Some(audio) = manifest.audio {
        assert_eq!(AudioFormat::parse(&audio.to_string()), Some(audio));
    }
    assert!(serde_json::to_value(manifest).is_ok_and(|value| value.is_object()));
}

use closare_host::Manifest;
use serde_json::json;

const FULL: &str = r#"
plugin: 1
name: deepgram
version: 0.3.0
about: Speech-to-text and text-to-speech by Deepgram.
license: Apache-2.0
roles: [speech-to-text, text-to-speech]
languages: {speech-to-text: [en, de, fr, es], text-to-speech: [en, de]}
network: ["wss://api.deepgram.com", "https://api.deepgram.com", {option: base_url}]
credentials:
  key: {kind: header, name: Authorization, value: "Token {{secret:DEEPGRAM_API_KEY}}"}
  api:
    kind: oauth_client
    token_url: https://auth.example.com/oauth/token
    client_id: "{{secret:CLIENT_ID}}"
    client_secret: "{{secret:CLIENT_SECRET}}"
    scopes: [calls.read, calls.write]
  cloud: {kind: google_service_account, scopes: [one, two], in_first_message: yes}
secrets:
  DEEPGRAM_API_KEY: From console -> API keys
  CLIENT_ID: From console -> Apps
  CLIENT_SECRET: From console -> Apps
processing: {region: US, or_options: {base_url: "https://api.eu.deepgram.com", region: EU}, trains_on_data: "no, when mip_opt_out=true", retention: none}
options:
  model: {type: string, default: nova-3}
  base_url: {type: string}
limits: {memory: 32MiB, call: 20ms, outputs: 256}
instances: per-session
audio: pcm_s16le/16000
"#;

#[test]
fn a_whole_manifest() {
    let manifest = Manifest::parse(FULL).unwrap();
    insta::assert_yaml_snapshot!(manifest);
}

#[test]
fn options_change_origins_and_facts() {
    let manifest = Manifest::parse(FULL).unwrap();
    let processing = manifest.processing.as_ref().unwrap();
    let europe = json!({"base_url": "https://api.eu.deepgram.com"});
    assert_eq!(
        (processing.facts(&json!({})).region.as_str(), processing.facts(&europe).region.as_str()),
        ("US", "EU")
    );
    let own = json!({"base_url": "http://LocalHost:8080/v1?x=1"});
    let origins = manifest.origins(&own);
    assert_eq!(origins, ["wss://api.deepgram.com", "https://api.deepgram.com", "http://localhost:8080"]);
    assert_eq!(manifest.origins(&json!({"base_url": "ftp://x"})).len(), 2);
}

/// As a workflow does that says `use: {stt: deepgram}` and nothing more.
#[test]
fn every_vendor_of_ours_is_reached_without_an_option() {
    let plugins = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    for (name, expected) in [
        ("anthropic", "https://api.anthropic.com"),
        ("deepgram", "https://api.deepgram.com"),
        ("elevenlabs", "wss://api.elevenlabs.io"),
        ("openai", "https://api.openai.com"),
    ] {
        let text = std::fs::read_to_string(plugins.join(name).join("plugin.yaml")).unwrap();
        let manifest = Manifest::parse(&text).unwrap();
        assert_eq!(manifest.origins(&json!({})), [expected], "{name}");
        assert_eq!(manifest.fixed_origins().len(), 0, "{name}");
    }
}

/// A list of tags without quotes, as everybody writes it: to YAML one of them is a no, and it was lost without a word.
#[test]
fn norwegian_is_a_language() {
    let languages = |list: &str| {
        Manifest::parse(&FULL.replace("[en, de, fr, es]", list)).map(|manifest| {
            let tags = manifest.languages[&closare_terms::Role::SpeechToText].iter();
            tags.map(ToString::to_string).collect::<Vec<_>>()
        })
    };
    assert_eq!(languages("[sv, no, nb-NO]").unwrap(), ["sv", "no", "nb-NO"]);
    let problems = languages("[sv, ~]").unwrap_err();
    assert!(problems[0].contains("expected a list for each role"), "{problems:?}");
}

/// Whatever isn't a plain no: a vendor that may learn is one that learns.
#[test]
fn who_learns_from_callers() {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/elevenlabs/plugin.yaml"),
    );
    let manifest = Manifest::parse(&text.unwrap()).unwrap();
    let facts = manifest.processing.unwrap();
    assert!(facts.facts(&json!({})).trains());
    assert!(!facts.facts(&json!({"opted_out": true})).trains());
    let europe = json!({"base_url": "wss://api.eu.residency.elevenlabs.io", "logging": false});
    let found = facts.facts(&europe);
    assert_eq!((found.region.as_str(), found.trains(), found.retention.as_str()), ("EU", false, "none"));
}

#[test]
fn every_problem_is_told() {
    let text = r#"
plugin: 2
name: Deep_gram
version: "1"
about: x
roles: [speech-to-text, voice]
langauges: {}
network: ["https://api.example.com/v1", {option: base}]
credentials:
  key: {kind: header, value: "{{secret:KEY}}"}
  other: {kind: password}
  plain: {kind: bearer, valeu: x}
  api: {kind: oauth_client, token_ulr: x, client_id: "{{secret:ID}}", client_secret: s3cret, auth: header}
  its: {kind: oauth_client, token_url: "wss://x", client_id: a, client_secret: "{{secret:KEY}}", scope: [b]}
options:
  heat: {type: float}
limits: {memory: 8GiB, call: 20, outputs: many}
instances: shared
audio: mp3
"#;
    insta::assert_snapshot!(Manifest::parse(text).unwrap_err().join("\n"));
}

#[test]
fn what_is_not_yaml_is_told_with_its_place() {
    assert!(Manifest::parse("a: [1").unwrap_err()[0].starts_with("YAML:"));
    assert_eq!(Manifest::parse("- 1").unwrap_err(), ["expected a map of keys"]);
}

#[test]
fn the_projects_own_plugins_have_whole_manifests() {
    let plugins = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let folders = std::fs::read_dir(plugins).unwrap().map(|folder| folder.unwrap().path());
    let manifests = folders.map(|folder| folder.join("plugin.yaml")).filter(|path| path.is_file());
    let problems: Vec<String> =
        manifests.filter_map(|path| Manifest::load(&path).err()).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

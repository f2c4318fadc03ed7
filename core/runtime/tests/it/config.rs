//! What an operator writes.

use closare_runtime::{Config, ConfigError};
use std::path::Path;

#[test]
fn the_example_of_one_node_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/one-node/closare.yaml");
    let config = Config::read(&path).unwrap();
    assert_eq!(config.numbers.len(), 2);
    assert_eq!(config.register[0].expires, 300);
    assert!(config.telephony().is_ok());
}

#[test]
fn a_path_is_meant_from_the_file_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, "closare: 1\ndata: here\nnumbers: {\"1\": desk.yaml}\n").unwrap();
    let config = Config::read(&path).unwrap();
    assert_eq!(config.data, folder.path().join("here"));
    assert_eq!(config.numbers["1"], folder.path().join("desk.yaml"));
}

#[test]
fn a_wrong_key_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, "closare: 1\nlisten_to: 5060\n").unwrap();
    let Err(ConfigError::Parse { message, .. }) = Config::read(&path) else { panic!("a wrong key was read") };
    assert!(message.contains("listen_to") && message.contains('2'), "{message}");
}

#[test]
fn a_wrong_network_is_told() {
    let config = Config { allow: Some(vec!["home".to_owned()]), ..Config::default() };
    assert!(matches!(config.telephony(), Err(ConfigError::Value { key: "allow", .. })));
}

#[test]
fn a_path_that_is_left_out_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closare.yaml");
    std::fs::write(&path, "closare: 1\ncache: warm\n").unwrap();
    let config = Config::read(&path).unwrap();
    assert_eq!(config.data, Path::new(""));
    assert_eq!(config.cache, folder.path().join("warm"));
    assert!(config.plugins.is_empty());
}

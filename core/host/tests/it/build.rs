use crate::guests;
use closare_host::build::{component, plugin};

#[test]
fn a_folder_that_is_no_plugin_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let error = plugin(folder.path(), None, &mut |_| {}).unwrap_err().to_string();
    assert!(error.starts_with("expected a plugin's folder with `plugin.yaml`, found none in"), "{error}");
}

#[test]
fn a_module_without_the_contract_is_told() {
    let error = component(b"\0asm\x01\0\0\0").unwrap_err().to_string();
    let made = error.starts_with("expected a module made with the contract's bindings");
    assert!(made, "{error}");
}

#[test]
fn what_the_compiler_says_is_told() {
    if guests::folder("echo").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    write("plugin.yaml", "{plugin: 1, name: x, version: 1.0.0, about: y, license: MIT, roles: [tool]}");
    write(
        "Cargo.toml",
        "[package]\nname = \"x\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\ncrate-type = [\"cdylib\"]\n",
    );
    write("lib.rs", "fn f() { nothing }");
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins-test");
    let mut lines = 0;
    let error = plugin(folder.path(), Some(&target), &mut |_| lines += 1).unwrap_err().to_string();
    assert!(error.contains("cannot find value `nothing`") && lines > 0, "{error}");
}

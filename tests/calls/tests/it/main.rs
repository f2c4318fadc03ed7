#[test]
#[ignore]
fn scratch_build_plugins() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for name in std::env::var("PLUGINS").unwrap().split(',') {
        let folder = root.join("plugins").join(name);
        let out = root.join("target/closare-plugins").join(name);
        std::fs::create_dir_all(&out).unwrap();
        let made = closare_host::build::plugin(&folder, Some(&root.join("target/plugins")), &mut |line| println!("{line}")).unwrap();
        std::fs::rename(&made, out.join(format!("{name}.wasm"))).unwrap();
        std::fs::copy(folder.join("plugin.yaml"), out.join("plugin.yaml")).unwrap();
    }
}

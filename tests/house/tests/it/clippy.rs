//! Each pure crate has the same `clippy.toml`, since clippy reads the nearest only.

use crate::house::{PURE, none, root};

#[test]
fn pure_crates_have_the_same_bans() {
    let read = |name: &str| {
        std::fs::read_to_string(root().join(format!("core/{name}/clippy.toml"))).unwrap_or_default()
    };
    let first = read(PURE[0]);
    assert!(first.contains("std::time::Instant::now"), "expected the bans in `core/{}/clippy.toml`", PURE[0]);
    let other = PURE.iter().filter(|name| read(name) != first);
    let problems: Vec<_> = other.map(|name| format!("core/{name}/clippy.toml")).collect();
    none(&problems, &format!("Copy core/{}/clippy.toml over it.", PURE[0]));
}

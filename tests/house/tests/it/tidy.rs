//! Tidy files: short, finished, documented.

use crate::house::{PLAN, Source, none, root, sources};
use crate::tokens::{goes_on, tokens};

const LINES_MAX: usize = 400;

/// Files that may be longer, each with its reason.
const LONG: &[(&str, &str)] = &[];

/// Where the project's Rust lies.
const FOLDERS: [&str; 4] = ["core", "sdk", "plugins", "tests"];

#[test]
fn files_are_short() {
    let all = all();
    let lines = |source: &Source| source.text.lines().count();
    let on_list = |path: &str| LONG.iter().any(|(long, _)| *long == path);
    let long = all.iter().filter(|source| lines(source) > LINES_MAX && !on_list(&source.path));
    let mut problems: Vec<_> =
        long.map(|source| format!("{}: {} lines", source.path, lines(source))).collect();
    let needless =
        LONG.iter().filter(|(path, _)| !all.iter().any(|it| it.path == *path && lines(it) > LINES_MAX));
    problems.extend(needless.map(|(path, _)| format!("{path}: is on the list of long files, and isn't one")));
    none(
        &problems,
        "A file is one thing, in at most 400 lines: split the state, each part with its own fields. A table that can't be \
         split goes on the list LONG in tests/house/tests/it/tidy.rs, with its reason.",
    );
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file isn't found.
    let notes = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut problems = Vec::new();
    for source in all() {
        for (n, line) in source.text.lines().enumerate() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            problems.extend(
                words
                    .find(|word| notes.contains(word))
                    .map(|word| format!("{}:{}: `{word}`", source.path, n + 1)),
            );
        }
        let code = tokens(&source.text).code;
        for (at, token) in code.iter().enumerate() {
            let unfinished = matches!(token.text.as_str(), "todo" | "unimplemented" | "dbg");
            if unfinished && goes_on(&code, at + 1, &["!"]) {
                problems.push(format!("{}:{}: `{}!`", source.path, token.line, token.text));
            }
        }
    }
    none(
        &problems,
        "Do it, or take it out; what is planned stands in the project's issues, not in its code.",
    );
}

#[test]
fn no_unwrap_outside_tests() {
    let mut problems = Vec::new();
    let code = all().into_iter().filter(|source| source.path.contains("/src/") && !source.is_test());
    for source in code {
        let code = tokens(&source.text).code;
        let places = (0..code.len()).filter(|at| goes_on(&code, *at, &[".", "unwrap", "(", ")"]));
        problems.extend(places.map(|at| format!("{}:{}", source.path, code[at].line)));
    }
    none(&problems, "Give the error on by `?`, or write `expect` with the reason that it holds.");
}

#[test]
fn each_core_crate_says_what_it_is() {
    let mut problems = Vec::new();
    for (name, _) in PLAN {
        let file = if *name == "cli" { "main.rs" } else { "lib.rs" };
        let path = format!("core/{name}/src/{file}");
        let text = std::fs::read_to_string(root().join(&path)).unwrap_or_default();
        if !text.starts_with("//! ") {
            problems.push(path);
        }
    }
    none(
        &problems,
        "Begin the file with `//!`: what the crate is for, the one idea that is needed to read on.",
    );
}

fn all() -> Vec<Source> {
    FOLDERS.iter().flat_map(|folder| sources(folder)).collect()
}

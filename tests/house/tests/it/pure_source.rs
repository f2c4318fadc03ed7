//! What the pure crates' own code may not name.

use crate::house::{PURE, none, sources};
use crate::tokens::{Token, goes_on, names_of, tokens};

const OF_STD: &[(&str, &str)] = &[
    ("fs", "files"),
    ("net", "sockets; an address as a value is `core::net`"),
    ("env", "the environment"),
    ("process", "processes"),
    ("thread", "threads"),
    ("os", "the system"),
];

const WORDS: &[(&str, &str)] = &[
    ("Instant", "a clock; time is an argument"),
    ("SystemTime", "a clock; time is an argument"),
    ("HashMap", "its order differs between two runs; take a BTreeMap"),
    ("HashSet", "its order differs between two runs; take a BTreeSet"),
    ("RandomState", "randomness; a seed is an argument"),
    ("thread_rng", "randomness; a seed is an argument"),
    ("stdin", "the terminal"),
    ("stdout", "the terminal"),
    ("stderr", "the terminal"),
];

const MACROS: &[&str] = &["print", "println", "eprint", "eprintln"];

#[test]
fn pure_crates_name_nothing_that_does_io() {
    let mut problems = Vec::new();
    for source in
        PURE.iter().flat_map(|pure| sources(&format!("core/{pure}/src"))).filter(|source| !source.is_test())
    {
        let found = found(&tokens(&source.text).code);
        problems.extend(found.into_iter().map(|(line, what)| format!("{}:{line}: {what}", source.path)));
    }
    none(&problems, "A pure crate takes such things as arguments, events or effects; a driver does the I/O.");
}

#[test]
fn each_is_found() {
    let found =
        found(&tokens("use std::{fs, time::Instant};\nlet a = Timestamp::now();\nprintln!(\"x\");").code);
    let found: Vec<_> = found.iter().map(|(line, what)| format!("{line}: {what}")).collect();
    assert_eq!(
        found,
        [
            "1: `std::fs` (files)",
            "1: `Instant` (a clock; time is an argument)",
            "2: `::now()` (a clock; time is an argument)",
            "3: `println!` (the terminal)",
        ]
    );
}

fn found(code: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, name) in names_of(code, "std") {
        let known = OF_STD.iter().find(|(of_std, _)| *of_std == name);
        found.extend(known.map(|(name, does)| (line, format!("`std::{name}` ({does})"))));
    }
    for (at, token) in code.iter().enumerate() {
        let word = WORDS.iter().find(|(word, _)| *word == token.text);
        found.extend(word.map(|(word, why)| (token.line, format!("`{word}` ({why})"))));
        if goes_on(code, at, &[":", ":", "now", "("]) {
            found.push((token.line, "`::now()` (a clock; time is an argument)".to_owned()));
        }
        if MACROS.contains(&token.text.as_str()) && goes_on(code, at + 1, &["!"]) {
            found.push((token.line, format!("`{}!` (the terminal)", token.text)));
        }
    }
    found
}

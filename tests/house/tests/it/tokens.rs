//! Just enough of Rust's lexing to search code without being misled by comments, strings or unit tests.

/// A file's tokens.
pub struct Tokens {
    /// All but what stands under `#[cfg(test)]`.
    pub code: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// From 1.
    pub line: usize,
    /// A word, a number, or one sign. A string or a character is `"`.
    pub text: String,
}

pub fn tokens(text: &str) -> Tokens {
    let all = Lexer { rest: text, line: 1 }.all();
    Tokens { code: without_tests(&all) }
}

/// Whether `code` goes on with these tokens at `at`.
pub fn goes_on(code: &[Token], at: usize, with: &[&str]) -> bool {
    with.iter().enumerate().all(|(n, text)| code.get(at + n).is_some_and(|token| token.text == *text))
}

/// The names that are taken straight from `path`, in paths (`std::fs`) and in groups (`std::{fs, io::Read}`).
pub fn names_of(code: &[Token], path: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for at in (0..code.len()).filter(|at| goes_on(code, *at, &[path, ":", ":"])) {
        let first = at + 3;
        if goes_on(code, first, &["{"]) {
            names.extend(group(&code[first..]));
        } else if let Some(token) = code.get(first) {
            names.push((token.line, token.text.clone()));
        }
    }
    names
}

/// The first word of each part of `{a, b::c, d::{e, f}}`.
fn group(code: &[Token]) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut before = "";
    for token in code {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," => {}
            name if depth == 1 && (before == "{" || before == ",") => {
                names.push((token.line, name.to_owned()))
            }
            _ => {}
        }
        before = &token.text;
        if depth == 0 {
            break;
        }
    }
    names
}

fn without_tests(all: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < all.len() {
        if goes_on(all, at, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = end_of_item(all, at + 7);
        } else {
            kept.push(all[at].clone());
            at += 1;
        }
    }
    kept
}

/// The place after the item that begins at `at`: after its `;`, or after its braces.
fn end_of_item(all: &[Token], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(token) = all.get(at) {
        at += 1;
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ";" if depth == 0 => break,
            _ => {}
        }
    }
    at
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
}

impl Lexer<'_> {
    fn all(mut self) -> Vec<Token> {
        let mut all = Vec::new();
        while let Some(first) = self.rest.chars().next() {
            let line = self.line;
            let text = if self.rest.starts_with("//") {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()))
            } else if self.rest.starts_with("/*") {
                self.comment()
            } else if let Some(length) = self.raw_string() {
                self.skip(length);
                Some("\"".to_owned())
            } else if first == '"' {
                self.string()
            } else if first == '\'' {
                self.character_or_lifetime()
            } else if first.is_alphanumeric() || first == '_' {
                let end =
                    self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
                let word = self.rest[..end].to_owned();
                self.skip(end);
                Some(word)
            } else {
                self.skip(first.len_utf8());
                (!first.is_whitespace()).then(|| first.to_string())
            };
            all.extend(text.map(|text| Token { line, text }));
        }
        all
    }

    fn skip(&mut self, length: usize) -> Option<String> {
        self.line += self.rest[..length].matches('\n').count();
        self.rest = &self.rest[length..];
        None
    }

    /// They may stand within each other.
    fn comment(&mut self) -> Option<String> {
        let mut depth = 0;
        let mut at = 0;
        while at < self.rest.len() {
            let here = &self.rest[at..];
            let length = if here.starts_with("/*") {
                depth += 1;
                2
            } else if here.starts_with("*/") {
                depth -= 1;
                2
            } else {
                here.chars().next().map_or(1, char::len_utf8)
            };
            at += length;
            if depth == 0 {
                break;
            }
        }
        self.skip(at)
    }

    /// The length of `r"…"`, `br#"…"#` and the like, if one begins here.
    fn raw_string(&self) -> Option<usize> {
        let prefix = ["br", "cr", "r"].into_iter().find(|prefix| self.rest.starts_with(prefix))?;
        let after = &self.rest[prefix.len()..];
        let hashes = after.len() - after.trim_start_matches('#').len();
        let inside = after[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = inside.find(&end)? + end.len();
        Some(prefix.len() + hashes + 1 + length)
    }

    fn string(&mut self) -> Option<String> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        self.skip(end.map_or(self.rest.len(), |(at, _)| at + 1));
        Some("\"".to_owned())
    }

    fn character_or_lifetime(&mut self) -> Option<String> {
        let mut after = self.rest.char_indices().skip(1);
        let first = after.next();
        let second = after.next();
        let end = match (first, second) {
            (Some((_, '\\')), Some((escaped, _))) => {
                self.rest[escaped + 1..].find('\'').map(|at| escaped + 1 + at + 1)
            }
            (Some(_), Some((at, '\''))) => Some(at + 1),
            _ => None,
        };
        match end {
            Some(end) => {
                self.skip(end);
                Some("\"".to_owned())
            }
            // A lifetime: its name follows as a word.
            None => {
                self.skip(1);
                Some("'".to_owned())
            }
        }
    }
}

#[test]
fn comments_strings_and_tests_are_left_out() {
    let text = r##"
        // std::fs
        /* HashMap /* within */ HashMap */
        fn a<'x>(b: &'x str) -> char { let c = "std::net \" HashMap"; let d = r#"Instant"#; '\'' }
        #[cfg(test)]
        mod tests { use std::fs; fn e() { HashMap::new() } }
        #[cfg(test)]
        use std::{env, process};
        const F: u8 = 1;"##;
    let found: Vec<_> = tokens(text).code.into_iter().map(|token| token.text).collect();
    assert_eq!(
        found.join(" "),
        "fn a < ' x > ( b : & ' x str ) - > char { let c = \" ; let d = \" ; \" } ; const F : u8 = 1 ;"
    );
}

#[test]
fn names_are_found_in_paths_and_groups() {
    let text =
        "use std::{fs,\n collections::{HashMap, BTreeMap}, io};\nstd::env::var(); std::\nthread::spawn();";
    let found = names_of(&tokens(text).code, "std");
    let found: Vec<_> = found.iter().map(|(line, name)| (*line, name.as_str())).collect();
    assert_eq!(found, [(1, "fs"), (2, "collections"), (2, "io"), (3, "env"), (4, "thread")]);
}

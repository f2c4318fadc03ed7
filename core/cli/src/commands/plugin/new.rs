//! `closare plugin new`

mod template;

use crate::commands::{Outcome, Ran};
use crate::problem::{During, Problem, nearest};
use closare_terms::Role;
use std::path::{Path, PathBuf};
use template::Template;

/// Start a plugin: a small vendor that builds, with a test and a cassette
#[derive(clap::Args)]
pub struct Args {
    /// The plugin's and its folder's name: a-z, 0-9 and `-`, beginning with a letter
    #[arg(value_name = "NAME")]
    name: String,
    /// speech-to-text, text-to-speech, language-model or tool
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Where its folder is made
    #[arg(long = "in", value_name = "FOLDER", default_value = ".")]
    within: PathBuf,
}

pub fn run(args: &Args) -> Ran {
    check_name(&args.name)?;
    let role = role(&args.role)?;
    let here = args.within.as_os_str() == ".";
    let folder = if here { PathBuf::from(&args.name) } else { args.within.join(&args.name) };
    if folder.exists() {
        return Err(Problem::usage(format!("expected a new folder, found `{}`", folder.display()))
            .hint("another name, or `--in FOLDER`"));
    }
    let sdk = sdk(&args.within);
    let rust_lines = Template::of(role).write(&folder, &args.name, sdk.as_deref())?;
    say!("{}: a {role} plugin in {rust_lines} lines of Rust", folder.display());
    match sdk {
        Some(sdk) => say!("It uses the SDK of this machine, {}", sdk.display()),
        None => say!("It uses the SDK as it was released, version {}", env!("CARGO_PKG_VERSION")),
    }
    say!();
    for (command, what) in [
        ("build", "makes the component (a minute, the first time)"),
        ("check", "says in plain words what it may do"),
        ("test", "plays its cassette back through the real host"),
    ] {
        say!("  {:<40}  {what}", format!("closare plugin {command} {}", folder.display()));
    }
    Ok(Outcome::Good)
}

/// Longer names make longer paths, and nothing else.
const LONGEST: usize = 40;

/// Of these cargo can't make a library, or the plugin's own dependencies have the name.
const TAKEN: [&str; 9] =
    ["alloc", "closare-plugin", "core", "proc-macro", "serde", "serde-json", "std", "test", "wit-bindgen"];

fn check_name(name: &str) -> Result<(), Problem> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(fits)
        && !name.ends_with('-')
        && name.len() <= LONGEST;
    let may = format!(
        "a name has a-z, 0-9 and `-`, begins with a letter, doesn't end with `-`, and has at most {LONGEST} characters"
    );
    if !is_name {
        return Err(Problem::usage(format!("expected a plugin's name, found `{name}`")).hint(may));
    }
    if TAKEN.contains(&name) || is_keyword(name) {
        let problem = Problem::usage(format!("expected a name that Rust hasn't taken, found `{name}`"));
        return Err(problem.hint(format!("such as `{name}-plugin`")));
    }
    Ok(())
}

/// The Rust Reference, "Keywords", strict and reserved ones.
fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern false final fn \
                            for gen if impl in let loop macro match mod move mut override priv pub ref return self static \
                            struct super trait true try type typeof unsafe unsized use virtual where while yield";
    KEYWORDS.split_whitespace().any(|keyword| keyword == name)
}

fn role(word: &str) -> Result<Role, Problem> {
    let found = Role::ALL.into_iter().find(|role| role.as_str() == word || role.key() == Some(word));
    found.ok_or_else(|| {
        let words = Role::ALL.map(Role::as_str);
        let known = words.map(|word| format!("`{word}`")).join(", ");
        let near = nearest(word, words).map_or_else(String::new, |near| format!("nearest: `{near}`; "));
        Problem::usage(format!("expected a role, found `{word}`")).hint(format!("{near}roles are {known}"))
    })
}

/// The SDK's folder, where this repository is found around the new plugin or around this program.
fn sdk(within: &Path) -> Option<PathBuf> {
    let places = [std::path::absolute(within).ok(), std::env::current_exe().ok()];
    places.into_iter().flatten().find_map(|place| {
        let folders = place.ancestors().map(|folder| folder.join("sdk/rust"));
        folders.into_iter().find(|folder| is_sdk(folder))
    })
}

fn is_sdk(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line == "name = \"closare-plugin\"")
}

/// Writes a file and the folders around it.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let cant = || format!("can't write `{}`", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).during(cant())?;
    }
    std::fs::write(path, bytes).during(cant())
}

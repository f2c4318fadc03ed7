//! Somebody at a terminal, with a home and a folder of their own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub struct Person {
    home: TempDir,
}

impl Person {
    pub fn new() -> Person {
        Person { home: tempfile::tempdir().unwrap() }
    }

    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// A file in their folder.
    pub fn writes(&self, name: &str, text: &str) -> &Person {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// What they see: what was printed, what was complained of, and the exit code.
    pub fn runs(&self, line: &str) -> String {
        self.types(line, "")
    }

    /// As [`Person::runs`], with this on the standard input.
    pub fn types(&self, line: &str, input: &str) -> String {
        let output = self.output(line, input);
        let mut seen = format!("$ closare {line}\n{}", text(&output.stdout));
        if !output.stderr.is_empty() {
            seen.push_str(&format!("-- stderr\n{}", text(&output.stderr)));
        }
        seen.push_str(&format!("-- exit {}\n", output.status.code().unwrap()));
        seen.replace(&self.folder().display().to_string(), "HOME")
    }

    /// As `closare … | true`: the exit code, and what was complained of.
    pub fn runs_unread(&self, line: &str) -> (i32, String) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = self.command(line).stdin(Stdio::null()).stdout(writer).output().unwrap();
        (output.status.code().unwrap(), text(&output.stderr))
    }

    pub fn output(&self, line: &str, input: &str) -> Output {
        let piped = Stdio::piped;
        let mut child = self.command(line).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
        // A command that doesn't read has closed its end.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_closare"));
        command
            .args(words(line))
            .current_dir(self.folder())
            .env_clear()
            .env("HOME", self.folder())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // Colours and widths are the terminal's, not the test's.
            .env("NO_COLOR", "1")
            .env("COLUMNS", "110");
        command
    }
}

pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// Words are parted by blanks; `'…'` holds them together.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

//! The operator's secrets: a name, a value, and the origins that may get it.

use crate::{Error, Origin};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// A book of secrets, kept as a JSON file that only its owner can read:
///
/// ```json
/// {"OPENAI_API_KEY": {"value": "sk-…", "for": ["https://api.openai.com"]},
///  "DEEPGRAM_API_KEY": {"env": "DEEPGRAM_API_KEY", "for": ["https://api.deepgram.com"]}}
/// ```
#[derive(Clone, Debug, Default)]
pub struct SecretBook {
    secrets: BTreeMap<String, Entry>,
}

impl SecretBook {
    /// Reads a book; a file that isn't there is an empty one.
    ///
    /// # Errors
    /// A file that others can read, that can't be read, or isn't a book.
    pub fn read(path: &Path) -> Result<SecretBook, Error> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(SecretBook::default()),
            Err(source) => return Err(Error::SecretFile { path: path.to_owned(), source }),
        };
        check_mode(path)?;
        let lines: BTreeMap<String, Line> = serde_json::from_slice(&text)
            .map_err(|source| Error::SecretFileJson { path: path.to_owned(), source })?;
        let secrets = lines.into_iter().map(|(name, line)| Ok((name.clone(), line.entry(name)?)));
        Ok(SecretBook { secrets: secrets.collect::<Result<_, Error>>()? })
    }

    /// Writes the book beside its place and moves it there, so that a reader sees the old one or the new one.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let lines: BTreeMap<_, _> =
            self.secrets.iter().map(|(name, entry)| (name, Line::of(entry))).collect();
        let json = serde_json::to_vec_pretty(&lines)
            .map_err(|source| Error::SecretFileJson { path: path.to_owned(), source })?;
        replace(path, &json).map_err(|source| Error::SecretFile { path: path.to_owned(), source })
    }

    /// Sets a secret and the origins that may get it, in place of what it was.
    pub fn set(&mut self, name: &str, value: &str, origins: Vec<Origin>) {
        self.secrets
            .insert(name.to_owned(), Entry { value: Value::Given(Secret(value.to_owned())), origins });
    }

    /// Sets a secret whose value is in a variable of the environment, read when it is asked for.
    pub fn set_env(&mut self, name: &str, variable: &str, origins: Vec<Origin>) {
        self.secrets.insert(name.to_owned(), Entry { value: Value::Env(variable.to_owned()), origins });
    }

    /// Whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.secrets.remove(name).is_some()
    }

    /// The names, and the origins that each may go to.
    pub fn names(&self) -> impl Iterator<Item = (&str, &[Origin])> {
        self.secrets.iter().map(|(name, entry)| (name.as_str(), entry.origins.as_slice()))
    }

    /// A secret for an origin.
    ///
    /// # Errors
    /// There is none, or it belongs elsewhere.
    pub(crate) fn secret(&self, name: &str, origin: &Origin) -> Result<Secret, Error> {
        let missing = || Error::SecretMissing { name: name.to_owned(), origin: origin.clone() };
        let entry = self.secrets.get(name).ok_or_else(missing)?;
        if !entry.origins.contains(origin) {
            return Err(Error::SecretElsewhere { name: name.to_owned(), origin: origin.clone() });
        }
        match &entry.value {
            Value::Given(secret) => Ok(secret.clone()),
            Value::Env(variable) => std::env::var(variable).map(Secret).map_err(|_| missing()),
        }
    }
}

/// A secret's value; `Debug` doesn't tell it.
#[derive(Clone)]
pub(crate) struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[derive(Clone, Debug)]
struct Entry {
    value: Value,
    origins: Vec<Origin>,
}

#[derive(Clone, Debug)]
enum Value {
    Given(Secret),
    Env(String),
}

/// An entry as the file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env: Option<String>,
    #[serde(rename = "for")]
    origins: Vec<Origin>,
}

impl Line {
    fn of(entry: &Entry) -> Line {
        let (value, env) = match &entry.value {
            Value::Given(secret) => (Some(secret.0.clone()), None),
            Value::Env(variable) => (None, Some(variable.clone())),
        };
        Line { value, env, origins: entry.origins.clone() }
    }

    fn entry(self, name: String) -> Result<Entry, Error> {
        let value = match (self.value, self.env) {
            (Some(value), None) => Value::Given(Secret(value)),
            (None, Some(variable)) => Value::Env(variable),
            (Some(_), Some(_)) | (None, None) => return Err(Error::SecretFileEntry(name)),
        };
        Ok(Entry { value, origins: self.origins })
    }
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let about =
        std::fs::metadata(path).map_err(|source| Error::SecretFile { path: path.to_owned(), source })?;
    match about.permissions().mode() & 0o777 {
        mode if mode & 0o077 == 0 => Ok(()),
        mode => Err(Error::SecretFileMode { path: path.to_owned(), mode }),
    }
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), Error> {
    Ok(())
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::of(url).unwrap()
    }

    #[test]
    fn a_book_is_kept_and_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        let mut book = SecretBook::read(&path).unwrap();
        book.set("KEY", "sk-very-secret", vec![origin("https://a.example")]);
        book.set_env("HOME_KEY", "HOME", vec![origin("https://b.example")]);
        book.write(&path).unwrap();

        let book = SecretBook::read(&path).unwrap();
        assert_eq!(book.secret("KEY", &origin("wss://a.example")).unwrap().0, "sk-very-secret");
        assert_eq!(
            book.secret("HOME_KEY", &origin("https://b.example")).unwrap().0,
            std::env::var("HOME").unwrap()
        );
        assert_eq!(book.names().map(|(name, _)| name).collect::<Vec<_>>(), ["HOME_KEY", "KEY"]);
        assert!(!format!("{book:?}").contains("sk-very-secret"));
        for (url, name) in
            [("https://b.example", "KEY"), ("http://a.example", "KEY"), ("https://a.example", "OTHER")]
        {
            let error = book.secret(name, &origin(url)).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("sk-very-secret"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        SecretBook::default().write(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(SecretBook::read(&path), Err(Error::SecretFileMode { mode: 0o640, .. })));
    }

    #[test]
    fn an_entry_has_one_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        replace(&path, br#"{"KEY": {"for": ["https://a.example"]}}"#).unwrap();
        assert!(matches!(SecretBook::read(&path), Err(Error::SecretFileEntry(name)) if name == "KEY"));
    }
}

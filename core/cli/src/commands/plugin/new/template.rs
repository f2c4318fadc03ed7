//! The plugins that are copied. Each is one that builds where it lies, in `sdk/templates`; its name and its way to the SDK
//! are all that changes.

use super::write;
use crate::problem::Problem;
use closare_terms::Role;
use std::path::Path;

pub struct Template(&'static [(&'static str, &'static [u8])]);

macro_rules! template {
    ($role:literal: $($file:literal),* $(,)?) => {
        Template(&[$((
            $file,
            include_bytes!(concat!("../../../../../../sdk/templates/", $role, "/", $file)),
        )),*])
    };
}

const LANGUAGE_MODEL: Template = template!("language-model": "Cargo.toml", "plugin.yaml", "src/lib.rs", "cassettes/first.yaml", "README.md");
const SPEECH_TO_TEXT: Template = template!(
    "speech-to-text": "Cargo.toml", "plugin.yaml", "src/lib.rs", "cassettes/first.yaml", "cassettes/first.wav", "README.md"
);
const TEXT_TO_SPEECH: Template = template!("text-to-speech": "Cargo.toml", "plugin.yaml", "src/lib.rs", "cassettes/first.yaml", "README.md");
const TOOL: Template =
    template!("tool": "Cargo.toml", "plugin.yaml", "src/lib.rs", "cassettes/first.yaml", "README.md");

/// What the templates are named, and what their secret is.
const NAME: &str = "my-plugin";
const SECRET: &str = "MY_PLUGIN_KEY";
const SDK: &str = "{ path = \"../../rust\" }";

impl Template {
    pub fn of(role: Role) -> Template {
        match role {
            Role::LanguageModel => LANGUAGE_MODEL,
            Role::SpeechToText => SPEECH_TO_TEXT,
            Role::TextToSpeech => TEXT_TO_SPEECH,
            Role::Tool => TOOL,
        }
    }

    /// Gives the lines of Rust. Without a folder of the SDK, it is the released one.
    pub fn write(&self, folder: &Path, name: &str, sdk: Option<&Path>) -> Result<usize, Problem> {
        let secret = format!("{}_KEY", name.to_ascii_uppercase().replace('-', "_"));
        let sdk = match sdk {
            // A TOML string has the escapes of a JSON string.
            Some(path) => format!("{{ path = {} }}", serde_json::Value::from(path.display().to_string())),
            None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
        };
        let mut rust_lines = 0;
        for (file, bytes) in self.0 {
            let path = folder.join(file);
            match std::str::from_utf8(bytes) {
                Ok(text) => {
                    let text = text.replace(SDK, &sdk).replace(NAME, name).replace(SECRET, &secret);
                    rust_lines += if file.ends_with(".rs") { text.lines().count() } else { 0 };
                    write(&path, text.as_bytes())?;
                }
                Err(_) => write(&path, bytes)?,
            }
        }
        Ok(rust_lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_template_is_left() {
        for role in Role::ALL {
            let folder = tempfile::tempdir().unwrap();
            Template::of(role).write(folder.path(), "hello-you", None).unwrap();
            let read = |file| std::fs::read_to_string(folder.path().join(file)).unwrap();
            let released = format!("\nclosare-plugin = \"{}\"\n", env!("CARGO_PKG_VERSION"));
            assert!(read("Cargo.toml").contains(&released), "{}", read("Cargo.toml"));
            let manifest = closare_host::Manifest::parse(&read("plugin.yaml")).unwrap();
            assert_eq!((manifest.name.as_str(), manifest.roles.as_slice()), ("hello-you", &[role][..]));
            assert!(manifest.secrets.contains_key("HELLO_YOU_KEY"));
            for file in ["Cargo.toml", "plugin.yaml", "README.md", "src/lib.rs", "cassettes/first.yaml"] {
                assert!(!read(file).contains("my-plugin") && !read(file).contains("../.."), "{file}");
            }
        }
    }
}

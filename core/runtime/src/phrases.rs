//! Fixed phrases as audio before the call: rendered once with a version's voice, kept with it and on disk.

use crate::plugged::{grant, plug};
use crate::sound;
use closare_egress::Egress;
use closare_host::words::{Opening, Said};
use closare_host::{Event, Plugin, TtsInput, TtsOutput};
use closare_terms::{Language, Millis, UnixMillis};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The audio of a sentence, and when its words are over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// Hz.
    pub rate: u32,
    pub samples: Vec<i16>,
    /// Characters spoken by a time from the begin.
    pub marks: Vec<(u32, Millis)>,
}

/// What is said, and how: the key of a rendered phrase.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub text: String,
    pub language: Language,
    pub slow: bool,
}

/// The phrases of one version, by their key.
#[derive(Clone, Debug, Default)]
pub struct Phrases(BTreeMap<Key, Arc<Rendered>>);

/// A voice that has not finished a sentence by then won't.
const RENDER_MAX: Duration = Duration::from_secs(30);
/// How much slower slow speech is.
pub const SLOW_PACE: f32 = 0.75;

impl Phrases {
    pub fn get(&self, text: &str, language: &Language, slow: bool) -> Option<Arc<Rendered>> {
        self.0.get(&Key { text: text.to_owned(), language: language.clone(), slow }).cloned()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Renders these, from the cache where they were rendered before.
    pub async fn render(voice: &Voice<'_>, keys: Vec<Key>) -> Result<Phrases, String> {
        let mut phrases = BTreeMap::new();
        for key in keys {
            if let Entry::Vacant(entry) = phrases.entry(key) {
                let rendered = voice.rendered(entry.key()).await?;
                entry.insert(Arc::new(rendered));
            }
        }
        Ok(Phrases(phrases))
    }
}

/// A text-to-speech plugin with the options of a workflow.
pub struct Voice<'a> {
    pub plugin: &'a Plugin,
    pub options: &'a serde_json::Value,
    pub egress: &'a Egress,
    pub cache: &'a Path,
}

impl Voice<'_> {
    async fn rendered(&self, key: &Key) -> Result<Rendered, String> {
        let path = self.path(key);
        if let Some(rendered) = read(&path) {
            return Ok(rendered);
        }
        let rendered = self.speak(key).await?;
        // A cache that can't be written costs time, not a call.
        if let Err(error) = write(&path, &rendered) {
            tracing::warn!(path = %path.display(), %error, "a rendered phrase can't be kept");
        }
        Ok(rendered)
    }

    fn path(&self, key: &Key) -> PathBuf {
        let mut hash = Sha256::new();
        for part in [self.plugin.sha256(), &self.options.to_string(), key.language.as_str(), &key.text] {
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update([u8::from(key.slow)]);
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.cache.join("phrases").join(format!("{name}.phrase"))
    }

    async fn speak(&self, key: &Key) -> Result<Rendered, String> {
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let options = self.plugin.options_checked(self.options).map_err(|error| error.to_string())?;
        let opening = Opening {
            at: Millis::ZERO,
            wall: UnixMillis(0),
            seed: 1,
            options,
            languages: vec![key.language.clone()],
        };
        let session = plug(
            self.egress,
            grant(self.plugin, self.options),
            |event| TtsInput::Network { at: Millis::ZERO, event },
            |output| match output {
                TtsOutput::Net(effect) => Ok(effect),
                other => Err(other),
            },
            move |event, _| {
                let _ = tell.send(event);
            },
            |out| self.plugin.open_tts(opening, sound::USUAL, voice_option(self.options), out),
        );
        let said = Said {
            text: key.text.clone(),
            language: Some(key.language.clone()),
            pace: key.slow.then_some(SLOW_PACE),
            pause_after: Millis::ZERO,
        };
        session
            .send(TtsInput::Say { at: Millis::ZERO, utterance: 1, said, last: true })
            .map_err(|error| error.to_string())?;
        let collect = async {
            let (mut rendered, mut format) = (Rendered::default(), sound::USUAL);
            let mut marks = Marks::new(&key.text);
            while let Some(event) = told.recv().await {
                match event {
                    Event::Opened(opened) => {
                        format = opened.format.unwrap_or(format);
                        rendered.rate = format.sample_rate;
                    }
                    Event::Output(TtsOutput::Audio { bytes, .. }) => {
                        rendered.samples.extend(sound::samples(format, &bytes));
                    }
                    Event::Output(TtsOutput::Spoken(spoken)) => {
                        rendered.marks.push(marks.mark(&spoken.text, spoken.ends))
                    }
                    Event::Output(TtsOutput::Done { .. }) => return Ok(rendered),
                    Event::Output(TtsOutput::Failed { failure, .. }) => return Err(failure.to_string()),
                    Event::Ended(Err(error)) => return Err(error.to_string()),
                    Event::Ended(Ok(())) => break,
                    Event::Output(_) => {}
                }
            }
            Err("the voice ended before its sentence did".to_owned())
        };
        tokio::time::timeout(RENDER_MAX, collect)
            .await
            .unwrap_or_else(|_| Err("the voice took too long".to_owned()))
    }
}

/// The option by which every voice plugin is told which of its voices to use.
pub fn voice_option(options: &serde_json::Value) -> Option<String> {
    options.get("voice").and_then(serde_json::Value::as_str).map(str::to_owned)
}

/// Finds the words that a voice tells in the text that it was given.
pub struct Marks {
    text: String,
    /// Byte after the last word that was found.
    at: usize,
    /// Characters before this text in its utterance.
    before: u32,
}

impl Marks {
    pub fn new(text: &str) -> Marks {
        Marks { text: text.to_owned(), at: 0, before: 0 }
    }

    /// More text of the same utterance.
    pub fn extend(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(text);
    }

    pub fn mark(&mut self, word: &str, ends: Millis) -> (u32, Millis) {
        let word = word.trim();
        if let Some(found) = self.text.get(self.at..).and_then(|rest| rest.find(word)) {
            self.at += found + word.len();
        }
        (self.before + self.text[..self.at].chars().count() as u32, ends)
    }
}

fn read(path: &Path) -> Option<Rendered> {
    serde_json::from_slice::<Rendered>(&std::fs::read(path).ok()?).ok().filter(|rendered| rendered.rate > 0)
}

fn write(path: &Path, rendered: &Rendered) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Written beside and moved into place, so that a killed process leaves no half phrase.
    let beside = path.with_extension("part");
    std::fs::write(&beside, serde_json::to_vec(rendered)?)?;
    std::fs::rename(beside, path)
}

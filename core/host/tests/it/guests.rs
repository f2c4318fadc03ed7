//! Builds the guests once, and opens sessions of them.

use closare_host::build::BuildError;
use closare_host::words::{AudioFormat, Chat, Choice, Listening, Message, Opening, Speaker, Task};
use closare_host::{Error, Event, Host, HostConfig, LlmInput, LlmOutput, Plugin, Session};
use closare_terms::{Language, Millis, UnixMillis};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// Far longer than anything takes: a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// One host for all tests, as a process has one.
pub fn host() -> &'static Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    HOST.get_or_init(|| {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("host-cache");
        Host::new(HostConfig {
            plugin_threads: 2,
            model_threads: 1,
            small_sessions: 64,
            ..HostConfig::new(cache)
        })
        .unwrap()
    })
}

/// The folder of a built guest, or `None`, with a word why, where it can't be built here.
pub fn folder(name: &str) -> Option<PathBuf> {
    static BUILT: Mutex<Vec<(String, Option<PathBuf>)>> = Mutex::new(Vec::new());
    let mut built = BUILT.lock().unwrap();
    if let Some((_, folder)) = built.iter().find(|(known, _)| known == name) {
        return folder.clone();
    }
    let folder = build(name);
    built.push((name.to_owned(), folder.clone()));
    folder
}

fn build(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let folder = root.join("tests/plugins").join(name);
    let target = root.join("target/plugins-test");
    match closare_host::build::plugin(&folder, Some(&target), &mut |line| eprintln!("{line}")) {
        Ok(_) => Some(folder),
        Err(Error::Build(error @ (BuildError::Compiler { .. } | BuildError::Linker))) => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

pub fn load(name: &str) -> Option<Arc<Plugin>> {
    Some(host().load(&folder(name)?).unwrap())
}

/// A guest with another manifest, which is made from its own.
pub fn load_with(name: &str, change: impl FnOnce(String) -> String) -> Option<Result<Arc<Plugin>, Error>> {
    let folder = folder(name)?;
    let other = tempfile::tempdir().unwrap();
    let manifest = change(std::fs::read_to_string(folder.join("plugin.yaml")).unwrap());
    std::fs::write(other.path().join("plugin.yaml"), manifest).unwrap();
    std::fs::copy(folder.join(format!("{name}.wasm")), other.path().join(format!("{name}.wasm"))).unwrap();
    Some(host().load(other.path()))
}

pub fn opening() -> Opening {
    Opening {
        at: Millis(0),
        wall: UnixMillis(1_700_000_000_000),
        seed: 7,
        options: r#"{"greeting": "hello"}"#.to_owned(),
        languages: vec![Language::from("en")],
    }
}

pub fn format() -> AudioFormat {
    AudioFormat::pcm(16_000)
}

pub fn listening(hint: &str) -> Listening {
    Listening {
        languages: vec![Language::from("en")],
        hints: vec![hint.to_owned()],
        end_after: Some(Millis(700)),
    }
}

/// A chat of one line.
pub fn say(job: u32, words: &str) -> LlmInput {
    let chat = Chat {
        messages: vec![Message::text(Speaker::Caller, words)],
        tools: Vec::new(),
        choice: Choice::Free,
        answer_schema: None,
        longest_tokens: 100,
    };
    LlmInput::Start { at: Millis(1), job, task: Task::Chat(chat) }
}

/// A model's session on the host's threads, and what it tells.
pub struct Talk {
    pub session: Session<LlmInput>,
    told: Receiver<Event<LlmOutput>>,
}

impl Talk {
    pub fn open(plugin: &Plugin) -> Talk {
        Talk::open_with(plugin, opening())
    }

    pub fn open_with(plugin: &Plugin, opening: Opening) -> Talk {
        let (tell, told) = channel();
        let session = plugin.open_llm(opening, move |event| drop(tell.send(event)));
        Talk { session, told }
    }

    pub fn next(&self) -> Event<LlmOutput> {
        self.told.recv_timeout(PATIENCE).unwrap()
    }

    /// The next token's text.
    pub fn token(&self) -> String {
        loop {
            match self.next() {
                Event::Output(LlmOutput::Token { text, .. }) => return text,
                Event::Ended(end) => panic!("it ended: {end:?}"),
                Event::Opened(_) | Event::Output(_) => {}
            }
        }
    }

    /// How it ended, as a sentence.
    pub fn end(&self) -> String {
        loop {
            if let Event::Ended(end) = self.next() {
                return end.map_or_else(|error| error.to_string(), |()| "well".to_owned());
            }
        }
    }

    /// All that it told up to its end, which dropping it brings.
    pub fn close(self) -> Vec<Event<LlmOutput>> {
        drop(self.session);
        self.told.iter().collect()
    }
}

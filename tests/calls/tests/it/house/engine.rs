//! The engine, in this process: its own data folder, loopback, free ports, the offline plugins.

use super::{Log, Sound, ports, project, skip};
use closare_call::Speaker;
use closare_runtime::{Config, Live, Runtime, Starting};
use closare_store::CallDetail;
use closare_terms::CallId;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, broadcast, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout_at;

/// Longer than any wait of these tests on a busy machine; whoever waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// One test at a time has the machine: audio that comes late because of another test would prove nothing. Those of what breaks
/// share it among themselves, for theirs are seconds.
static TURN: RwLock<()> = RwLock::const_new(());

pub struct Turn {
    _alone: Option<RwLockWriteGuard<'static, ()>>,
    _shared: Option<RwLockReadGuard<'static, ()>>,
}

pub struct Setup {
    agents: Vec<(String, String)>,
    sentences: Vec<String>,
    plugins: Vec<&'static str>,
    change: Vec<Box<dyn FnOnce(&mut Config) + Send>>,
    serves: bool,
    shares: bool,
}

impl Setup {
    pub fn new() -> Setup {
        let plugins = vec!["offline-stt", "offline-tts", "offline-nlu"];
        Setup {
            agents: Vec::new(),
            sentences: Vec::new(),
            plugins,
            change: Vec::new(),
            serves: true,
            shares: false,
        }
    }

    /// The workflow of a called number.
    pub fn answers(mut self, number: &str, workflow: &str) -> Setup {
        self.agents.push((number.to_owned(), workflow.to_owned()));
        self
    }

    /// A sentence that a caller will say, in the offline voice: see [`Engine::speech`].
    pub fn caller_says(mut self, sentence: &str) -> Setup {
        self.sentences.push(sentence.to_owned());
        self
    }

    pub fn plugin(mut self, name: &'static str) -> Setup {
        self.plugins.push(name);
        self
    }

    pub fn set(mut self, change: impl FnOnce(&mut Config) + Send + 'static) -> Setup {
        self.change.push(Box::new(change));
        self
    }

    /// Calls wait at the door until [`Engine::serve`].
    pub fn takes_no_calls_yet(mut self) -> Setup {
        self.serves = false;
        self
    }

    /// Others that say so may run beside it.
    pub fn shares_the_machine(mut self) -> Setup {
        self.shares = true;
        self
    }

    pub(super) async fn turn(&self) -> Turn {
        match self.shares {
            true => Turn { _alone: None, _shared: Some(TURN.read().await) },
            false => Turn { _alone: Some(TURN.write().await), _shared: None },
        }
    }

    /// None, with a word on it, where a plugin is missing.
    pub async fn start(self) -> Option<Engine> {
        let turn = self.turn().await;
        Log::start();
        // The HTTP client takes the provider that the process has; it may have been set by another test.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let serves = self.serves;
        let config = self.config(folder.path())?;
        let mut engine = Engine::start(config, folder, turn).await;
        if serves {
            engine.serve();
        }
        Some(engine)
    }

    /// The configuration, and in the folder what it names. None, with a word on it, where a plugin is missing.
    pub(super) fn config(self, folder: &Path) -> Option<Config> {
        let installed = project().join("target/closare-plugins");
        let plugins = folder.join("plugins");
        std::fs::create_dir(&plugins).unwrap();
        for name in &self.plugins {
            let place = installed.join(name);
            if !place.join(format!("{name}.wasm")).is_file() {
                skip(&format!("the plugin `{name}` is not built"), "run `make plugins`");
                return None;
            }
            std::os::unix::fs::symlink(place, plugins.join(name)).unwrap();
        }
        let mut numbers = std::collections::BTreeMap::new();
        let script = (!self.sentences.is_empty()).then(|| (SCRIPT.to_owned(), script(&self.sentences)));
        for (number, text) in self.agents.iter().chain(&script) {
            // The number may be `*`.
            let path = folder.join(format!("agent-{}.yaml", numbers.len()));
            std::fs::write(&path, text).unwrap();
            numbers.insert(number.clone(), path);
        }
        let mut config = Config {
            data: folder.join("kept"),
            // Compiled components and rendered phrases are the same for all tests, and for the next run.
            cache: Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            rtp_ports: ports::range(200),
            media_threads: 1,
            numbers,
            plugins: vec![plugins],
            ..Config::default()
        };
        for change in self.change {
            change(&mut config);
        }
        Some(config)
    }
}

/// The number under which the callers' own sentences are rendered.
const SCRIPT: &str = "script";

fn script(sentences: &[String]) -> String {
    let mut text = "closare: 1\nname: script\nlanguages: [en]\nsteps:\n  - disclose\n".to_owned();
    for sentence in sentences {
        text.push_str(&format!("  - say: {sentence:?}\n"));
    }
    text + "  - hangup\n"
}

pub struct Engine {
    pub runtime: Arc<Runtime>,
    pub folder: TempDir,
    calls: Option<mpsc::Receiver<closare_telephony::Incoming>>,
    serving: Option<JoinHandle<()>>,
    watch: broadcast::Receiver<Live>,
    seen: Vec<(Instant, Live)>,
    tell_changed: mpsc::UnboundedSender<Changed>,
    changed: mpsc::UnboundedReceiver<Changed>,
    turn: Turn,
}

/// A workflow file that was saved, and what is wrong with it.
type Changed = (PathBuf, Result<(), String>);

impl Engine {
    async fn start(config: Config, folder: TempDir, turn: Turn) -> Engine {
        let mut troubles = Vec::new();
        let started = Runtime::start(config, |starting| match starting {
            Starting::Broken { folder, reason } => troubles.push(format!("{}: {reason}", folder.display())),
            Starting::NotPublished(error) => troubles.push(explain(error)),
            Starting::Plugin(_) | Starting::Publishing => {}
        })
        .await;
        assert!(troubles.is_empty(), "{}", troubles.join("\n"));
        let (runtime, calls) = started.unwrap();
        let watch = runtime.live.watch();
        let (tell_changed, changed) = mpsc::unbounded_channel();
        let calls = Some(calls);
        Engine { runtime, folder, calls, serving: None, watch, seen: Vec::new(), tell_changed, changed, turn }
    }

    pub fn serve(&mut self) {
        let Some(calls) = self.calls.take() else { return };
        let tell = self.tell_changed.clone();
        let serving = self.runtime.clone().serve(calls, move |path, outcome| {
            // A test that doesn't look has dropped nothing that it needs.
            let _ = tell.send((PathBuf::from(path), outcome.map_err(|error| explain(&error))));
        });
        self.serving = Some(tokio::spawn(serving));
    }

    pub fn addr(&self) -> SocketAddr {
        self.runtime.telephony.local_addr()
    }

    /// What a sentence of the caller's sounds like, at 8 kHz.
    pub fn speech(&self, sentence: &str) -> Sound {
        self.phrase(SCRIPT, sentence)
    }

    /// A sentence as the agent of this number says it, at 8 kHz.
    pub fn phrase(&self, number: &str, sentence: &str) -> Sound {
        let published = self.runtime.agents.find(number).unwrap().published();
        let language = published.workflow.main_language().clone();
        let rendered = published.phrases.get(sentence, &language, false);
        let rendered =
            rendered.unwrap_or_else(|| panic!("expected a rendered phrase, found none of `{sentence}`"));
        Sound { rate: rendered.rate, samples: rendered.samples.clone() }.at(8_000)
    }

    /// The disclosure's words, as this number's agent says them.
    pub fn disclosure(&self, number: &str) -> String {
        let published = self.runtime.agents.find(number).unwrap().published();
        let language = published.workflow.main_language().clone();
        let phrase = published.workflow.steps().find_map(|step| match &step.does {
            closare_workflow::Do::Disclose(disclose) => Some(disclose.say.clone()),
            _ => None,
        });
        phrase.unwrap().fixed(&language).unwrap().join(" ")
    }

    /// Saves a number's workflow file anew, and waits until the engine has read it.
    pub async fn save(&mut self, number: &str, workflow: &str) -> Result<(), String> {
        let path = self.runtime.agents.find(number).unwrap().path.clone();
        let before = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::write(&path, workflow).unwrap();
        // The engine looks at the time of the file, which on some file systems is coarse.
        let later = SystemTime::now().max(before + Duration::from_millis(20));
        std::fs::File::options().append(true).open(&path).unwrap().set_modified(later).unwrap();
        loop {
            let changed = timeout_at(deadline(), self.changed.recv()).await;
            let (saved, outcome) = changed.expect("the saved file is read").unwrap();
            if saved == path {
                return outcome;
            }
        }
    }

    /// Waits until something was told that fits, from the engine's start on.
    pub async fn until<T>(&mut self, what: &str, mut fits: impl FnMut(&Live) -> Option<T>) -> T {
        if let Some(found) = self.seen.iter().find_map(|(_, live)| fits(live)) {
            return found;
        }
        let deadline = deadline();
        loop {
            match timeout_at(deadline, self.watch.recv()).await {
                Ok(Ok(live)) => {
                    let found = fits(&live);
                    self.seen.push((Instant::now(), live));
                    if let Some(found) = found {
                        return found;
                    }
                }
                Ok(Err(broadcast::error::RecvError::Lagged(lost))) => {
                    panic!("the test has lost {lost} live events")
                }
                Ok(Err(broadcast::error::RecvError::Closed)) => {
                    panic!("the engine is gone; {what} did not come")
                }
                Err(_) => panic!("{what} did not come; so far:\n{}", self.story()),
            }
        }
    }

    /// What was told so far, for whoever reads a failure.
    pub fn story(&self) -> String {
        let begin = self.seen.first().map(|(at, _)| *at);
        let line = |(at, live): &(Instant, Live)| {
            format!("{:8.2?} {live:?}", begin.map(|begin| at.duration_since(begin)).unwrap_or_default())
        };
        self.seen.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The call that came as this one since the start, counted from 1.
    pub async fn call(&mut self, number: usize) -> CallId {
        let mut left = number;
        self.until("a call", |live| match live {
            Live::Began { call, .. } => {
                left -= 1;
                (left == 0).then(|| call.clone())
            }
            _ => None,
        })
        .await
    }

    pub async fn answered(&mut self, id: &CallId) {
        self.until("an answer", |live| matches!(live, Live::Answered { call } if call == id).then_some(()))
            .await;
    }

    /// Waits until the agent has said this, to its end or to where it was cut off.
    pub async fn agent_said(&mut self, id: &CallId, words: &str) {
        self.said(id, Speaker::Agent, words).await;
    }

    /// Waits until the caller was heard saying this.
    pub async fn caller_said(&mut self, id: &CallId, words: &str) {
        self.said(id, Speaker::Caller, words).await;
    }

    async fn said(&mut self, id: &CallId, who: Speaker, words: &str) {
        let what = format!("`{words}` of the {who:?}");
        self.until(&what, |live| match live {
            Live::Turn { call, speaker, heard, .. } if call == id && *speaker == who => {
                heard.to_lowercase().contains(&words.to_lowercase()).then_some(())
            }
            _ => None,
        })
        .await;
    }

    /// What was told of a speaker's words before the turn that holds this, while they were spoken.
    pub fn told_while_spoken(&self, id: &CallId, who: Speaker, words: &str) -> Vec<String> {
        let mut told = Vec::new();
        for (_, live) in &self.seen {
            match live {
                Live::Words { call, speaker, words } if call == id && *speaker == who => {
                    told.push(words.clone());
                }
                Live::Turn { call, speaker, heard, .. } if call == id && *speaker == who => {
                    if heard.contains(words) {
                        return told;
                    }
                    told.clear();
                }
                _ => {}
            }
        }
        panic!("`{words}` of the {who:?} was not told:\n{}", self.story())
    }

    /// Waits for the call's end: how it ended, as a word.
    pub async fn ended(&mut self, id: &CallId) -> String {
        self.until("the call's end", |live| match live {
            Live::Ended { call, ended, .. } if call == id => Some(ended.clone()),
            _ => None,
        })
        .await
    }

    /// Waits until the call is kept, and reads it.
    pub async fn kept(&mut self, id: &CallId) -> CallDetail {
        self.until("the call's rows", |live| matches!(live, Live::Kept { call } if call == id).then_some(()))
            .await;
        self.runtime.store.call(id).await.unwrap().unwrap()
    }

    /// When this was first told.
    pub fn when(&self, fits: impl Fn(&Live) -> bool) -> Option<Instant> {
        self.seen.iter().find(|(_, live)| fits(live)).map(|(at, _)| *at)
    }

    pub async fn stop(self) {
        let Engine { runtime, serving, turn, folder, .. } = self;
        runtime.shutdown().await;
        if let Some(serving) = serving {
            timeout_at(deadline(), serving).await.expect("no calls are taken after the shutdown").unwrap();
        }
        drop(folder);
        drop(turn);
    }
}

fn deadline() -> tokio::time::Instant {
    tokio::time::Instant::now() + PATIENCE
}

fn explain(error: &closare_runtime::PublishError) -> String {
    match error {
        closare_runtime::PublishError::Findings { findings, .. } => format!("{error}: {findings:?}"),
        _ => error.to_string(),
    }
}

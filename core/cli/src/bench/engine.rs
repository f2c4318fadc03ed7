//! The engine under measurement: a whole one, in a folder that goes with it, with policies, call log and egress as in service. Its
//! one plugin is `openai`, its vendor the one of [`super::vendor`].

use super::vendor::Vendor;
use crate::installed;
use crate::problem::{During, Problem};
use closare_egress::Origin;
use closare_runtime::{Config, Live, Runtime};
use closare_terms::CallId;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

/// The pause that ends a caller's turn, where a workflow sets none. In milliseconds.
pub const PAUSE_MS: f64 = 500.0;

const WORKFLOW: &str = r#"
closare: 1
name: bench
languages: [en]
use:
  stt: {plugin: openai, base_url: "ORIGIN/v1", auth: false}
  llm: {plugin: openai, base_url: "ORIGIN/v1", auth: false}
  tts: {plugin: openai, base_url: "ORIGIN/v1", auth: false}
steps:
  - disclose
  - converse:
      goal: "Book a table."
      turns: 100
      exits: {booked: {about: "a table is booked", do: [hangup]}}
      failed: [{hangup: "Good-bye."}]
"#;

pub struct Engine {
    pub runtime: Arc<Runtime>,
    told: Arc<Mutex<Told>>,
    serving: JoinHandle<()>,
    watching: JoinHandle<()>,
    _folder: TempDir,
}

/// What the engine tells of its calls.
#[derive(Default)]
struct Told {
    /// By the number that was called.
    calls: BTreeMap<String, CallId>,
    latencies: Vec<closare_call::Latency>,
}

impl Engine {
    /// Answers these numbers.
    pub async fn start(config: Config, vendor: &Vendor, numbers: &[String]) -> Result<Engine, Problem> {
        let folder = tempfile::tempdir().during("can't make a folder for the bench")?;
        let config = prepared(config, vendor, numbers, folder.path())?;
        let (runtime, calls) = crate::starting::start(config).await?;
        let told = Arc::<Mutex<Told>>::default();
        let watching = tokio::spawn(watch(runtime.live.watch(), told.clone()));
        let serving = tokio::spawn(runtime.clone().serve(calls, |_, _| {}));
        Ok(Engine { runtime, told, serving, watching, _folder: folder })
    }

    pub fn address(&self) -> SocketAddr {
        self.runtime.telephony.local_addr()
    }

    /// The last call to a number.
    pub fn call(&self, number: &str) -> Option<CallId> {
        self.told().calls.get(number).cloned()
    }

    /// Those of all turns since the last time.
    pub fn take_latencies(&self) -> Vec<closare_call::Latency> {
        std::mem::take(&mut self.told().latencies)
    }

    pub async fn end(self) {
        self.runtime.shutdown().await;
        self.serving.abort();
        self.watching.abort();
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        lock(&self.told)
    }
}

fn lock(told: &Mutex<Told>) -> std::sync::MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn watch(mut live: tokio::sync::broadcast::Receiver<Live>, told: Arc<Mutex<Told>>) {
    loop {
        match live.recv().await {
            Ok(Live::Began { call, number, .. }) => drop(lock(&told).calls.insert(number, call)),
            Ok(Live::Latency { latency, .. }) => lock(&told).latencies.push(latency),
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn prepared(config: Config, vendor: &Vendor, numbers: &[String], folder: &Path) -> Result<Config, Problem> {
    let written = "can't write into a folder of one's own";
    let workflow = folder.join("bench.yaml");
    std::fs::write(&workflow, WORKFLOW.replace("ORIGIN", &vendor.origin())).during(written)?;
    let openai = installed::named(&config, "openai").ok_or_else(|| {
        Problem::new("expected the plugin `openai`, found none that is built")
            .hint("`make plugins` builds those that come with Closare")
    })?;
    let plugins = folder.join("plugins");
    let own = plugins.join("openai");
    std::fs::create_dir_all(&own).during(written)?;
    for file in ["plugin.yaml", "openai.wasm"] {
        std::fs::copy(openai.folder.join(file), own.join(file)).during(written)?;
    }
    Ok(Config {
        cache: config.cache,
        data: folder.join("data"),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        numbers: numbers.iter().map(|number| (number.clone(), workflow.clone())).collect(),
        plugins: vec![plugins],
        // Those of the last round may still be ending.
        max_calls: 2 * numbers.len(),
        invites_per_second: 1_000,
        allow_private: vec![Origin::of(&vendor.origin()).during(written)?],
        media_threads: config.media_threads,
        ..Config::default()
    })
}

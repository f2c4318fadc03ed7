//! The engine: everything that calls share.

use crate::agents::{Agent, Agents};
use crate::call_task;
use crate::catalog::catalog;
use crate::config::{Config, StreamsConfig};
use crate::error::Error;
use crate::live::LiveCalls;
use crate::plugins::Plugins;
use crate::publish::{Press, PublishError};
use crate::unfinished;
use closare_egress::{Egress, EgressConfig, EgressOptions, Root, SecretBook};
use closare_host::Host;
use closare_policy::{Policies, Policy, eu_default};
use closare_store::{OperatorKey, Store};
use closare_telephony::{Incoming, Telephony};
use closare_terms::CallId;
use closare_workflow::Catalog;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// How often saved workflow files are looked for, beside the look at each call.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a call may wait for a workflow that was saved just before it. A caller hears ringing meanwhile.
const PUBLISH_MAX: Duration = Duration::from_secs(2);

pub struct Runtime {
    pub config: Config,
    pub plugins: Plugins,
    pub catalog: Catalog,
    pub policies: Policies,
    pub egress: Egress,
    pub store: Store,
    pub agents: Agents,
    pub telephony: Telephony,
    pub live: Arc<LiveCalls>,
    /// Calls that the last process left open, and that were closed at this start.
    pub interrupted: Vec<CallId>,
    _host: Host,
}

/// What is told while the engine starts.
pub enum Starting<'a> {
    Plugin(&'a str),
    Broken { folder: &'a Path, reason: &'a str },
    Publishing,
    NotPublished(&'a PublishError),
}

impl Runtime {
    /// Opens everything; calls wait in the receiver until [`Runtime::serve`] takes them.
    ///
    /// # Errors
    /// What can't be opened, each with what to do about it.
    pub async fn start(
        config: Config,
        mut tell: impl FnMut(Starting<'_>),
    ) -> Result<(Arc<Runtime>, mpsc::Receiver<Incoming>), Error> {
        let policies = Policies::new(policies(&config)?);
        let egress = egress(&config)?;
        let host = Host::new(config.host()?)?;
        let plugins = Plugins::load(&host, &config.plugins, |name| tell(Starting::Plugin(name)))?;
        for (folder, reason) in plugins.broken() {
            tell(Starting::Broken { folder, reason });
        }
        for name in config.prices.names().filter(|name| plugins.get(plugin_of(name)).is_none()) {
            tracing::warn!(
                price = name,
                "expected the price of a plugin that is installed, found one of another"
            );
        }
        let store = open_store(&config).await?;
        let interrupted = store.close_interrupted().await?;
        let catalog = catalog(&config, plugins.iter().map(|(_, plugin)| plugin.manifest()), &policies);
        tell(Starting::Publishing);
        let press = Press { config: &config, plugins: &plugins, catalog: &catalog, egress: &egress };
        let mut reasons = Vec::new();
        let agents = Agents::publish(&press, &config.numbers, |error| {
            tell(Starting::NotPublished(error));
            reasons.push(error.to_string());
        })
        .await;
        if agents.is_empty() {
            let none = "the configuration names no number".to_owned();
            return Err(Error::NoAgent(if reasons.is_empty() { none } else { reasons.join("; ") }));
        }
        let (telephony, calls) = Telephony::start(config.telephony()?).await?;
        let runtime = Runtime {
            config,
            plugins,
            catalog,
            policies,
            egress,
            store,
            agents,
            telephony,
            live: Arc::new(LiveCalls::new()),
            interrupted,
            _host: host,
        };
        Ok((Arc::new(runtime), calls))
    }

    /// Takes calls until the telephone is closed, and makes what the last process owed. `changed` is told of each workflow
    /// file that was saved.
    pub async fn serve(
        self: Arc<Self>,
        mut calls: mpsc::Receiver<Incoming>,
        changed: impl FnMut(&str, Result<(), PublishError>) + Send + 'static,
    ) {
        tokio::spawn(unfinished::finish(self.clone()));
        let changed = Arc::new(Mutex::new(changed));
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => drop(self.refresh(&changed)),
                call = calls.recv() => match call {
                    Some(incoming) => {
                        // A file that was saved just now counts for this call; one that takes long to render, for a later one.
                        let (runtime, published) = (self.clone(), self.refresh(&changed));
                        tokio::spawn(async move {
                            let _ = tokio::time::timeout(PUBLISH_MAX, published).await;
                            runtime.take(incoming);
                        });
                    }
                    None => return,
                },
                () = self.telephony.closed() => return,
            }
        }
    }

    fn take(self: &Arc<Self>, incoming: Incoming) {
        match self.agents.find(incoming.to.as_str()) {
            Some(agent) if agent.is_stopped() => {
                tracing::info!(agent = %agent.name(), "a call was refused: the agent is stopped");
                incoming.refuse(480, "the agent is stopped", None);
            }
            Some(agent) => {
                tokio::spawn(call_task::run(self.clone(), agent.clone(), incoming));
            }
            None => {
                tracing::info!("a call was refused: no agent has the called number");
                incoming.refuse(404, "no such number", None);
            }
        }
    }

    /// Publishes what was saved, one look after the other. In a task of its own: who waits for it may stop waiting, and it is
    /// still done.
    fn refresh<F>(self: &Arc<Self>, changed: &Arc<Mutex<F>>) -> JoinHandle<()>
    where
        F: FnMut(&str, Result<(), PublishError>) + Send + 'static,
    {
        let (runtime, changed) = (self.clone(), changed.clone());
        tokio::spawn(async move {
            let mut changed = changed.lock().await;
            let press = Press {
                config: &runtime.config,
                plugins: &runtime.plugins,
                catalog: &runtime.catalog,
                egress: &runtime.egress,
            };
            for (agent, outcome) in runtime.agents.refresh(&press).await {
                changed(&agent.path.display().to_string(), outcome);
            }
        })
    }

    /// Ends an agent's calls politely and refuses new ones. The number of calls; `None` if no agent has this name.
    pub fn stop(&self, name: &str) -> Option<usize> {
        let agents = self.agents.named(name);
        if agents.is_empty() {
            return None;
        }
        Some(agents.into_iter().map(|agent| self.stop_agent(agent)).sum())
    }

    fn stop_agent(&self, agent: &Agent) -> usize {
        agent.stop();
        self.live.stop(&agent.number)
    }

    /// Ends everything in order: no new calls, live ones end, what is known is written.
    pub async fn shutdown(&self) {
        for agent in self.agents.iter() {
            self.stop_agent(agent);
        }
        let deadline = tokio::time::Instant::now() + Duration::from_secs(4);
        let mut watch = self.live.watch();
        while self.live.count() > 0 {
            if tokio::time::timeout_at(deadline, watch.recv()).await.is_err() {
                break;
            }
        }
        self.telephony.shutdown().await;
        self.store.flush().await;
    }
}

/// Of a price's name, which may name a model, too.
fn plugin_of(price: &str) -> &str {
    price.split_once('/').map_or(price, |(plugin, _)| plugin)
}

/// The shipped policy and the operator's layers.
///
/// # Errors
/// A file that can't be read or compiled.
pub fn policies(config: &Config) -> Result<Vec<Policy>, Error> {
    let mut layers = vec![eu_default()];
    for path in &config.policies {
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        layers.push(
            Policy::compile(&name, &text).map_err(|source| Error::Policy { path: path.clone(), source })?,
        );
    }
    Ok(layers)
}

/// The one door out, with the operator's keys, origins with their limits, and certificates.
///
/// # Errors
/// A file that can't be read, or isn't what it should be.
pub fn egress(config: &Config) -> Result<Egress, Error> {
    let roots = config.certificates.iter().map(root).collect::<Result<_, _>>()?;
    let allow_private = config.allow_private.clone();
    let door = EgressConfig { allow_private, secrets: secrets(config)?, ..EgressConfig::default() };
    Ok(Egress::with(door, EgressOptions { roots, per_origin: config.limits_of_origins()? })?)
}

fn root(path: &PathBuf) -> Result<Root, Error> {
    let text = std::fs::read_to_string(path);
    text.map(Root::Pem).map_err(|source| Error::Read { path: path.clone(), source })
}

/// Those of the key book, and the tokens of carriers' accounts.
fn secrets(config: &Config) -> Result<SecretBook, Error> {
    let mut secrets = SecretBook::read(&config.key_book())?;
    if let Some(streams) = &config.streams {
        let api = vec![closare_egress::Origin::of(&streams.carrier_api)?];
        for (number, stream) in &streams.numbers {
            secrets.set(&StreamsConfig::secret(number), &stream.auth_token, api.clone());
        }
    }
    Ok(secrets)
}

async fn open_store(config: &Config) -> Result<Store, Error> {
    std::fs::create_dir_all(&config.data)
        .map_err(|source| Error::Read { path: config.data.clone(), source })?;
    let key = OperatorKey::load_or_create(&config.data.join("operator.key"))?;
    Ok(Store::open(&config.data, key).await?)
}

use crate::component;
use crate::engine::Engines;
use crate::error::{Cause, Error, shared};
use crate::limits::Limits;
use crate::manifest::{Instances, Manifest};
use crate::plugin::{Loaded, Plugin};
use crate::threads::{Threads, Trust};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use wasmtime::Engine;
use wasmtime::component::Component;

pub struct HostConfig {
    /// Compiled components are kept here.
    pub cache_dir: PathBuf,
    /// How many sessions of plugins with an instance each may live at once. Costs address space, not memory.
    pub small_sessions: u32,
    /// Bytes of memory in such a slot; a plugin whose limit is higher runs outside the pool.
    pub small_memory: u64,
    pub plugin_threads: usize,
    /// Should be fewer than the cores.
    pub model_threads: usize,
    /// The operator's limits for plugins with an instance per session, where they are lower than a manifest's.
    pub limits: Option<Limits>,
}

impl HostConfig {
    /// For this machine: two thousand sessions, half of the cores for models.
    pub fn new(cache_dir: impl Into<PathBuf>) -> HostConfig {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        HostConfig {
            cache_dir: cache_dir.into(),
            small_sessions: 2_000,
            small_memory: 64 << 20,
            plugin_threads: cores.clamp(2, 8),
            model_threads: (cores / 2).max(1),
            limits: None,
        }
    }
}

/// Runs plugins. One for a process; its threads stop when it, its plugins and their sessions are gone.
pub struct Host {
    engines: Arc<Engines>,
    threads: Arc<Threads>,
    limits: Option<Limits>,
}

impl Host {
    /// # Errors
    /// [`Error::Engine`] where the cache's folder, the pool's address space or a thread is refused.
    pub fn new(config: HostConfig) -> Result<Host, Error> {
        let engines = Arc::new(Engines::new(&config)?);
        let threads = Arc::new(Threads::start(config.plugin_threads, config.model_threads)?);
        Ok(Host { engines, threads, limits: config.limits })
    }

    /// Reads `plugin.yaml` and the component `NAME.wasm` beside it. Compiling takes seconds the first time; from the cache,
    /// milliseconds.
    ///
    /// # Errors
    /// What the manifest or the component has wrong: all problems of the manifest, the first of the component.
    pub fn load(&self, folder: &Path) -> Result<Arc<Plugin>, Error> {
        let manifest = Manifest::load(&folder.join("plugin.yaml"))?;
        let path = folder.join(format!("{}.wasm", manifest.name));
        let bytes = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let loaded = Arc::new(self.loaded(manifest, &bytes)?);
        match loaded.try_out() {
            // A full pool says nothing about the plugin.
            Ok(()) | Err(Cause::Crowded) => {}
            Err(cause) => {
                return Err(Error::Misfit { plugin: loaded.manifest.name.clone(), what: cause.to_string() });
            }
        }
        Ok(Arc::new(Plugin::new(loaded, self.threads.clone())))
    }

    fn loaded(&self, manifest: Manifest, bytes: &[u8]) -> Result<Loaded, Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let limits = self.limits_of(&manifest);
        let (engine, component) = self.compiled(&manifest, limits, bytes)?;
        let (ready, roles) = component::ready(&engine, &component, &manifest)?;
        Ok(Loaded {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            sha256: Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
            limits,
            trust: Trust::default(),
            manifest,
            engine,
            ready,
            roles,
            _engines: self.engines.clone(),
        })
    }

    fn limits_of(&self, manifest: &Manifest) -> Limits {
        match (self.limits, manifest.instances) {
            (Some(operator), Instances::PerSession) => manifest.limits.at_most(operator),
            (Some(_), Instances::Shared) | (None, _) => manifest.limits,
        }
    }

    /// In the pool where it fits there.
    fn compiled(
        &self,
        manifest: &Manifest,
        limits: Limits,
        bytes: &[u8],
    ) -> Result<(Engine, Component), Error> {
        let Engines { small, heavy, .. } = &*self.engines;
        if manifest.instances == Instances::PerSession
            && limits.memory <= self.engines.small_memory
            && let Ok(component) = Component::from_binary(small, bytes)
        {
            return Ok((small.clone(), component));
        }
        match Component::from_binary(heavy, bytes) {
            Ok(component) => Ok((heavy.clone(), component)),
            Err(error) => Err(Error::Component { plugin: manifest.name.clone(), source: shared(error) }),
        }
    }
}

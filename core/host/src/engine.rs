//! Two wasmtime engines: one with a pool of small slots for plugins of one session an instance, one without for those that
//! carry a model. A ticker counts their epochs, by which a call that takes too long is found.

use crate::limits::STACK_MAX;
use crate::{Error, HostConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use wasmtime::{Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How often the epoch is counted: the grain of a call's time limit.
pub(crate) const TICK: Duration = Duration::from_millis(4);

pub(crate) struct Engines {
    pub(crate) small: Engine,
    pub(crate) heavy: Engine,
    /// Bytes of memory in a slot of the pool.
    pub(crate) small_memory: u64,
    stopped: Arc<AtomicBool>,
}

impl Engines {
    pub(crate) fn new(config: &HostConfig) -> Result<Engines, Error> {
        let cache = cache(config)?;
        let mut small = common(&cache);
        small.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
        let small = Engine::new(&small).map_err(Error::engine)?;
        let heavy = Engine::new(&heavy(&cache)).map_err(Error::engine)?;
        let stopped = Arc::new(AtomicBool::new(false));
        tick(vec![small.clone(), heavy.clone()], stopped.clone())?;
        Ok(Engines { small, heavy, small_memory: config.small_memory, stopped })
    }
}

impl Drop for Engines {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

fn cache(config: &HostConfig) -> Result<Cache, Error> {
    let mut cache = CacheConfig::new();
    cache.with_directory(&config.cache_dir);
    Cache::new(cache).map_err(Error::engine)
}

/// What both engines have: the same answer on every machine, so that a call replays.
fn common(cache: &Cache) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_MAX)
        .cranelift_nan_canonicalization(true)
        .wasm_simd(true)
        .wasm_relaxed_simd(false)
        .cache(Some(cache.clone()));
    config
}

/// For local models. Their answers are text and 16-bit samples, in which no bit of a NaN shows; to make every NaN the same took
/// them 1.8 times as long.
fn heavy(cache: &Cache) -> Config {
    let mut config = common(cache);
    config.cranelift_nan_canonicalization(false);
    config
}

/// A component built with wit-component holds one core module, one memory and one table; one from JavaScript or Python a few.
fn pool(config: &HostConfig) -> PoolingAllocationConfig {
    let sessions = config.small_sessions;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(sessions)
        .total_core_instances(sessions.saturating_mul(4))
        .total_memories(sessions)
        .total_tables(sessions.saturating_mul(2))
        .max_memory_size(usize::try_from(config.small_memory).unwrap_or(usize::MAX));
    pool
}

fn tick(engines: Vec<Engine>, stopped: Arc<AtomicBool>) -> Result<(), Error> {
    let count = move || {
        while !stopped.load(Ordering::Relaxed) {
            thread::sleep(TICK);
            engines.iter().for_each(Engine::increment_epoch);
        }
    };
    thread::Builder::new()
        .name("closare-epoch".to_owned())
        .spawn(count)
        .map(drop)
        .map_err(|error| Error::engine(error.into()))
}

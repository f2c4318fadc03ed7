//! The threads that sessions run on. One session is run by one thread at a time, in the order of its inputs.

mod model;
mod plugin;
mod trust;

use crate::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

pub(crate) use model::{ModelThread, Shared};
pub(crate) use plugin::{Lane, Lone};
pub(crate) use trust::Trust;

/// Has a session run: on its own threads, or here and now.
pub(crate) trait Wake: Send + Sync {
    fn wake(self: Arc<Self>);
}

/// Stops when it is dropped: each thread after what it is at.
pub(crate) struct Threads {
    pub(crate) lane: Arc<Lane>,
    models: Vec<Arc<ModelThread>>,
}

impl Threads {
    pub(crate) fn start(plugin_threads: usize, model_threads: usize) -> Result<Threads, Error> {
        let threads = Threads {
            lane: Arc::new(Lane::new(plugin_threads.max(1))),
            models: (0..model_threads.max(1)).map(|_| Arc::new(ModelThread::new())).collect(),
        };
        for number in 0..plugin_threads.max(1) {
            let lane = threads.lane.clone();
            spawn(format!("closare-plugin-{number}"), move || lane.run())?;
        }
        for (number, model) in threads.models.iter().enumerate() {
            let model = model.clone();
            spawn(format!("closare-model-{number}"), move || model.run())?;
        }
        Ok(threads)
    }

    /// The model thread with the fewest sessions.
    pub(crate) fn model(&self) -> &Arc<ModelThread> {
        let least = self.models.iter().min_by_key(|model| model.sessions());
        least.expect("there is at least one model thread")
    }

    /// Drops a plugin's instances.
    pub(crate) fn forget(&self, plugin: u64) {
        self.models.iter().for_each(|model| model.forget(plugin));
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.lane.stop();
        self.models.iter().for_each(|model| model.stop());
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    thread::Builder::new().name(name).spawn(run).map(drop).map_err(|error| Error::engine(error.into()))
}

/// A panic elsewhere is caught by the thread that it came from, which then ends that session.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

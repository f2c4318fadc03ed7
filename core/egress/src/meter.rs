//! How much each plugin used the network, since the start.

use closare_terms::PluginName;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes are those of bodies and messages, without headers and framing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metered {
    pub requests: u64,
    pub sockets: u64,
    pub bytes_out: u64,
    pub bytes_in: u64,
    pub failures: u64,
}

#[derive(Default)]
pub(crate) struct Meter {
    plugins: Mutex<BTreeMap<PluginName, Arc<Counts>>>,
}

impl Meter {
    pub fn counts(&self, plugin: &PluginName) -> Arc<Counts> {
        let mut plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        plugins.entry(plugin.clone()).or_default().clone()
    }

    pub fn read(&self) -> BTreeMap<PluginName, Metered> {
        let plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        plugins.iter().map(|(plugin, counts)| (plugin.clone(), counts.read())).collect()
    }
}

#[derive(Default)]
pub(crate) struct Counts {
    requests: AtomicU64,
    sockets: AtomicU64,
    bytes_out: AtomicU64,
    bytes_in: AtomicU64,
    failures: AtomicU64,
}

impl Counts {
    pub fn request(&self) {
        self.requests.fetch_add(1, Relaxed);
    }

    pub fn socket(&self) {
        self.sockets.fetch_add(1, Relaxed);
    }

    pub fn sent(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Relaxed);
    }

    pub fn got(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Relaxed);
    }

    pub fn failure(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    fn read(&self) -> Metered {
        Metered {
            requests: self.requests.load(Relaxed),
            sockets: self.sockets.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            failures: self.failures.load(Relaxed),
        }
    }
}

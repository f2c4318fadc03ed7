//! A plugin's way to an origin: what it may take there, whether the origin is up, and what it took. One way's limits
//! are shared by all sessions of the plugin; whether the origin is up, by all plugins.

use crate::breaker::{Admitted, Breaker, Change, Verdict};
use crate::meter::{Counts, Meter};
use crate::rate::Rate;
use crate::{Limits, Origin};
use closare_terms::PluginName;
use closare_terms::network::Trouble;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

/// All ways, and the limits of each origin.
pub(crate) struct Lanes {
    limits: Arc<Limits>,
    per_origin: BTreeMap<Origin, Arc<Limits>>,
    /// They are declared origins only, so that a plugin can't make it grow.
    lanes: Mutex<BTreeMap<(PluginName, Origin), Arc<Lane>>>,
    breakers: Mutex<BTreeMap<Origin, Arc<Mutex<Breaker>>>>,
}

impl Lanes {
    pub fn new(limits: Arc<Limits>, per_origin: BTreeMap<Origin, Limits>) -> Lanes {
        let per_origin = per_origin.into_iter().map(|(origin, limits)| (origin, Arc::new(limits))).collect();
        Lanes { limits, per_origin, lanes: Mutex::default(), breakers: Mutex::default() }
    }

    pub fn of(&self, plugin: &PluginName, origin: &Origin, meter: &Meter) -> Arc<Lane> {
        let way = (plugin.clone(), origin.clone());
        locked(&self.lanes).entry(way).or_insert_with(|| Arc::new(self.lane(plugin, origin, meter))).clone()
    }

    fn lane(&self, plugin: &PluginName, origin: &Origin, meter: &Meter) -> Lane {
        let limits = self.per_origin.get(origin).unwrap_or(&self.limits).clone();
        Lane {
            plugin: plugin.clone(),
            origin: origin.clone(),
            counts: meter.counts(plugin, Some(origin)),
            breaker: locked(&self.breakers).entry(origin.clone()).or_default().clone(),
            slots: Arc::new(Semaphore::new(limits.load.open.min(Semaphore::MAX_PERMITS))),
            rate: Mutex::default(),
            limits,
        }
    }
}

pub(crate) struct Lane {
    pub plugin: PluginName,
    pub origin: Origin,
    pub limits: Arc<Limits>,
    pub counts: Arc<Counts>,
    breaker: Arc<Mutex<Breaker>>,
    slots: Arc<Semaphore>,
    rate: Mutex<Rate>,
}

impl Lane {
    /// Whether asking would fail at once.
    pub fn is_shut(&self) -> bool {
        locked(&self.breaker).is_open(Instant::now())
    }

    /// Waits for a turn, within its bound.
    ///
    /// # Errors
    /// [`Trouble::Overloaded`] where the origin is down or the turn is too far away.
    pub async fn enter(self: &Arc<Lane>) -> Result<Turn, Trouble> {
        if self.is_shut() {
            return Err(Trouble::Overloaded);
        }
        let longest = Instant::now() + self.limits.load.wait;
        let slot = match timeout_at(longest, self.slots.clone().acquire_owned()).await {
            Ok(Ok(slot)) => slot,
            Ok(Err(_)) | Err(_) => return Err(Trouble::Overloaded),
        };
        let now = Instant::now();
        let wait = locked(&self.rate).take(now, self.limits.load.per_second, longest - now);
        sleep_until(now + wait.ok_or(Trouble::Overloaded)?).await;
        let admitted = locked(&self.breaker).admit(Instant::now()).ok_or(Trouble::Overloaded)?;
        Ok(Turn { lane: self.clone(), admitted: Some(admitted), _slot: slot })
    }

    fn settle(&self, admitted: Admitted, verdict: Verdict) {
        let limits = &self.limits.breaker;
        let change = locked(&self.breaker).settle(admitted, verdict, Instant::now(), limits);
        let (origin, pause_ms) = (&self.origin, limits.pause.as_millis());
        match change {
            Some(Change::Opened) => tracing::info!(%origin, pause_ms, "taken to be down"),
            Some(Change::Closed) => tracing::info!(%origin, "up again"),
            None => {}
        }
    }
}

/// Leave to ask once; its place in the lane is free again when it is dropped.
pub(crate) struct Turn {
    lane: Arc<Lane>,
    admitted: Option<Admitted>,
    _slot: OwnedSemaphorePermit,
}

impl Turn {
    /// Tells what the attempt says of the origin.
    pub fn settle(&mut self, verdict: Verdict) {
        if let Some(admitted) = self.admitted.take() {
            self.lane.settle(admitted, verdict);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.settle(Verdict::Unknown);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Who answers which number: a workflow file, and the version of it that is published now.

use crate::publish::{Press, PublishError, Published};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

pub struct Agent {
    pub number: String,
    pub path: PathBuf,
    /// Its calls were ended, and new ones get 480.
    stopped: AtomicBool,
    now: Mutex<Now>,
}

struct Now {
    published: Arc<Published>,
    /// What the file looked like when it was read last, whether or not it could be published.
    seen: Option<SystemTime>,
}

impl Agent {
    pub fn name(&self) -> String {
        self.published().workflow.name.clone()
    }

    pub fn published(&self) -> Arc<Published> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).published.clone()
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Whether the file was saved since it was read. A second look says no: one attempt a save.
    fn changed(&self) -> bool {
        let modified = modified(&self.path);
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = modified.is_some() && modified != now.seen;
        now.seen = modified;
        changed
    }

    fn put(&self, published: Published) {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).published = Arc::new(published);
    }
}

/// The agents by the number that is called.
#[derive(Default)]
pub struct Agents {
    by_number: BTreeMap<String, Arc<Agent>>,
}

impl Agents {
    /// Publishes the file of each number. One that can't be published is told and left out.
    pub async fn publish(
        press: &Press<'_>,
        numbers: &BTreeMap<String, PathBuf>,
        mut failed: impl FnMut(&PublishError),
    ) -> Agents {
        let mut by_number = BTreeMap::new();
        for (number, path) in numbers {
            let seen = modified(path);
            match press.publish(path).await {
                Ok(published) => {
                    let now = Mutex::new(Now { published: Arc::new(published), seen });
                    let agent = Agent {
                        number: number.clone(),
                        path: path.clone(),
                        stopped: AtomicBool::new(false),
                        now,
                    };
                    by_number.insert(number.clone(), Arc::new(agent));
                }
                Err(error) => failed(&error),
            }
        }
        Agents { by_number }
    }

    /// The agent of a called number; `*` answers what no other does.
    pub fn find(&self, number: &str) -> Option<&Arc<Agent>> {
        self.by_number.get(number).or_else(|| self.by_number.get("*"))
    }

    pub fn named(&self, name: &str) -> Vec<&Arc<Agent>> {
        self.by_number.values().filter(|agent| agent.name() == name || agent.number == name).collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Agent>> {
        self.by_number.values()
    }

    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// Publishes the files that were saved since they were read. A file that is broken now changes nothing: its old version
    /// stays, and the findings are told.
    pub async fn refresh(&self, press: &Press<'_>) -> Vec<(Arc<Agent>, Result<(), PublishError>)> {
        let mut outcomes = Vec::new();
        for agent in self.by_number.values().filter(|agent| agent.changed()) {
            let outcome = press.publish(&agent.path).await.map(|published| agent.put(published));
            outcomes.push((agent.clone(), outcome));
        }
        outcomes
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

//! The calls that rows can be sealed for: those of this process, and old ones that were resumed.

use crate::seal::Key;
use crate::{Dates, Error};
use closare_terms::CallId;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is needed of a call to seal a row for it.
pub(crate) struct Live {
    pub id: CallId,
    pub key: Key,
    pub dates: Dates,
    /// Salted hash of the caller's number.
    pub subject: Option<String>,
    pub workflow: String,
    pub workflow_version: String,
    ordinal: AtomicI64,
}

impl Live {
    /// `ordinal` is the first that the call has not given away.
    pub fn new(
        id: CallId,
        key: Key,
        dates: Dates,
        subject: Option<String>,
        workflow: (String, String),
        ordinal: i64,
    ) -> Live {
        let (workflow, workflow_version) = workflow;
        Live { id, key, dates, subject, workflow, workflow_version, ordinal: AtomicI64::new(ordinal) }
    }

    /// A number for a row that has none of its own, so that a row that is written twice stays one.
    pub fn next(&self) -> i64 {
        self.ordinal.fetch_add(1, Ordering::Relaxed)
    }
}

/// Ended calls whose keys stay at hand for what comes after a call, such as its summary. About 400 bytes each.
const ENDED_MAX: usize = 4096;

#[derive(Clone, Default)]
pub(crate) struct LiveCalls(Arc<Mutex<Calls>>);

#[derive(Default)]
struct Calls {
    by_id: HashMap<CallId, Arc<Live>>,
    ended: VecDeque<CallId>,
}

impl LiveCalls {
    pub fn insert(&self, call: Live) -> Arc<Live> {
        let call = Arc::new(call);
        self.with(|calls| calls.by_id.insert(call.id.clone(), call.clone()));
        call
    }

    pub fn get(&self, id: &CallId) -> Result<Arc<Live>, Error> {
        self.with(|calls| calls.by_id.get(id).cloned()).ok_or_else(|| Error::UnknownCall(id.to_string()))
    }

    /// Lets go of the call once `ENDED_MAX` others have ended after it.
    pub fn ended(&self, id: &CallId) {
        self.with(|calls| {
            calls.ended.push_back(id.clone());
            if calls.ended.len() > ENDED_MAX
                && let Some(oldest) = calls.ended.pop_front()
            {
                calls.by_id.remove(&oldest);
            }
        });
    }

    fn with<T>(&self, f: impl FnOnce(&mut Calls) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

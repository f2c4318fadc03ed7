//! What vendors call a call's requests, as long as its words are kept: by such an id a vendor finds what it has of them.

use crate::{Error, LogEntry, Reader};
use closare_terms::{CallId, Millis};
use serde::Serialize;

/// A request of a plugin's, as its vendor knows it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// On the call's own clock.
    pub at: Millis,
    /// A role's name in the contract, such as `speech-to-text`.
    pub role: String,
    pub plugin: String,
    pub id: String,
}

/// How the log names what tells of one.
const REQUESTED: &str = "requested";

impl Reader {
    /// In their order. None of a call whose words are gone, or were never kept.
    ///
    /// # Errors
    /// As all reading.
    pub async fn requests(&self, call: &CallId) -> Result<Vec<Request>, Error> {
        let entries = self.log(call).await?.into_iter();
        Ok(entries.filter(|entry| entry.name == REQUESTED).filter_map(Request::of).collect())
    }
}

impl Request {
    fn of(mut entry: LogEntry) -> Option<Request> {
        let told = &entry.skeleton[REQUESTED];
        let word = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
        let (at, role, plugin) = (entry.at, word("role"), word("plugin"));
        let id = entry.contents.pop()?.text;
        Some(Request { at, role, plugin, id })
    }
}

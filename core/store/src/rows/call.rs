use super::open_text;
use crate::live::Live;
use crate::seal::Key;
use crate::words::words;
use crate::{Dates, Error, Retention, entities};
use closare_terms::{CallId, Language, PhoneNumber, UnixMillis};

/// A call as it begins.
pub struct NewCall {
    pub id: CallId,
    pub agent: String,
    pub workflow: String,
    /// SHA-256 of the published version.
    pub workflow_version: String,
    /// `None` where the number is withheld. Kept as a salted hash; the number itself by [`crate::Store::keep_caller`].
    pub from: Option<PhoneNumber>,
    pub to: PhoneNumber,
    pub language: Language,
    pub started: UnixMillis,
    pub retention: Retention,
}

/// A call as it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub ended: UnixMillis,
    pub status: Status,
    /// A word for the log: `caller_hung_up`, `transferred`, …
    pub reason: String,
    /// Where the caller was passed on to, by its name in the workflow.
    pub route: Option<String>,
    pub intent: Option<String>,
}

words! {
    Status {
        Live = "live",
        Ended = "ended",
        /// The process that held the call died.
        Interrupted = "interrupted",
        /// Not accepted.
        Refused = "refused",
    }
}

impl NewCall {
    /// The row, and what later rows need.
    pub(crate) fn seal(self, tenant: &str, tenant_key: &Key) -> Result<(entities::call::Model, Live), Error> {
        let dates = Dates::new(self.started, &self.retention)?;
        let key = Key::random();
        let id = self.id.as_str();
        let from_hash = self.from.as_ref().map(|number| number_hash(tenant_key, number));
        let row = entities::call::Model {
            id: id.to_owned(),
            tenant: tenant.to_owned(),
            agent: self.agent,
            workflow: self.workflow.clone(),
            workflow_version: self.workflow_version.clone(),
            from_sealed: None,
            from_hash: from_hash.clone(),
            to_sealed: seal_number(tenant_key, "to", id, &self.to),
            language: self.language.0,
            started: self.started.0,
            answered: None,
            ended: None,
            status: Status::Live.as_str().to_owned(),
            end_reason: None,
            route: None,
            intent: None,
            data_key: tenant_key.wrap(&key_place(id), &key),
            dates: serde_json::to_string(&dates).expect("dates are JSON"),
            delete_by: dates.call.0,
        };
        let workflow = (self.workflow, self.workflow_version);
        Ok((row, Live::new(self.id, key, dates, from_hash, workflow, 0)))
    }
}

impl entities::call::Model {
    pub(crate) fn key(&self, tenant_key: &Key) -> Result<Key, Error> {
        let place = key_place(&self.id);
        tenant_key.unwrap_key(&place, &self.data_key).ok_or(Error::Sealed(place))
    }
}

fn key_place(call: &str) -> String {
    format!("key/{call}")
}

pub(crate) fn seal_number(tenant_key: &Key, side: &str, call: &str, number: &PhoneNumber) -> Vec<u8> {
    tenant_key.seal(&format!("number/{side}/{call}"), number.as_str().as_bytes())
}

pub(crate) fn open_number(
    tenant_key: &Key,
    side: &str,
    call: &str,
    sealed: &[u8],
) -> Result<PhoneNumber, Error> {
    open_text(tenant_key, &format!("number/{side}/{call}"), sealed).map(PhoneNumber)
}

/// The same for one number in the forms in which a carrier gives it: `+49 30 1`, `0049301`, `+49 (30) 1`.
pub(crate) fn number_hash(tenant_key: &Key, number: &PhoneNumber) -> String {
    let plain: String =
        number.as_str().chars().filter(|c| !c.is_whitespace() && !"-()/.".contains(*c)).collect();
    let international = plain.strip_prefix("00").map(|rest| format!("+{rest}"));
    tenant_key.salted_hash("caller", international.as_deref().unwrap_or(&plain))
}

use crate::live::Live;
use crate::{Error, entities};
use closare_terms::{Millis, Point};
use serde::Serialize;

/// What the policies said at a decision point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// On the call's own clock.
    pub at: Millis,
    pub point: Point,
    /// `allow`, `deny`, `redact` or `first`.
    pub result: String,
    /// Why it is a deny; which kinds; which duty. Empty for an allow.
    pub reason: String,
    pub layer: String,
    pub policy_version: String,
    pub facts_hash: String,
}

impl Verdict {
    pub(crate) fn seal(self, call: &Live) -> entities::verdict::Model {
        entities::verdict::Model {
            call: call.id.to_string(),
            n: call.next(),
            at_ms: i64::try_from(self.at.0).unwrap_or(i64::MAX),
            point: self.point.as_str().to_owned(),
            result: self.result,
            reason: self.reason,
            layer: self.layer,
            policy_version: self.policy_version,
            facts_hash: self.facts_hash,
            delete_by: call.dates.call.0,
        }
    }

    pub(crate) fn open(row: entities::verdict::Model) -> Result<Verdict, Error> {
        let point = Point::parse(&row.point);
        Ok(Verdict {
            at: Millis(row.at_ms.cast_unsigned()),
            point: point.ok_or(Error::Word { what: "decision point", found: row.point })?,
            result: row.result,
            reason: row.reason,
            layer: row.layer,
            policy_version: row.policy_version,
            facts_hash: row.facts_hash,
        })
    }
}

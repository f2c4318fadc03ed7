use crate::live::Live;
use crate::words::words;
use crate::{Error, entities};
use closare_terms::{Language, Purpose, UnixMillis};
use serde::Serialize;

/// Proof of what was asked, in which words, and what was answered (GDPR 7(1)). The call, the workflow's version and
/// the caller, as a salted hash, are added.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Consent {
    pub purpose: Purpose,
    pub wording_id: String,
    pub wording_version: String,
    pub language: Language,
    /// The question, word for word. The engine's words, not the caller's: it lies open.
    pub wording: String,
    pub asked: UnixMillis,
    /// When every sample of the question had been played.
    pub played: Option<UnixMillis>,
    pub answer: Answer,
    pub means: Option<Means>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    pub answered: Option<UnixMillis>,
    pub policy_version: String,
    /// The basis that is in force for the purpose: `consent`, `contract`, `legitimate_interest`.
    pub basis: String,
}

words! {
    Answer {
        Granted = "granted",
        Refused = "refused",
        Withdrawn = "withdrawn",
        /// Silence, noise, neither yes nor no: it counts as a refusal.
        Unclear = "unclear",
    }
}

words! {
    Means {
        Voice = "voice",
        Key = "key",
    }
}

impl Consent {
    pub(crate) fn seal(self, call: &Live) -> entities::consent::Model {
        entities::consent::Model {
            call: call.id.to_string(),
            n: call.next(),
            subject: call.subject.clone(),
            purpose: self.purpose.as_str().to_owned(),
            wording_id: self.wording_id,
            wording_version: self.wording_version,
            language: self.language.0,
            wording: self.wording,
            asked: self.asked.0,
            played: self.played.map(|at| at.0),
            answer: self.answer.as_str().to_owned(),
            means: self.means.map(|means| means.as_str().to_owned()),
            confidence: self.confidence,
            answered: self.answered.map(|at| at.0),
            workflow: call.workflow.clone(),
            workflow_version: call.workflow_version.clone(),
            policy_version: self.policy_version,
            basis: self.basis,
            delete_by: call.dates.consent.0,
        }
    }

    pub(crate) fn open(row: entities::consent::Model) -> Result<Consent, Error> {
        let purpose = Purpose::parse(&row.purpose);
        Ok(Consent {
            purpose: purpose.ok_or(Error::Word { what: "purpose", found: row.purpose })?,
            wording_id: row.wording_id,
            wording_version: row.wording_version,
            language: Language(row.language),
            wording: row.wording,
            asked: UnixMillis(row.asked),
            played: row.played.map(UnixMillis),
            answer: Answer::read(&row.answer)?,
            means: row.means.as_deref().map(Means::read).transpose()?,
            confidence: row.confidence,
            answered: row.answered.map(UnixMillis),
            policy_version: row.policy_version,
            basis: row.basis,
        })
    }
}

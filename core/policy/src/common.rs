use crate::{Fact, Facts};
use closare_terms::{CallId, Language, Purpose, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known at every decision point of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    pub call: CallId,
    /// ISO 3166 code, upper case, or empty where the number doesn't tell.
    pub from_country: String,
    pub to_country: String,
    pub language: Language,
    /// `inbound` or `outbound`.
    pub direction: String,
    pub tenant: String,
    pub agent: String,
    pub workflow: String,
    pub workflow_version: String,
    /// For how many days the plan keeps a call.
    pub plan_days: u32,
    /// Every sample of the disclosure was played to the caller.
    pub disclosed: bool,
    /// A purpose that isn't here was not asked.
    pub consents: BTreeMap<Purpose, Consent>,
    /// A purpose that isn't here needs consent.
    pub basis: BTreeMap<Purpose, Basis>,
    pub minor: bool,
    /// What the call is about, where a workflow says so; else empty.
    pub topic: String,
    pub now: UnixMillis,
}

/// How far the asking for one purpose has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    #[default]
    NotAsked,
    Granted,
    Refused,
    Withdrawn,
}

/// Why data may be used for a purpose (GDPR article 6), as the operator has set and documented it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Contract,
    LegitimateInterest,
    #[default]
    Consent,
}

/// The shipped bases: vendors and storage by contract, all else by consent.
pub fn shipped_basis() -> BTreeMap<Purpose, Basis> {
    let by_contract = |purpose| matches!(purpose, Purpose::Vendor | Purpose::Storage);
    let basis = |purpose| if by_contract(purpose) { Basis::Contract } else { Basis::Consent };
    Purpose::ALL.iter().map(|purpose| (*purpose, basis(*purpose))).collect()
}

impl Common {
    /// As facts, to which a decision point adds its own.
    pub fn facts(&self) -> Facts {
        let facts: [(&str, Fact); 12] = [
            ("call", self.call_facts()),
            ("tenant", self.tenant.as_str().into()),
            ("agent", self.agent.as_str().into()),
            ("workflow", self.workflow.as_str().into()),
            ("workflow_version", self.workflow_version.as_str().into()),
            ("plan_days", self.plan_days.into()),
            ("disclosed", self.disclosed.into()),
            ("consents", by_purpose(&self.consents, |consent| consent.as_str())),
            ("basis", by_purpose(&self.basis, |basis| basis.as_str())),
            ("minor", self.minor.into()),
            ("topic", self.topic.as_str().into()),
            ("now", self.now.0.into()),
        ];
        facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect()
    }

    fn call_facts(&self) -> Fact {
        Fact::from([
            ("id", self.call.as_str().into()),
            ("from_country", self.from_country.as_str().into()),
            ("to_country", self.to_country.as_str().into()),
            ("language", self.language.as_str().into()),
            ("direction", self.direction.as_str().into()),
        ])
    }
}

/// A value for every purpose, so that a script never meets one that is missing.
fn by_purpose<T: Copy + Default>(known: &BTreeMap<Purpose, T>, word: fn(T) -> &'static str) -> Fact {
    let value = |purpose| word(known.get(purpose).copied().unwrap_or_default()).into();
    Fact::Map(Purpose::ALL.iter().map(|purpose| (purpose.as_str().to_owned(), value(purpose))).collect())
}

impl Consent {
    pub const fn as_str(self) -> &'static str {
        match self {
            Consent::NotAsked => "not_asked",
            Consent::Granted => "granted",
            Consent::Refused => "refused",
            Consent::Withdrawn => "withdrawn",
        }
    }
}

impl Basis {
    pub const fn as_str(self) -> &'static str {
        match self {
            Basis::Contract => "contract",
            Basis::LegitimateInterest => "legitimate_interest",
            Basis::Consent => "consent",
        }
    }
}

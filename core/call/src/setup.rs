//! What a call begins with.

use crate::vendors::Vendors;
use closare_terms::{CallId, Language, PhoneNumber, Purpose, UnixMillis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    pub call: CallId,
    pub tenant: String,
    pub agent: String,
    pub from: Option<PhoneNumber>,
    pub to: PhoneNumber,
    /// ISO 3166 codes, where they are known.
    pub from_country: Option<String>,
    pub to_country: Option<String>,
    /// The caller's, where it is known and the workflow has it.
    pub language: Option<Language>,
    pub headers: BTreeMap<String, String>,
    /// On the operator's list of callers who are not answered.
    pub blocked: bool,
    /// The wall clock at the call's begin.
    pub wall: UnixMillis,
    /// The only randomness that a call has.
    pub seed: u64,
    pub plan_days: u32,
    /// Why a purpose is lawful, as the operator has documented it. A purpose that is not named rests on consent.
    pub basis: BTreeMap<Purpose, Basis>,
    pub vendors: Vendors,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Contract,
    LegitimateInterest,
    Consent,
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

impl Setup {
    pub fn basis(&self, purpose: Purpose) -> Basis {
        self.basis.get(&purpose).copied().unwrap_or(Basis::Consent)
    }
}

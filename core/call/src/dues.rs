//! What the caller was told, was asked, and agreed to.

use closare_terms::Purpose;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Dues {
    /// Every sample of the disclosure was played.
    pub disclosed: bool,
    consents: BTreeMap<Purpose, Consent>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    #[default]
    NotAsked,
    Asked,
    Granted,
    Refused,
    Withdrawn,
}

impl Consent {
    pub const fn as_str(self) -> &'static str {
        match self {
            Consent::NotAsked => "not_asked",
            Consent::Asked => "asked",
            Consent::Granted => "granted",
            Consent::Refused => "refused",
            Consent::Withdrawn => "withdrawn",
        }
    }
}

impl Dues {
    pub fn consent(&self, purpose: Purpose) -> Consent {
        self.consents.get(&purpose).copied().unwrap_or_default()
    }

    pub fn set(&mut self, purpose: Purpose, consent: Consent) {
        self.consents.insert(purpose, consent);
    }
}

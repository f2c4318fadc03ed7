use serde::{Deserialize, Serialize};

/// An amount in the currency's smallest unit (cents), and the currency's ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: String,
}

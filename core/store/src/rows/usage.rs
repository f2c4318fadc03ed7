use crate::entities;
use crate::live::Live;
use closare_terms::Unit;
use serde::Serialize;

/// What a vendor counted of a call in one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// A role's name in the contract, such as `speech-to-text`.
    pub role: String,
    pub plugin: String,
    pub model: Option<String>,
    pub unit: String,
    pub amount: u64,
    /// `None` where no price was known when the call ended.
    pub cost: Option<Cost>,
}

/// Millionths of a currency (ISO 4217): a token costs less than a cent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    pub micros: i64,
    pub currency: String,
}

impl Usage {
    pub fn new(role: String, plugin: String, model: Option<String>, unit: Unit, amount: u64) -> Usage {
        Usage { role, plugin, model, unit: unit.to_string(), amount, cost: None }
    }

    pub(crate) fn seal(self, call: &Live) -> entities::usage::Model {
        let (micros, currency) = self.cost.map(|cost| (cost.micros, cost.currency)).unzip();
        entities::usage::Model {
            call: call.id.to_string(),
            role: self.role,
            plugin: self.plugin,
            model: self.model.unwrap_or_default(),
            unit: self.unit,
            amount: i64::try_from(self.amount).unwrap_or(i64::MAX),
            micros,
            currency,
            delete_by: call.dates.call.0,
        }
    }

    pub(crate) fn open(row: entities::usage::Model) -> Usage {
        let cost = row.micros.zip(row.currency).map(|(micros, currency)| Cost { micros, currency });
        Usage {
            role: row.role,
            plugin: row.plugin,
            model: Some(row.model).filter(|model| !model.is_empty()),
            unit: row.unit,
            amount: row.amount.unsigned_abs(),
            cost,
        }
    }
}

//! What calls cost.

use crate::{Cost, Error, Reader, entities};
use closare_terms::CallId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::BTreeMap;

/// Calls in a statement.
const TOGETHER: usize = 1_000;

impl Reader {
    /// The sums of these calls, by currency. A call of which no price was known is not among them.
    ///
    /// # Errors
    /// As all reading.
    pub async fn costs(&self, calls: &[CallId]) -> Result<BTreeMap<CallId, Vec<Cost>>, Error> {
        use entities::usage::{Column, Entity};
        let mut costs: BTreeMap<CallId, Vec<Cost>> = BTreeMap::new();
        for calls in calls.chunks(TOGETHER) {
            let rows = Entity::find()
                .select_only()
                .columns([Column::Call, Column::Currency])
                .column_as(Column::Micros.sum(), "micros")
                .filter(Column::Call.is_in(calls.iter().map(CallId::as_str)))
                .filter(Column::Micros.is_not_null())
                .group_by(Column::Call)
                .group_by(Column::Currency)
                .into_tuple::<(String, Option<String>, Option<i64>)>()
                .all(&self.db)
                .await?;
            for (call, currency, micros) in rows {
                let cost = Cost { micros: micros.unwrap_or(0), currency: currency.unwrap_or_default() };
                costs.entry(CallId(call)).or_default().push(cost);
            }
        }
        Ok(costs)
    }
}

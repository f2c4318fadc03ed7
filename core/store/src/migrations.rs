//! The schema, one file a change. A released one is never edited.

use sea_orm_migration::prelude::*;

mod m20261124_000001_tenant;
mod m20261124_000002_call;
mod m20261124_000003_log;
mod m20261124_000004_turn;
mod m20261124_000005_outcome;
mod m20261124_000006_consent;
mod m20261124_000007_verdict;
mod m20261124_000008_recording;
mod m20261124_000009_plugin_use;
mod m20261127_000010_usage;

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_tenant::Migration),
            Box::new(m20261124_000002_call::Migration),
            Box::new(m20261124_000003_log::Migration),
            Box::new(m20261124_000004_turn::Migration),
            Box::new(m20261124_000005_outcome::Migration),
            Box::new(m20261124_000006_consent::Migration),
            Box::new(m20261124_000007_verdict::Migration),
            Box::new(m20261124_000008_recording::Migration),
            Box::new(m20261124_000009_plugin_use::Migration),
            Box::new(m20261127_000010_usage::Migration),
        ]
    }
}

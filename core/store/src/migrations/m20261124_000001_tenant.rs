//! Owner: the operator. Retention: the life of the account.
//!
//! Tenants and their wrapped keys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tenants()).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tenants() -> TableCreateStatement {
    Table::create()
        .table("tenants")
        .col(text("id"))
        .col(blob("wrapped_key"))
        .col(big_integer("created"))
        .primary_key(Index::create().col("id"))
        .take()
}

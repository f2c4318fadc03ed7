//! Owner: the tenant. Retention: the call's.
//!
//! Verdicts of the policies.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(verdict()).await?;
        manager
            .create_index(Index::create().name("verdict_delete_by").table("verdict").col("delete_by").take())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn verdict() -> TableCreateStatement {
    Table::create()
        .table("verdict")
        .col(text("call"))
        .col(big_integer("n"))
        .col(big_integer("at_ms"))
        .col(text("point"))
        .col(text("result"))
        .col(text("reason"))
        .col(text("layer"))
        .col(text("policy_version"))
        .col(text("facts_hash"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("n"))
        .foreign_key(
            ForeignKey::create()
                .from("verdict", "call")
                .to("call", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

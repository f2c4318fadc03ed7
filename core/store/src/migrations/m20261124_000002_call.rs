//! Owner: the tenant. Retention: the plan's days; the date is in `delete_by`.
//!
//! Calls.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(call()).await?;
        manager
            .create_index(Index::create().name("call_delete_by").table("call").col("delete_by").take())
            .await?;
        manager
            .create_index(Index::create().name("call_started").table("call").col("started").take())
            .await?;
        manager
            .create_index(Index::create().name("call_from_hash").table("call").col("from_hash").take())
            .await?;
        manager.create_index(Index::create().name("call_status").table("call").col("status").take()).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn call() -> TableCreateStatement {
    Table::create()
        .table("call")
        .col(text("id"))
        .col(text("tenant"))
        .col(text("agent"))
        .col(text("workflow"))
        .col(text("workflow_version"))
        .col(blob_null("from_sealed"))
        .col(text_null("from_hash"))
        .col(blob("to_sealed"))
        .col(text("language"))
        .col(big_integer("started"))
        .col(big_integer_null("answered"))
        .col(big_integer_null("ended"))
        .col(text("status"))
        .col(text_null("end_reason"))
        .col(text_null("route"))
        .col(text_null("intent"))
        .col(blob("data_key"))
        .col(text("dates"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("id"))
        .foreign_key(ForeignKey::create().from("call", "tenant").to("tenants", "id"))
        .take()
}

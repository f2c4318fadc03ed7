//! Owner: the tenant. Retention: transcript's days.
//!
//! Turns, and how long they took.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(turn()).await?;
        manager.create_table(latency()).await?;
        manager
            .create_index(Index::create().name("turn_delete_by").table("turn").col("delete_by").take())
            .await?;
        manager
            .create_index(Index::create().name("latency_delete_by").table("latency").col("delete_by").take())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn turn() -> TableCreateStatement {
    Table::create()
        .table("turn")
        .col(text("call"))
        .col(big_integer("idx"))
        .col(text("speaker"))
        .col(big_integer("started"))
        .col(big_integer("ended"))
        .col(blob_null("heard"))
        .col(blob_null("unheard"))
        .col(boolean("interrupted"))
        .col(text("language"))
        .col(boolean("ai_generated"))
        .col(text_null("ai_system"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("idx"))
        .foreign_key(
            ForeignKey::create().from("turn", "call").to("call", "id").on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn latency() -> TableCreateStatement {
    Table::create()
        .table("latency")
        .col(text("call"))
        .col(big_integer("turn"))
        .col(text("stage"))
        .col(big_integer("ms"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("turn").col("stage"))
        .foreign_key(
            ForeignKey::create()
                .from("latency", "call")
                .to("call", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

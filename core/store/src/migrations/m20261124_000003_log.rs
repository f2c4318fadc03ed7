//! Owner: the tenant. Retention: the call's; content by its kind, if that is sooner.
//!
//! The log in its two layers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(log()).await?;
        manager.create_table(content()).await?;
        manager
            .create_index(Index::create().name("log_delete_by").table("log").col("delete_by").take())
            .await?;
        manager
            .create_index(Index::create().name("content_delete_by").table("content").col("delete_by").take())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn log() -> TableCreateStatement {
    Table::create()
        .table("log")
        .col(text("call"))
        .col(big_integer("seq"))
        .col(big_integer("at_ms"))
        .col(text("kind"))
        .col(text("name"))
        .col(text("skeleton"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("seq"))
        .foreign_key(
            ForeignKey::create().from("log", "call").to("call", "id").on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn content() -> TableCreateStatement {
    Table::create()
        .table("content")
        .col(text("call"))
        .col(big_integer("seq"))
        .col(big_integer("idx"))
        .col(text("kind"))
        .col(blob("sealed"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("seq").col("idx"))
        .foreign_key(
            ForeignKey::create()
                .from("content", "call")
                .to("call", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

//! Owner: the tenant. Retention: the days of fields and of summaries.
//!
//! What came of a call.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(extraction()).await?;
        manager.create_table(summary()).await?;
        manager
            .create_index(
                Index::create().name("extraction_delete_by").table("extraction").col("delete_by").take(),
            )
            .await?;
        manager
            .create_index(Index::create().name("summary_delete_by").table("summary").col("delete_by").take())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn extraction() -> TableCreateStatement {
    Table::create()
        .table("extraction")
        .col(text("call"))
        .col(text_null("intent"))
        .col(double_null("confidence"))
        .col(blob("fields"))
        .col(boolean("ai_generated"))
        .col(text_null("ai_system"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call"))
        .foreign_key(
            ForeignKey::create()
                .from("extraction", "call")
                .to("call", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn summary() -> TableCreateStatement {
    Table::create()
        .table("summary")
        .col(text("call"))
        .col(blob("text"))
        .col(text("language"))
        .col(boolean("ai_generated"))
        .col(text_null("ai_system"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call"))
        .foreign_key(
            ForeignKey::create()
                .from("summary", "call")
                .to("call", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

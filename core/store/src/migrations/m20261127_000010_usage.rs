//! Owner: the tenant. Retention: the call's.
//!
//! What the vendors of a call counted, and what it cost. A call's sums alone; when what was counted stands in its log.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(usage()).await?;
        manager
            .create_index(Index::create().name("usage_delete_by").table("usage").col("delete_by").take())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// The cost is in millionths of the currency, by the price of the day; none where no price was known.
fn usage() -> TableCreateStatement {
    Table::create()
        .table("usage")
        .col(text("call"))
        .col(text("role"))
        .col(text("plugin"))
        .col(text("model"))
        .col(text("unit"))
        .col(big_integer("amount"))
        .col(big_integer_null("micros"))
        .col(text_null("currency"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("role").col("plugin").col("model").col("unit"))
        .foreign_key(
            ForeignKey::create().from("usage", "call").to("call", "id").on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

//! Owner: the tenant. Retention: the call's.
//!
//! Plugins that a call used.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(plugin_use()).await?;
        manager
            .create_index(
                Index::create().name("plugin_use_delete_by").table("plugin_use").col("delete_by").take(),
            )
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn plugin_use() -> TableCreateStatement {
    Table::create()
        .table("plugin_use")
        .col(text("call"))
        .col(text("role"))
        .col(text("plugin"))
        .col(text("version"))
        .col(text("sha256"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("role").col("plugin"))
        .foreign_key(
            ForeignKey::create()
                .from("plugin_use", "call")
                .to("call", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

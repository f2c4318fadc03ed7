//! Owner: the tenant. Retention: the days of audio; the file goes with the row.
//!
//! Recordings.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(recording()).await?;
        manager
            .create_index(
                Index::create().name("recording_delete_by").table("recording").col("delete_by").take(),
            )
            .await?;
        manager
            .create_index(Index::create().name("recording_call").table("recording").col("call").take())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn recording() -> TableCreateStatement {
    Table::create()
        .table("recording")
        .col(text("path"))
        .col(text("call"))
        .col(text_null("sha256"))
        .col(big_integer("bytes"))
        .col(big_integer("rate"))
        .col(big_integer("channels"))
        .col(big_integer("started"))
        .col(big_integer_null("ended"))
        .col(boolean("complete"))
        .col(text("marks"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("path"))
        .foreign_key(
            ForeignKey::create()
                .from("recording", "call")
                .to("call", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

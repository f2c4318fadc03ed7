//! Owner: the tenant. Retention: the plan's days and the limitation's, without the caller's number.
//!
//! Consent records, which outlive their call: so there is no reference to it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(consent()).await?;
        manager
            .create_index(Index::create().name("consent_delete_by").table("consent").col("delete_by").take())
            .await?;
        manager
            .create_index(Index::create().name("consent_subject").table("consent").col("subject").take())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn consent() -> TableCreateStatement {
    Table::create()
        .table("consent")
        .col(text("call"))
        .col(big_integer("n"))
        .col(text_null("subject"))
        .col(text("purpose"))
        .col(text("wording_id"))
        .col(text("wording_version"))
        .col(text("language"))
        .col(text("wording"))
        .col(big_integer("asked"))
        .col(big_integer_null("played"))
        .col(text("answer"))
        .col(text_null("means"))
        .col(double_null("confidence"))
        .col(big_integer_null("answered"))
        .col(text("workflow"))
        .col(text("workflow_version"))
        .col(text("policy_version"))
        .col(text("basis"))
        .col(big_integer("delete_by"))
        .primary_key(Index::create().col("call").col("n"))
        .take()
}

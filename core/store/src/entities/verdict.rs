use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What the policies said at a decision point.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "verdict")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub n: i64,
    pub at_ms: i64,
    pub point: String,
    pub result: String,
    pub reason: String,
    pub layer: String,
    pub policy_version: String,
    pub facts_hash: String,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

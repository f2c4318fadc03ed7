use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// How long a stage of a turn took.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "latency")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub turn: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub stage: String,
    pub ms: i64,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

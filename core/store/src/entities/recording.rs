use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A recording's file, which is sealed with the call's key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recording")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    pub call: String,
    pub sha256: Option<String>,
    pub bytes: i64,
    pub rate: i64,
    pub channels: i64,
    pub started: i64,
    pub ended: Option<i64>,
    pub complete: bool,
    pub marks: String,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A summary, sealed with the call's key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "summary")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call: String,
    pub text: Vec<u8>,
    pub language: String,
    pub ai_generated: bool,
    pub ai_system: Option<String>,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

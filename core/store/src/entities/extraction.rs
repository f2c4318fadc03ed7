use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What the call was about, and its fields, sealed with the call's key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "extraction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call: String,
    pub intent: Option<String>,
    pub confidence: Option<f64>,
    pub fields: Vec<u8>,
    pub ai_generated: bool,
    pub ai_system: Option<String>,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

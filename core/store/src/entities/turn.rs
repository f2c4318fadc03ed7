use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A turn of the talk, its words sealed with the call's key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "turn")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub idx: i64,
    pub speaker: String,
    pub started: i64,
    pub ended: i64,
    pub heard: Option<Vec<u8>>,
    pub unheard: Option<Vec<u8>>,
    pub interrupted: bool,
    pub language: String,
    pub ai_generated: bool,
    pub ai_system: Option<String>,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

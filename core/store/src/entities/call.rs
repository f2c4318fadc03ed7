use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A call: who, when, how it ended. Numbers are sealed with the tenant's key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "call")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub tenant: String,
    pub agent: String,
    pub workflow: String,
    pub workflow_version: String,
    pub from_sealed: Option<Vec<u8>>,
    pub from_hash: Option<String>,
    pub to_sealed: Vec<u8>,
    pub language: String,
    pub started: i64,
    pub answered: Option<i64>,
    pub ended: Option<i64>,
    pub status: String,
    pub end_reason: Option<String>,
    pub route: Option<String>,
    pub intent: Option<String>,
    pub data_key: Vec<u8>,
    pub dates: String,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

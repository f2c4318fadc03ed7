use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A consent record. It outlives its call, so it names the caller by a salted hash only.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub n: i64,
    pub subject: Option<String>,
    pub purpose: String,
    pub wording_id: String,
    pub wording_version: String,
    pub language: String,
    pub wording: String,
    pub asked: i64,
    pub played: Option<i64>,
    pub answer: String,
    pub means: Option<String>,
    pub confidence: Option<f64>,
    pub answered: Option<i64>,
    pub workflow: String,
    pub workflow_version: String,
    pub policy_version: String,
    pub basis: String,
    pub delete_by: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

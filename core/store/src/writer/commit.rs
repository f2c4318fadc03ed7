use super::{Ended, RecordingEnd, Stored};
use crate::entities::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, TransactionTrait, sea_query::Expr,
};

/// Rows in a statement. Each of these few is prepared once and stays so; one of any other size would be prepared for its batch
/// alone, and kept beside all others of its kind. The last is 1, so that every number of rows is a sum of them.
const STATEMENT_ROWS: [usize; 3] = [64, 8, 1];

/// Writes all rows in one transaction. A row that is there already stays as it is, so that a batch can be written
/// again after a crash.
///
/// If the database refuses a row for what it is (its call was erased in the meantime), that row alone is dropped.
/// Gives the number of rows dropped.
///
/// # Errors
/// A database that is away, locked or full: nothing is written then.
pub(crate) async fn commit(db: &DatabaseConnection, rows: &[Stored]) -> Result<u64, DbErr> {
    match commit_together(db, rows.to_vec()).await {
        Ok(()) => Ok(0),
        Err(error) if error.sql_err().is_some() => commit_apart(db, rows).await,
        Err(error) => Err(error),
    }
}

async fn commit_apart(db: &DatabaseConnection, rows: &[Stored]) -> Result<u64, DbErr> {
    let mut dropped = 0;
    for row in rows {
        match commit_together(db, vec![row.clone()]).await {
            Ok(()) => {}
            Err(error) if error.sql_err().is_some() => dropped += 1,
            Err(error) => return Err(error),
        }
    }
    tracing::warn!(dropped, "rows dropped: their call is not there any more");
    Ok(dropped)
}

async fn commit_together(db: &DatabaseConnection, rows: Vec<Stored>) -> Result<(), DbErr> {
    let mut batch = Batch::default();
    rows.into_iter().for_each(|row| batch.add(row));
    let transaction = db.begin().await?;
    batch.write(&transaction).await?;
    transaction.commit().await
}

/// Rows by table, so that a table takes one statement. Calls come first, since the others refer to them; changes
/// last.
#[derive(Default)]
struct Batch {
    calls: Vec<call::Model>,
    logs: Vec<log::Model>,
    contents: Vec<content::Model>,
    turns: Vec<turn::Model>,
    latencies: Vec<latency::Model>,
    extractions: Vec<extraction::Model>,
    summaries: Vec<summary::Model>,
    consents: Vec<consent::Model>,
    verdicts: Vec<verdict::Model>,
    plugin_uses: Vec<plugin_use::Model>,
    usages: Vec<usage::Model>,
    recordings: Vec<recording::Model>,
    changes: Vec<Change>,
}

enum Change {
    Answered(String, i64),
    Caller(String, Vec<u8>),
    Ended(Ended),
    RecordingEnd(RecordingEnd),
}

impl Batch {
    fn add(&mut self, row: Stored) {
        match row {
            Stored::Call(row) => self.calls.push(row),
            Stored::Log(row) => self.logs.push(row),
            Stored::Content(row) => self.contents.push(row),
            Stored::Turn(row) => self.turns.push(row),
            Stored::Latency(row) => self.latencies.push(row),
            Stored::Extraction(row) => self.extractions.push(row),
            Stored::Summary(row) => self.summaries.push(row),
            Stored::Consent(row) => self.consents.push(row),
            Stored::Verdict(row) => self.verdicts.push(row),
            Stored::PluginUse(row) => self.plugin_uses.push(row),
            Stored::Usage(row) => self.usages.push(row),
            Stored::Recording(row) => self.recordings.push(row),
            Stored::Answered { call, at } => self.changes.push(Change::Answered(call, at)),
            Stored::Caller { call, sealed } => self.changes.push(Change::Caller(call, sealed)),
            Stored::Ended(end) => self.changes.push(Change::Ended(end)),
            Stored::RecordingEnd(end) => self.changes.push(Change::RecordingEnd(end)),
        }
    }

    async fn write(self, db: &DatabaseTransaction) -> Result<(), DbErr> {
        insert::<call::Entity, _>(db, self.calls).await?;
        insert::<log::Entity, _>(db, self.logs).await?;
        insert::<content::Entity, _>(db, self.contents).await?;
        insert::<turn::Entity, _>(db, self.turns).await?;
        insert::<latency::Entity, _>(db, self.latencies).await?;
        insert::<consent::Entity, _>(db, self.consents).await?;
        insert::<verdict::Entity, _>(db, self.verdicts).await?;
        insert::<plugin_use::Entity, _>(db, self.plugin_uses).await?;
        replace_usages(db, self.usages).await?;
        insert::<recording::Entity, _>(db, self.recordings).await?;
        for row in self.extractions {
            replace_extraction(db, row).await?;
        }
        for row in self.summaries {
            replace_summary(db, row).await?;
        }
        for change in self.changes {
            change.write(db).await?;
        }
        Ok(())
    }
}

async fn insert<E, A>(db: &DatabaseTransaction, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E>,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    while let Some(fits) = STATEMENT_ROWS.into_iter().find(|fits| *fits <= rows.len()) {
        let some = rows.by_ref().take(fits);
        E::insert_many(some).on_conflict_do_nothing().exec_without_returning(db).await?;
    }
    Ok(())
}

/// A sum that was counted on takes the place of the one before.
async fn replace_usages(db: &DatabaseTransaction, rows: Vec<usage::Model>) -> Result<(), DbErr> {
    use usage::Column::{Amount, Call, Currency, Micros, Model, Plugin, Role, Unit};
    let newer = OnConflict::columns([Call, Role, Plugin, Model, Unit])
        .update_columns([Amount, Micros, Currency])
        .to_owned();
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    while let Some(fits) = STATEMENT_ROWS.into_iter().find(|fits| *fits <= rows.len()) {
        let some = rows.by_ref().take(fits);
        usage::Entity::insert_many(some).on_conflict(newer.clone()).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn replace_extraction(db: &DatabaseTransaction, row: extraction::Model) -> Result<(), DbErr> {
    use extraction::Column::{AiGenerated, AiSystem, Call, Confidence, Fields, Intent};
    let newer = OnConflict::column(Call)
        .update_columns([Intent, Confidence, Fields, AiGenerated, AiSystem])
        .to_owned();
    extraction::Entity::insert(row.into_active_model()).on_conflict(newer).exec_without_returning(db).await?;
    Ok(())
}

async fn replace_summary(db: &DatabaseTransaction, row: summary::Model) -> Result<(), DbErr> {
    use summary::Column::{AiGenerated, AiSystem, Call, Language, Text};
    let newer = OnConflict::column(Call).update_columns([Text, Language, AiGenerated, AiSystem]).to_owned();
    summary::Entity::insert(row.into_active_model()).on_conflict(newer).exec_without_returning(db).await?;
    Ok(())
}

impl Change {
    async fn write(self, db: &DatabaseTransaction) -> Result<(), DbErr> {
        match self {
            Change::Answered(call, at) => {
                call::Entity::update_many()
                    .col_expr(call::Column::Answered, Expr::value(at))
                    .filter(call::Column::Id.eq(call))
                    .exec(db)
                    .await?;
            }
            Change::Caller(call, sealed) => {
                call::Entity::update_many()
                    .col_expr(call::Column::FromSealed, Expr::value(sealed))
                    .filter(call::Column::Id.eq(call))
                    .exec(db)
                    .await?;
            }
            Change::Ended(end) => {
                call::Entity::update_many()
                    .col_expr(call::Column::Ended, Expr::value(end.at))
                    .col_expr(call::Column::Status, Expr::value(end.status))
                    .col_expr(call::Column::EndReason, Expr::value(end.reason))
                    .col_expr(call::Column::Route, Expr::value(end.route))
                    .col_expr(call::Column::Intent, Expr::value(end.intent))
                    .filter(call::Column::Id.eq(end.call))
                    .exec(db)
                    .await?;
            }
            Change::RecordingEnd(end) => {
                recording::Entity::update_many()
                    .col_expr(recording::Column::Sha256, Expr::value(end.sha256))
                    .col_expr(recording::Column::Bytes, Expr::value(end.bytes))
                    .col_expr(recording::Column::Ended, Expr::value(end.ended))
                    .col_expr(recording::Column::Complete, Expr::value(true))
                    .filter(recording::Column::Path.eq(end.path))
                    .exec(db)
                    .await?;
            }
        }
        Ok(())
    }
}

use crate::entities::*;
use crate::reader::recordings_folder;
use crate::{Error, Status, Store};
use closare_terms::UnixMillis;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a sweep has deleted. No personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub at: UnixMillis,
    /// Rows by table. Those that went with their call are not counted apart.
    pub rows: BTreeMap<&'static str, u64>,
    pub files: u64,
}

impl Store {
    /// Deletes what is past its date, rows and files, and empties the database's journal. A call that is live stays.
    /// Killed in the middle, the next sweep goes on: a file goes before its row.
    ///
    /// # Errors
    /// A database that doesn't answer, a file that can't be deleted.
    pub async fn sweep(&self, now: UnixMillis) -> Result<Receipt, Error> {
        self.flush().await;
        let mut receipt = Receipt { at: now, ..Receipt::default() };
        receipt.files = self.delete_recordings(now).await?;
        self.delete_rows(now, &mut receipt).await?;
        self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        Ok(receipt)
    }

    async fn delete_recordings(&self, now: UnixMillis) -> Result<u64, Error> {
        let due =
            recording::Entity::find().filter(recording::Column::DeleteBy.lte(now.0)).all(&self.db).await?;
        let mut files = 0;
        for row in due {
            let path = recordings_folder(&self.folder).join(&row.path);
            match std::fs::remove_file(&path) {
                Ok(()) => files += 1,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(source) => return Err(Error::File { path, source }),
            }
            recording::Entity::delete_by_id(row.path).exec(&self.db).await?;
        }
        Ok(files)
    }

    async fn delete_rows(&self, now: UnixMillis, receipt: &mut Receipt) -> Result<(), DbErr> {
        macro_rules! delete {
            ($($table:ident),+) => {
                $(let due = $table::Entity::delete_many().filter($table::Column::DeleteBy.lte(now.0));
                receipt.rows.insert(stringify!($table), due.exec(&self.db).await?.rows_affected);)+
            };
        }
        delete!(content, turn, extraction, summary, consent);
        let calls = call::Entity::delete_many()
            .filter(call::Column::DeleteBy.lte(now.0))
            .filter(call::Column::Status.ne(Status::Live.as_str()));
        receipt.rows.insert("call", calls.exec(&self.db).await?.rows_affected);
        Ok(())
    }
}

use crate::live::{Live, LiveCalls};
use crate::migrations::Migrator;
use crate::reader::{self, Reader, TENANT, tenant_place};
use crate::recording::{self, Recordings};
use crate::rows::{read_json, seal_number};
use crate::seal::Key;
use crate::writer::{Ended, Queue, RecordingEnd, Spool, Stored};
use crate::{
    Error, Kept, LogWriter, Marks, NewCall, OperatorKey, Outcome, RecordingWriter, Row, Status, entities,
    writer,
};
use closare_terms::{CallId, Kind, PhoneNumber, UnixMillis};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use sea_orm_migration::MigratorTrait;
use std::fs::{self, File, TryLockError};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// The store, open for writing. One process at a time; all that [`Reader`] can do, too. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    reader: Reader,
    calls: LiveCalls,
    queue: Arc<Queue>,
    writer: LogWriter,
    recordings: Recordings,
    /// Held as long as the store is open.
    _lock: Arc<File>,
}

impl Store {
    /// Opens or makes the store in a folder: `closare.db`, `recordings/`, `spool/`. Brings its schema up to date,
    /// writes what an earlier process left in the spool, and starts the thread that writes.
    ///
    /// # Errors
    /// A folder in use by another process, a database that can't be opened, another operator's key.
    pub async fn open(folder: &Path, key: OperatorKey) -> Result<Store, Error> {
        let recordings_folder = reader::recordings_folder(folder);
        fs::create_dir_all(&recordings_folder).map_err(Error::file(&recordings_folder))?;
        let lock = lock(folder)?;
        let db = reader::connect(folder, true, reader::BUSY).await?;
        Migrator::up(&db, None).await?;
        ensure_tenant(&db, &key).await?;
        db.close().await?;
        let reader = Reader::open(folder, &key).await?;

        let queue = Arc::new(Queue::new());
        let spool = Spool::open(folder.join("spool"), reader.tenant_key.clone())?;
        writer::start(folder.to_owned(), queue.clone(), spool).await?;
        let recordings = Recordings::start(recordings_folder, queue.clone())?;
        let calls = LiveCalls::default();
        let writer = LogWriter::new(calls.clone(), queue.clone());
        Ok(Store { reader, calls, queue, writer, recordings, _lock: Arc::new(lock) })
    }

    /// What the call machine's log is written by.
    pub fn writer(&self) -> LogWriter {
        self.writer.clone()
    }

    /// Makes the call's data key and queues its row. Doesn't wait: a call begins also when the database is away.
    ///
    /// # Errors
    /// A call id that can't be a file name, a time zone that doesn't exist.
    pub fn begin_call(&self, call: NewCall) -> Result<(), Error> {
        check_id(&call.id)?;
        let (row, live) = call.seal(TENANT, &self.reader.tenant_key)?;
        self.calls.insert(live);
        self.queue.push(Stored::Call(row));
        Ok(())
    }

    /// Keeps the caller's number, sealed. Without it there is only the salted hash, by which a caller is found again.
    pub fn keep_caller(&self, call: &CallId, number: &PhoneNumber) {
        let sealed = seal_number(&self.reader.tenant_key, "from", call.as_str(), number);
        self.queue.push(Stored::Caller { call: call.to_string(), sealed });
    }

    pub fn answered(&self, call: &CallId, at: UnixMillis) {
        self.queue.push(Stored::Answered { call: call.to_string(), at: at.0 });
    }

    /// Queues a row of a call.
    pub fn put(&self, call: &CallId, row: impl Into<Row>) {
        self.writer.put(call, row);
    }

    /// Queues the call's end. Rows can still follow, such as a summary.
    pub fn finish_call(&self, call: &CallId, outcome: Outcome) {
        self.queue.push(Stored::Ended(Ended {
            call: call.to_string(),
            at: outcome.ended.0,
            status: outcome.status.as_str().to_owned(),
            reason: outcome.reason,
            route: outcome.route,
            intent: outcome.intent,
        }));
        self.calls.ended(call);
    }

    /// Gets an old call's key, so that rows can follow: a summary whose job outlived its process.
    ///
    /// # Errors
    /// A call that isn't there.
    pub async fn resume(&self, call: &CallId) -> Result<(), Error> {
        if self.calls.get(call).is_ok() {
            return Ok(());
        }
        let row = self.reader.call_row(call).await?.ok_or_else(|| Error::UnknownCall(call.to_string()))?;
        self.calls.insert(self.live(row)?);
        self.calls.ended(call);
        Ok(())
    }

    /// Begins a recording. It is the caller's to have asked `record` and `store`.
    ///
    /// # Errors
    /// A call that this process has neither begun nor resumed.
    pub fn recorder(
        &self,
        call: &CallId,
        rate: u32,
        channels: u16,
        started: UnixMillis,
        marks: Marks,
    ) -> Result<RecordingWriter, Error> {
        Ok(self.recordings.open(self.calls.get(call)?, rate, channels, started, marks))
    }

    /// Waits until all that was handed in before is kept somewhere.
    pub async fn flush(&self) -> Kept {
        self.writer.flush().await
    }

    /// Writes what is there, stops the thread that writes, and lets go of the database. Recordings are to be finished
    /// before.
    ///
    /// # Errors
    /// A database that doesn't close in order.
    pub async fn close(self) -> Result<(), Error> {
        self.flush().await;
        let (reply, stopped) = oneshot::channel();
        self.queue.stop(reply);
        // A thread that is gone has nothing left to write.
        let _ = stopped.await;
        self.reader.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        Ok(self.reader.db.close().await?)
    }

    /// Ends the calls that a process held when it died: their status is `interrupted`, their recordings are ended in
    /// order and kept. To be called at the start, before the first call. Gives the calls.
    ///
    /// # Errors
    /// A database that doesn't answer. A recording that can't be opened is logged, and stays as it is.
    pub async fn close_interrupted(&self) -> Result<Vec<CallId>, Error> {
        use entities::call::{Column, Entity};
        self.flush().await;
        let rows =
            Entity::find().filter(Column::Status.eq(Status::Live.as_str())).all(&self.reader.db).await?;
        let mut closed = Vec::new();
        for row in rows.into_iter().filter(|row| self.calls.get(&CallId::from(row.id.as_str())).is_err()) {
            let id = CallId(row.id.clone());
            let logged = self.last_logged(&row).await?;
            let recorded = self.end_recordings(&row).await?;
            let ended = UnixMillis(logged.max(recorded).max(row.started));
            let (route, intent) = (row.route, row.intent);
            let reason = "process_ended".to_owned();
            self.finish_call(&id, Outcome { ended, status: Status::Interrupted, reason, route, intent });
            closed.push(id);
        }
        self.end_left_recordings().await?;
        self.remove_unknown_recordings().await?;
        self.flush().await;
        Ok(closed)
    }

    async fn last_logged(&self, row: &entities::call::Model) -> Result<i64, Error> {
        use entities::log::{Column, Entity};
        let query = Entity::find().select_only().column_as(Column::AtMs.max(), "last");
        let last =
            query.filter(Column::Call.eq(&row.id)).into_tuple::<Option<i64>>().one(&self.reader.db).await?;
        Ok(row.started.saturating_add(last.flatten().unwrap_or(0)))
    }

    /// Ends the call's recordings that were cut off, also one whose row was not written yet. Gives the latest end.
    async fn end_recordings(&self, row: &entities::call::Model) -> Result<i64, Error> {
        let key = row.key(&self.reader.tenant_key)?;
        let dates: crate::Dates = read_json("dates", &row.dates)?;
        let mut latest = 0;
        for path in self.recording_files()? {
            if call_of(&path) != Some(row.id.as_str()) {
                continue;
            }
            let (head, finished) = match recording::repair(&path, &key) {
                Ok(repaired) => repaired,
                Err(error) => {
                    tracing::error!(%error, call = row.id, "recording can't be ended");
                    continue;
                }
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.queue.push(Stored::Recording(entities::recording::Model {
                path: name.clone(),
                call: row.id.clone(),
                sha256: None,
                bytes: 0,
                rate: head.rate.into(),
                channels: head.channels.into(),
                started: head.about.started.0,
                ended: None,
                complete: false,
                marks: serde_json::to_string(&head.about.marks).expect("texts are JSON"),
                delete_by: dates.of(Kind::Audio).0,
            }));
            let bytes = i64::try_from(finished.bytes).unwrap_or(i64::MAX);
            latest = latest.max(finished.ended.0);
            let end = RecordingEnd { path: name, sha256: finished.sha256, bytes, ended: finished.ended.0 };
            self.queue.push(Stored::RecordingEnd(end));
        }
        Ok(latest)
    }

    /// Recordings that were cut off after their call had ended in order.
    async fn end_left_recordings(&self) -> Result<(), Error> {
        use entities::recording::{Column, Entity};
        self.flush().await;
        for recording in Entity::find().filter(Column::Complete.eq(false)).all(&self.reader.db).await? {
            let call = CallId(recording.call);
            if self.calls.get(&call).is_err()
                && let Some(row) = self.reader.call_row(&call).await?
            {
                self.end_recordings(&row).await?;
            }
        }
        Ok(())
    }

    /// A file whose call was never written has no key any more: nobody can open it.
    async fn remove_unknown_recordings(&self) -> Result<(), Error> {
        for path in self.recording_files()? {
            let Some(call) = call_of(&path).map(CallId::from) else { continue };
            if self.reader.call_row(&call).await?.is_none() && self.calls.get(&call).is_err() {
                fs::remove_file(&path).map_err(Error::file(&path))?;
            }
        }
        Ok(())
    }

    fn recording_files(&self) -> Result<Vec<std::path::PathBuf>, Error> {
        let folder = reader::recordings_folder(&self.reader.folder);
        let entries = fs::read_dir(&folder).map_err(Error::file(&folder))?;
        Ok(entries.flatten().map(|entry| entry.path()).collect())
    }

    fn live(&self, row: entities::call::Model) -> Result<Live, Error> {
        let key = row.key(&self.reader.tenant_key)?;
        let dates = read_json("dates", &row.dates)?;
        // Later than any ordinal that the call's first process gave away.
        let ordinal = now();
        Ok(Live::new(
            CallId(row.id),
            key,
            dates,
            row.from_hash,
            (row.workflow, row.workflow_version),
            ordinal,
        ))
    }
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

async fn ensure_tenant(db: &sea_orm::DatabaseConnection, key: &OperatorKey) -> Result<(), Error> {
    use entities::tenants::{Entity, Model};
    if Entity::find_by_id(TENANT).one(db).await?.is_some() {
        return Ok(());
    }
    let wrapped_key = key.0.wrap(&tenant_place(TENANT), &Key::random());
    let row = Model { id: TENANT.to_owned(), wrapped_key, created: now() };
    row.into_active_model().insert(db).await?;
    Ok(())
}

/// The lock goes with the process, however that ends.
fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("closare.lock");
    let file =
        File::options().create(true).truncate(false).write(true).open(&path).map_err(Error::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
    }
}

fn check_id(id: &CallId) -> Result<(), Error> {
    let fits =
        !id.as_str().is_empty() && id.as_str().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if fits { Ok(()) } else { Err(Error::CallId(id.to_string())) }
}

/// `CALL-N.rec`
fn call_of(path: &Path) -> Option<&str> {
    let (call, _) = path.file_name()?.to_str()?.strip_suffix(".rec")?.rsplit_once('-')?;
    Some(call)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

//! Reading what was kept, unsealed.

use crate::recording::{self, Marks, Recording, RecordingInfo};
use crate::rows::{Contents, number_hash, open_number, read_json};
use crate::seal::Key;
use crate::{
    Consent, Dates, Error, Extraction, Latency, LogEntry, OperatorKey, PluginUse, Status, Summary, Turn,
    Usage, Verdict, entities,
};
use closare_terms::{CallId, Language, PhoneNumber, UnixMillis};
use sea_orm::{
    ColumnTrait, ConnectOptions, Database, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An open store that can only be read; a process that writes may run beside it. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub(crate) folder: PathBuf,
    pub(crate) db: DatabaseConnection,
    pub(crate) tenant_key: Key,
}

/// Which calls; empty asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<Status>,
    pub agent: Option<String>,
    /// Calls that began at this moment or later.
    pub since: Option<UnixMillis>,
    /// The caller's number.
    pub from: Option<PhoneNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallSummary {
    pub id: CallId,
    pub agent: String,
    pub workflow: String,
    pub workflow_version: String,
    /// `None` where the number was withheld.
    pub from: Option<PhoneNumber>,
    pub to: PhoneNumber,
    pub language: Language,
    pub started: UnixMillis,
    pub answered: Option<UnixMillis>,
    pub ended: Option<UnixMillis>,
    pub status: Status,
    pub end_reason: Option<String>,
    pub route: Option<String>,
    pub intent: Option<String>,
    pub delete_by: UnixMillis,
}

/// Everything of a call but its log and its sound.
#[derive(Clone, PartialEq, Serialize)]
pub struct CallDetail {
    pub call: CallSummary,
    pub turns: Vec<Turn>,
    pub latencies: Vec<Latency>,
    pub extraction: Option<Extraction>,
    pub summary: Option<Summary>,
    pub consents: Vec<Consent>,
    pub verdicts: Vec<Verdict>,
    pub recordings: Vec<RecordingInfo>,
    pub plugins: Vec<PluginUse>,
    pub usage: Vec<Usage>,
}

pub(crate) const TENANT: &str = "default";

impl Reader {
    /// Opens a store that a [`Store`](crate::Store) has made in this folder.
    ///
    /// # Errors
    /// A database that isn't there or can't be opened, another operator's key.
    pub async fn open(folder: &Path, key: &OperatorKey) -> Result<Reader, Error> {
        let db = connect(folder, false, BUSY).await?;
        let tenant = entities::tenants::Entity::find_by_id(TENANT).one(&db).await?.ok_or(Error::WrongKey)?;
        let tenant_key =
            key.0.unwrap_key(&tenant_place(TENANT), &tenant.wrapped_key).ok_or(Error::WrongKey)?;
        Ok(Reader { folder: folder.to_owned(), db, tenant_key })
    }

    /// The latest calls first.
    ///
    /// # Errors
    /// As all reading: a database that doesn't answer, a row that doesn't open with its key.
    pub async fn calls(&self, limit: u64, filter: &Filter) -> Result<Vec<CallSummary>, Error> {
        use entities::call::{Column, Entity};
        let hash = filter.from.as_ref().map(|number| number_hash(&self.tenant_key, number));
        let rows = Entity::find()
            .apply_if(filter.status, |query, status| query.filter(Column::Status.eq(status.as_str())))
            .apply_if(filter.agent.as_ref(), |query, agent| query.filter(Column::Agent.eq(agent)))
            .apply_if(filter.since, |query, since| query.filter(Column::Started.gte(since.0)))
            .apply_if(hash, |query, hash| query.filter(Column::FromHash.eq(hash)))
            .order_by_desc(Column::Started)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(&self.db)
            .await?;
        rows.into_iter().map(|row| self.open_call(row)).collect()
    }

    pub async fn call(&self, id: &CallId) -> Result<Option<CallDetail>, Error> {
        let Some(row) = self.call_row(id).await? else { return Ok(None) };
        let key = row.key(&self.tenant_key)?;
        let extraction = entities::extraction::Entity::find_by_id(id.as_str()).one(&self.db).await?;
        let summary = entities::summary::Entity::find_by_id(id.as_str()).one(&self.db).await?;
        Ok(Some(CallDetail {
            turns: self.turns(id, &key).await?,
            latencies: self.latencies(id).await?,
            extraction: extraction.map(|row| Extraction::open(row, &key)).transpose()?,
            summary: summary.map(|row| Summary::open(row, &key)).transpose()?,
            consents: self.consents(id).await?,
            verdicts: self.verdicts(id).await?,
            recordings: self.recording_infos(id).await?,
            plugins: self.plugins(id).await?,
            usage: self.usage(id).await?,
            call: self.open_call(row)?,
        }))
    }

    /// The log, with what was kept of its contents. Empty for a call that isn't there.
    pub async fn log(&self, id: &CallId) -> Result<Vec<LogEntry>, Error> {
        use entities::{content, log};
        let Some(row) = self.call_row(id).await? else { return Ok(Vec::new()) };
        let key = row.key(&self.tenant_key)?;
        let rows =
            log::Entity::find().filter(log::Column::Call.eq(id.as_str())).order_by_asc(log::Column::Seq);
        let rows = rows.all(&self.db).await?.into_iter().map(LogEntry::open);
        let mut entries = rows.collect::<Result<Vec<_>, _>>()?.concat();
        let contents = content::Entity::find()
            .filter(content::Column::Call.eq(id.as_str()))
            .order_by_asc(content::Column::Seq)
            .order_by_asc(content::Column::Idx);
        for row in contents.all(&self.db).await? {
            for (seq, content) in Contents::open(&row, &key)? {
                if let Ok(at) = entries.binary_search_by_key(&seq, |entry| entry.seq) {
                    entries[at].contents.push(content);
                }
            }
        }
        for entry in &mut entries {
            entry.contents.sort_by_key(|content| content.index);
            entry.contents.dedup_by_key(|content| content.index);
        }
        Ok(entries)
    }

    /// The call's recordings, opened, in their order.
    pub async fn recordings(&self, id: &CallId) -> Result<Vec<Recording>, Error> {
        let Some(row) = self.call_row(id).await? else { return Ok(Vec::new()) };
        let key = row.key(&self.tenant_key)?;
        let infos = self.recording_infos(id).await?;
        let folder = recordings_folder(&self.folder);
        let open = move || infos.into_iter().map(|info| open_recording(&folder, info, &key)).collect();
        tokio::task::spawn_blocking(open).await.map_err(|_| Error::RecordingsStopped)?
    }

    /// When what is kept of a call is to be deleted.
    pub async fn dates(&self, id: &CallId) -> Result<Option<Dates>, Error> {
        let row = self.call_row(id).await?;
        row.map(|row| read_json("dates", &row.dates)).transpose()
    }

    pub(crate) async fn call_row(&self, id: &CallId) -> Result<Option<entities::call::Model>, Error> {
        Ok(entities::call::Entity::find_by_id(id.as_str()).one(&self.db).await?)
    }

    fn open_call(&self, row: entities::call::Model) -> Result<CallSummary, Error> {
        let open = |side: &str, sealed: &[u8]| open_number(&self.tenant_key, side, &row.id, sealed);
        Ok(CallSummary {
            from: row.from_sealed.as_deref().map(|sealed| open("from", sealed)).transpose()?,
            to: open("to", &row.to_sealed)?,
            status: Status::read(&row.status)?,
            id: CallId(row.id),
            agent: row.agent,
            workflow: row.workflow,
            workflow_version: row.workflow_version,
            language: Language(row.language),
            started: UnixMillis(row.started),
            answered: row.answered.map(UnixMillis),
            ended: row.ended.map(UnixMillis),
            end_reason: row.end_reason,
            route: row.route,
            intent: row.intent,
            delete_by: UnixMillis(row.delete_by),
        })
    }

    async fn turns(&self, id: &CallId, key: &Key) -> Result<Vec<Turn>, Error> {
        use entities::turn::{Column, Entity};
        let rows =
            Entity::find().filter(Column::Call.eq(id.as_str())).order_by_asc(Column::Idx).all(&self.db);
        rows.await?.into_iter().map(|row| Turn::open(row, key)).collect()
    }

    async fn latencies(&self, id: &CallId) -> Result<Vec<Latency>, Error> {
        use entities::latency::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::Call.eq(id.as_str()))
            .order_by_asc(Column::Turn)
            .order_by_asc(Column::Ms)
            .all(&self.db);
        Ok(rows.await?.into_iter().map(Latency::open).collect())
    }

    async fn consents(&self, id: &CallId) -> Result<Vec<Consent>, Error> {
        use entities::consent::{Column, Entity};
        let rows = Entity::find().filter(Column::Call.eq(id.as_str())).order_by_asc(Column::N).all(&self.db);
        rows.await?.into_iter().map(Consent::open).collect()
    }

    async fn verdicts(&self, id: &CallId) -> Result<Vec<Verdict>, Error> {
        use entities::verdict::{Column, Entity};
        let rows = Entity::find().filter(Column::Call.eq(id.as_str())).order_by_asc(Column::N).all(&self.db);
        rows.await?.into_iter().map(Verdict::open).collect()
    }

    async fn plugins(&self, id: &CallId) -> Result<Vec<PluginUse>, Error> {
        use entities::plugin_use::{Column, Entity};
        let rows =
            Entity::find().filter(Column::Call.eq(id.as_str())).order_by_asc(Column::Role).all(&self.db);
        Ok(rows.await?.into_iter().map(PluginUse::open).collect())
    }

    async fn usage(&self, id: &CallId) -> Result<Vec<Usage>, Error> {
        use entities::usage::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::Call.eq(id.as_str()))
            .order_by_asc(Column::Role)
            .order_by_asc(Column::Plugin)
            .order_by_asc(Column::Unit)
            .all(&self.db);
        Ok(rows.await?.into_iter().map(Usage::open).collect())
    }

    async fn recording_infos(&self, id: &CallId) -> Result<Vec<RecordingInfo>, Error> {
        use entities::recording::{Column, Entity};
        let rows =
            Entity::find().filter(Column::Call.eq(id.as_str())).order_by_asc(Column::Started).all(&self.db);
        rows.await?.into_iter().map(open_info).collect()
    }
}

fn open_recording(folder: &Path, info: RecordingInfo, key: &Key) -> Result<Recording, Error> {
    let contents = recording::read(&folder.join(&info.path), key)?;
    if info.complete && !contents.complete {
        return Err(Error::Sealed(info.path));
    }
    Ok(Recording { info, samples: contents.samples })
}

fn open_info(row: entities::recording::Model) -> Result<RecordingInfo, Error> {
    Ok(RecordingInfo {
        marks: read_json::<Marks>("marks", &row.marks)?,
        call: CallId(row.call),
        path: row.path,
        sha256: row.sha256,
        bytes: row.bytes.cast_unsigned(),
        rate: u32::try_from(row.rate).unwrap_or(0),
        channels: u16::try_from(row.channels).unwrap_or(0),
        started: UnixMillis(row.started),
        ended: row.ended.map(UnixMillis),
        complete: row.complete,
    })
}

pub(crate) fn tenant_place(tenant: &str) -> String {
    format!("tenant/{tenant}")
}

pub(crate) fn recordings_folder(folder: &Path) -> PathBuf {
    folder.join("recordings")
}

/// How long a statement waits for another connection's, where nothing is lost by waiting.
pub(crate) const BUSY: Duration = Duration::from_millis(500);

/// A statement waits at most `busy` for another connection's.
pub(crate) async fn connect(
    folder: &Path,
    create: bool,
    busy: Duration,
) -> Result<DatabaseConnection, Error> {
    let path = folder.join("closare.db");
    let mut options = ConnectOptions::new("sqlite::memory:");
    let file = path.clone();
    options
        .max_connections(4)
        // A statement's values are nobody's to log.
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&file)
                .in_memory(false)
                .shared_cache(false)
                .create_if_missing(create)
                .foreign_keys(true)
                .busy_timeout(busy)
                .pragma("journal_mode", "WAL")
                .pragma("secure_delete", "ON")
                // Group commit makes the full one cheap, and a power cut then loses nothing that was committed.
                .pragma("synchronous", "FULL")
        });
    Database::connect(options).await.map_err(|source| Error::Open { path, source })
}
